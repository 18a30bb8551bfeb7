/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Raspberry Pi 4 Model B (BCM2711, four Cortex-A72): every address that the
 * configs of this board use, once, with the reason where it is not obvious. From
 * bcm2711-rpi-4-b.dtb of Debian's kernels 6.1 and 6.12; addresses there that
 * begin with 7e are fe for the CPUs, those with 4 are ff8 (ranges of /soc).
 */
#pragma once

#include <jailhouse/config-macros.h>

/*
 * Interrupt controller, a GIC-400 with 192 SPIs. Never in a region: the
 * hypervisor filters it.
 */
#define GIC_VERSION 2
#define GICD_BASE   0xff841000
#define GICC_BASE   0xff842000
#define GICH_BASE   0xff844000
#define GICV_BASE   0xff846000
/* Maintenance interrupt of the GIC's virtual part, which nobody uses. */
#define KICK_PPI    25

/* The root cell's console, ttyS1: a 16550 as far as used here, in the middle of a page. */
#define MINI_UART_BASE 0xfe215040
/*
 * The cells' UARTs: UART0 and, not in QEMU, UART2 to 5, 0x200 bytes each in one
 * page with one interrupt, so that all have the same owner. Linux leaves them
 * alone (rpi4-cells.dtso), so the inmate sets the rate: 115200 = 48 MHz / (16 *
 * (26 + 3/64)).
 */
#define PL011_BASE     0xfe201000
#define PL011_SPI      121
#define PL011_DIVIDER  (26 << 6 | 3)

/* All peripherals, those of VideoCore too: they are not separated by pages. */
#define PERIPHERALS_BASE 0xfc000000
#define PERIPHERALS_SIZE MIB(56)
/* Local peripherals of the CPUs, up to the interrupt controller. */
#define LOCAL_BASE       0xff800000
#define LOCAL_SIZE       (GICD_BASE - LOCAL_BASE)
#define PCI_BASE         0x600000000ULL
#define PCI_SIZE         GIB(1)

/*
 * RAM: 1 to 8 GiB, with the peripherals and VideoCore's part in it. TF-A lives
 * in the first 512 KiB, which no hardware protects. rpi4-cells.dtso keeps Linux
 * off them, and off 64 MiB: cells from below, the hypervisor at their top. They
 * are there on boards with 1 GiB, and above where the boot loader puts the device
 * tree and the initramfs.
 */
#define FIRMWARE_SIZE   KIB(512)
#define CELLS_BASE      0x30000000
#define CELLS_SIZE      MIB(64)
#define HYPERVISOR_SIZE MIB(4)
#define HYPERVISOR_BASE (CELLS_BASE + CELLS_SIZE - HYPERVISOR_SIZE)

#define RAM_LOW_BASE  FIRMWARE_SIZE
#define RAM_LOW_SIZE  (HYPERVISOR_BASE - RAM_LOW_BASE)
#define RAM_MID_BASE  (CELLS_BASE + CELLS_SIZE)
#define RAM_MID_SIZE  (PERIPHERALS_BASE - RAM_MID_BASE)
#define RAM_HIGH_BASE 0x100000000ULL
#define RAM_HIGH_SIZE GIB(4)

#define DEMO_RAM_BASE CELLS_BASE
#define DEMO_RAM_SIZE MIB(1)
#define SMP_RAM_BASE  (CELLS_BASE + MIB(1))
#define SMP_RAM_SIZE  MIB(1)
