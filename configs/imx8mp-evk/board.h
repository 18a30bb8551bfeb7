/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * NXP i.MX 8M Plus EVK (four Cortex-A53): every address that the configs of this
 * board use, once, with the reason where it is not obvious. From imx8mp-evk.dtb
 * of Debian's kernels 6.1 and 6.12, and from IMX8MPRM (the SoC's manual) where
 * that is said.
 */
#pragma once

#include <jailhouse/config-macros.h>

/*
 * Interrupt controller, a GIC-500 with 160 SPIs; Linux uses no ITS. Never in a
 * region: the hypervisor filters it.
 */
#define GIC_VERSION 3
#define GICD_BASE   0x38800000
#define GICR_BASE   0x38880000
/* Maintenance interrupt of the GIC's virtual part, which nobody uses. */
#define KICK_PPI    25

/* The root cell's console, ttymxc1. UARTs have 64 KiB each. */
#define UART2_BASE    0x30890000
/*
 * The cells' UART, the second port of the board's debug socket. The device tree
 * has it disabled, for the M7; so the inmate sets the rate: 115200 = 24 MHz / 208.
 */
#define UART4_BASE    0x30a60000
#define UART4_SPI     29
#define UART4_DIVIDER 208

/* Memory windows of flash and PCIe. */
#define FLEXSPI_BASE 0x08000000
#define FLEXSPI_SIZE MIB(256)
#define PCI_BASE     0x18000000
#define PCI_SIZE     MIB(128)

/*
 * Peripherals. Linux drives clocks (CCM), resets (SRC) and power (GPC) of this
 * SoC itself, so root has them, and with them ways to stop a cell's CPUs and
 * devices.
 */
#define CORESIGHT_BASE    0x28000000
#define CORESIGHT_SIZE    MIB(16)
/* Four AIPS bridges of 4 MiB each, one behind the other. */
#define AIPS_1_2_3_5_BASE 0x30000000
#define AIPS_1_2_3_5_SIZE MIB(16)
#define NOC_BASE          0x32700000
#define NOC_SIZE          MIB(1)
#define AIPS_4_BASE       0x32c00000
#define AIPS_4_SIZE       MIB(4)
#define PCI_CORE_BASE     0x33800000
#define PCI_CORE_SIZE     MIB(4)
/* Up to the interrupt controller. */
#define GPU_USB_VPU_BASE  0x38000000
#define GPU_USB_VPU_SIZE  (GICD_BASE - GPU_USB_VPU_BASE)
/* With its performance monitor. */
#define DDRC_BASE         0x3d400000
#define DDRC_SIZE         MIB(8)

/*
 * RAM: 3 GiB from 1 GiB on, and 3 GiB from 4 GiB on. imx8mp-evk-cells.dtso keeps
 * Linux off 64 MiB: cells from below, the hypervisor at their top. They end
 * where the first GiB of RAM does, so that they are there on smaller boards too.
 */
#define CELLS_BASE      0x7c000000
#define CELLS_SIZE      MIB(64)
#define HYPERVISOR_SIZE MIB(4)
#define HYPERVISOR_BASE (CELLS_BASE + CELLS_SIZE - HYPERVISOR_SIZE)

#define RAM_LOW_BASE  0x40000000
#define RAM_LOW_SIZE  (HYPERVISOR_BASE - RAM_LOW_BASE)
#define RAM_MID_BASE  0x80000000
#define RAM_MID_SIZE  GIB(2)
#define RAM_HIGH_BASE 0x100000000ULL
#define RAM_HIGH_SIZE GIB(3)

#define DEMO_RAM_BASE CELLS_BASE
#define DEMO_RAM_SIZE MIB(1)
#define SMP_RAM_BASE  (CELLS_BASE + MIB(1))
#define SMP_RAM_SIZE  MIB(1)
