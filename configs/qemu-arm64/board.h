/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * QEMU's `virt` machine: every address that the configs of this board use,
 * once, with the reason where it is not obvious. The machine:
 *
 *   -M virt,gic-version=3,virtualization=on,its=off -cpu cortex-a57 -smp 4 -m 1G
 *   (gic-version=2 with the system config qemu-arm64-gicv2)
 *   kernel: mem=768M kvm-arm.mode=none
 *
 * Device addresses are fixed in QEMU (documentation: system/arm/virt); `its=off`
 * because an ITS can write all of memory on behalf of who programs it.
 */
#pragma once

#include <jailhouse/config-macros.h>

/* Interrupt controller, 256 SPIs. Never in a region: the hypervisor filters it. */
#define GICD_BASE 0x08000000
/* GICv2 */
#define GICC_BASE 0x08010000
#define GICH_BASE 0x08030000
#define GICV_BASE 0x08040000
/* GICv3 */
#define GICR_BASE 0x080a0000
#define GICR_SIZE 0x20000 /* of each CPU */
/* PPI of GICH maintenance interrupts, which nobody uses: wakes CPUs for EL2. */
#define KICK_PPI  25

/* Devices, 4 KiB each unless a size is given. */
#define FLASH_BASE  0x00000000
#define FLASH_SIZE  MIB(128)
#define UART0_BASE  0x09000000
#define UART0_SPI   1
#define RTC_BASE    0x09010000
#define RTC_SPI     2
#define FW_CFG_BASE 0x09020000
#define GPIO_BASE   0x09030000
#define GPIO_SPI    7
/* Exists only if QEMU is given a second -serial. */
#define UART1_BASE  0x09040000
#define UART1_SPI   8
/*
 * The inmates' UART. With `secure=on` UART1 belongs to the secure world: then
 * inmates have UART0 (ONE_UART), and Linux a console on PCI, which the
 * hypervisor does not use.
 */
#ifdef ONE_UART
#define INMATE_UART_BASE UART0_BASE
#define INMATE_UART_SPI  UART0_SPI
#else
#define INMATE_UART_BASE UART1_BASE
#define INMATE_UART_SPI  UART1_SPI
#endif
/* 32 devices of 0x200 bytes, SPI 16 to 47. */
#define VIRTIO_MMIO_BASE  0x0a000000
#define VIRTIO_MMIO_SIZE  KIB(16)
/* Dynamic platform devices, SPI 112 to 175. */
#define PLATFORM_BUS_BASE 0x0c000000
#define PLATFORM_BUS_SIZE MIB(32)

/* PCI. INTx is SPI 3 to 6. */
#define PCI_MMIO_BASE      0x10000000
#define PCI_MMIO_SIZE      0x2eff0000ULL
#define PCI_PIO_BASE       0x3eff0000
#define PCI_PIO_SIZE       KIB(64)
/* `highmem` places ECAM and the big window here; the window ends at 40 bits. */
#define PCI_ECAM_BASE      0x4010000000ULL
#define PCI_ECAM_SIZE      MIB(256)
#define PCI_MMIO_HIGH_BASE 0x8000000000ULL
#define PCI_MMIO_HIGH_SIZE GIB(512)

/*
 * RAM. `mem=768M` keeps Linux below 0x70000000; what lies above is nobody's
 * until a cell or the hypervisor takes it. The hypervisor sits at the very top
 * so that the rest is one range.
 */
#define RAM_BASE 0x40000000
#ifdef MANY_CPUS
/* Each CPU takes 84 KiB of the hypervisor's memory: -smp 16 or 64, -m 2G. */
#define RAM_SIZE        GIB(2)
#define HYPERVISOR_SIZE MIB(16)
#else
#define RAM_SIZE        GIB(1)
#define HYPERVISOR_SIZE MIB(4)
#define CPU_SET         0xf
#endif
#define HYPERVISOR_BASE (RAM_BASE + RAM_SIZE - HYPERVISOR_SIZE)

/*
 * Shared memory, between the two parts of root's RAM. Three channels: 00:00.0
 * between root and two cells, 00:01.0 a network between root and the first cell,
 * 00:02.0 nothing but doorbells between the same two.
 */
#define SHMEM_BASE        0x7f700000
#define SHMEM_RW_SIZE     0x9000
#define SHMEM_OUTPUT_SIZE 0x2000
#define SHMEM_RW          (SHMEM_BASE + 0x1000)
#define SHMEM_OUTPUT(n)   (SHMEM_RW + SHMEM_RW_SIZE + (n)*SHMEM_OUTPUT_SIZE)
#define SHMEM_PEERS       3
#define SHMEM_IPI_BASE    (SHMEM_BASE + 0x10000)
#define SHMEM_NET_BASE    (SHMEM_IPI_BASE + 0x1000)
#define SHMEM_END         (SHMEM_NET_BASE + 0xff000)

#define SHMEM_READ  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED)
#define SHMEM_WRITE (SHMEM_READ | JAILHOUSE_MEM_WRITE)

/** The regions of the first channel, as peer `id` has them: 2 + SHMEM_PEERS. */
#define SHMEM_REGIONS(id)                                                                         \
	IDENTITY(SHMEM_BASE, 0x1000, SHMEM_READ), IDENTITY(SHMEM_RW, SHMEM_RW_SIZE, SHMEM_WRITE), \
		IDENTITY(SHMEM_OUTPUT(0), SHMEM_OUTPUT_SIZE,                                      \
			 (id) == 0 ? SHMEM_WRITE : SHMEM_READ),                                   \
		IDENTITY(SHMEM_OUTPUT(1), SHMEM_OUTPUT_SIZE,                                      \
			 (id) == 1 ? SHMEM_WRITE : SHMEM_READ),                                   \
		IDENTITY(SHMEM_OUTPUT(2), SHMEM_OUTPUT_SIZE, (id) == 2 ? SHMEM_WRITE : SHMEM_READ)

/** A channel of doorbells alone: its state table, and no sections. */
#define SHMEM_IPI_REGIONS                                           \
	IDENTITY(SHMEM_IPI_BASE, 0x1000, SHMEM_READ), { 0 }, { 0 }, \
	{                                                           \
		0                                                   \
	}

/*
 * Virtual PCI host: configuration space in the last MiB of QEMU's 32-bit PCI
 * hole, which nothing uses; BARs behind it. SPIs that no device has: four for
 * root, and for each cell.
 */
#define VPCI_ECAM_BASE  0x3f000000
#define VPCI_SPI_ROOT   176
#define VPCI_SPI_FIRST  180
#define VPCI_SPI_SECOND 184

/** RAM of the second cell of the channels; the first has DEMO_RAM. */
#define SECOND_RAM_BASE 0x7fb00000
#define SECOND_RAM_SIZE MIB(1)

#define DEMO_RAM_BASE 0x7fa00000
#define DEMO_RAM_SIZE MIB(1)
#define SMP_RAM_BASE  0x7f900000
#define SMP_RAM_SIZE  MIB(1)
