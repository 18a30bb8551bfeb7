/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * QEMU's model of an AMD/Xilinx Versal, `xlnx-versal-virt` (two Cortex-A72):
 * every address that the configs of this board use, once, with the reason where
 * it is not obvious. From the device tree that QEMU makes for a kernel:
 *
 *   -M xlnx-versal-virt,dumpdtb=versal.dtb -smp 4 -m 2G -kernel vmlinuz
 *   kernel: mem=1984M kvm-arm.mode=none
 */
#pragma once

#include <jailhouse/config-macros.h>

/*
 * Interrupt controller, with 192 SPIs and two security states. Never in a
 * region: the hypervisor filters it.
 */
#define GIC_VERSION 3
#define GICD_BASE   0xf9000000
#define GICR_BASE   0xf9080000
/* Maintenance interrupt of the GIC's virtual part, which nobody uses. */
#define KICK_PPI    25

/* 4 of QEMU's CPUs are two Cortex-A72, and two Cortex-R5 that never start. */
#define CPU_SET 0x3

/* The root cell's console, ttyAMA0. */
#define UART0_BASE 0xff000000
/* The cells' UART. QEMU needs no baud rate. */
#define UART1_BASE 0xff010000
#define UART1_SPI  19

/* Eight devices of 0x200 bytes in one page, SPI 111 to 118. */
#define VIRTIO_MMIO_BASE 0xa0000000
#define VIRTIO_MMIO_SIZE KIB(4)

/* Platform management. Both SD controllers, 64 KiB each. */
#define SD_BASE    0xf1040000
#define SD_SIZE    KIB(128)
/* 0x50 bytes of registers. */
#define BBRAM_BASE 0xf11f0000
#define BBRAM_SIZE KIB(4)
/* Controller, and 64 KiB on its cache. */
#define EFUSE_BASE 0xf1240000
#define EFUSE_SIZE KIB(128)
#define RTC_BASE   0xf12a0000
#define RTC_SIZE   KIB(64)

/* Low-power domain. The USB host and, apart from it, its wrapper. */
#define USB_HOST_BASE 0xfe200000
#define USB_HOST_SIZE KIB(64)
#define USB_GLUE_BASE 0xff9d0000
#define USB_GLUE_SIZE KIB(64)
/* Two controllers, 64 KiB each. */
#define CAN_BASE      0xff060000
#define CAN_SIZE      KIB(128)
/* Two, 4 KiB each, 64 KiB apart. */
#define ETHERNET_BASE 0xff0c0000
#define ETHERNET_SIZE KIB(128)
/* Eight channels, 64 KiB apart. */
#define DMA_BASE      0xffa80000
#define DMA_SIZE      KIB(512)

/*
 * RAM, with -m 2G. `mem=1984M` keeps Linux off the upper 64 MiB: cells from
 * below, the hypervisor at their top.
 */
#define RAM_BASE        0
#define RAM_SIZE        GIB(2)
#define CELLS_BASE      0x7c000000
#define CELLS_SIZE      MIB(64)
#define HYPERVISOR_SIZE MIB(4)
#define HYPERVISOR_BASE (CELLS_BASE + CELLS_SIZE - HYPERVISOR_SIZE)

#define DEMO_RAM_BASE CELLS_BASE
#define DEMO_RAM_SIZE MIB(1)
