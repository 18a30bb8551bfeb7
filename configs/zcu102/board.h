/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * AMD/Xilinx ZCU102 (Zynq UltraScale+ XCZU9EG, four Cortex-A53): every address
 * that the configs of this board use, once, with the reason where it is not
 * obvious. From zynqmp-zcu102-rev1.0.dtb of Debian's kernels 6.1 and 6.12, and
 * from UG1085 (the SoC's manual) where that is said.
 */
#pragma once

#include <jailhouse/config-macros.h>

/*
 * Interrupt controller, a GIC-400 with 160 SPIs. Never in a region: the
 * hypervisor filters it. Each of its 4 KiB pages is there sixteen times, so that
 * a kernel with 64 KiB pages can map every second one alone. Where the copies of
 * GICC's first page end those of its second begin, so that from f000 on the two
 * lie side by side as on any GIC-400; Linux goes there too ("GIC: Adjusting CPU
 * interface base"). The same holds for GICV.
 */
#define GIC_VERSION 2
#define GICD_BASE   0xf9010000
#define GICC_BASE   0xf902f000
#define GICH_BASE   0xf9040000
#define GICV_BASE   0xf906f000
/* Maintenance interrupt of the GIC's virtual part, which nobody uses. */
#define KICK_PPI    25

/* The root cell's console, ttyPS0. */
#define UART0_BASE    0xff000000
/*
 * The cells' UART. Linux leaves it alone (zcu102-cells.dtso), so the inmate sets
 * the rate: 115200 = 100 MHz / (16 * 54).
 */
#define UART1_BASE    0xff010000
#define UART1_SPI     22
#define UART1_DIVIDER 54

/* Memory windows of flash and PCIe; the last two are far up. */
#define QSPI_BASE         0xc0000000
#define QSPI_SIZE         MIB(128)
#define PCI_MMIO_BASE     0xe0000000
#define PCI_MMIO_SIZE     MIB(256)
#define PCI_PREFETCH_BASE 0x600000000ULL
#define PCI_PREFETCH_SIZE GIB(8)
#define PCI_CONFIG_BASE   0x8000000000ULL
#define PCI_CONFIG_SIZE   MIB(256)

/*
 * Full-power domain. Not the whole of it: between these lie clocks and resets
 * (CRF_APB), the CPUs' reset vectors (APU), and the IOMMU. Linux asks firmware
 * for them.
 */
#define DDRC_BASE       0xfd070000
#define DDRC_SIZE       KIB(192)
#define SATA_BASE       0xfd0c0000
#define SATA_SIZE       KIB(8)
#define PCI_BRIDGE_BASE 0xfd0e0000
#define PCI_BRIDGE_SIZE KIB(4)
#define SIOU_BASE       0xfd3d0000
#define SIOU_SIZE       KIB(4)
#define SERDES_BASE     0xfd400000
#define SERDES_SIZE     KIB(256)
#define PCI_CORE_BASE   0xfd480000
#define PCI_CORE_SIZE   KIB(4)
/* Display controller, GPU, display DMA, watchdog: 64 KiB each. */
#define DISPLAY_BASE    0xfd4a0000
#define DISPLAY_SIZE    KIB(256)
/* Eight channels, 64 KiB apart. */
#define FPD_DMA_BASE    0xfd500000
#define FPD_DMA_SIZE    KIB(512)

/* Low-power domain; clocks and resets (CRL_APB) are left out here too. */
/* USB 0 and, 1 MiB on, USB 1. */
#define USB_HOST_BASE    0xfe200000
#define USB_HOST_SIZE    (MIB(1) + KIB(256))
/* UART, I2C, SPI, CAN, GPIO, Ethernet, QSPI, NAND, timers, SD: 64 KiB each. */
#define LPD_IO_BASE      0xff000000
#define LPD_IO_SIZE      KIB(1536)
#define OCM_CONTROL_BASE 0xff960000
#define OCM_CONTROL_SIZE KIB(4)
#define IPI_BASE         0xff990000
#define IPI_SIZE         KIB(4)
#define USB_GLUE_BASE    0xff9d0000
#define USB_GLUE_SIZE    KIB(128)
#define AMS_RTC_BASE     0xffa50000
#define AMS_RTC_SIZE     KIB(128)
#define LPD_DMA_BASE     0xffa80000
#define LPD_DMA_SIZE     KIB(512)
/* Tightly coupled memories of both R5, which Linux loads (6.12). */
#define TCM_BASE         0xffe00000
#define TCM_SIZE         KIB(768)

/*
 * RAM: 2 GiB at 0, and on the board 2 GiB at 32 GiB, which QEMU has with -m 4G.
 * zcu102-cells.dtso keeps Linux off 64 MiB: cells from below, the hypervisor at
 * their top. They lie below where U-Boot relocates itself and above what it
 * loads.
 */
#define CELLS_BASE      0x70000000
#define CELLS_SIZE      MIB(64)
#define HYPERVISOR_SIZE MIB(4)
#define HYPERVISOR_BASE (CELLS_BASE + CELLS_SIZE - HYPERVISOR_SIZE)

#define RAM_LOW_BASE  0
#define RAM_LOW_SIZE  HYPERVISOR_BASE
#define RAM_MID_BASE  (CELLS_BASE + CELLS_SIZE)
#define RAM_MID_SIZE  (GIB(2) - RAM_MID_BASE)
#define RAM_HIGH_BASE 0x800000000ULL
#define RAM_HIGH_SIZE GIB(2)

#define DEMO_RAM_BASE CELLS_BASE
#define DEMO_RAM_SIZE MIB(1)
#define SMP_RAM_BASE  (CELLS_BASE + MIB(1))
#define SMP_RAM_SIZE  MIB(1)
