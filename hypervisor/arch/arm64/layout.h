/* SPDX-License-Identifier: GPL-2.0 */
/*
 * EL2's address space and the per-CPU area, for C and assembly.
 *
 * EL2 uses 39 bits of virtual address (one level 1 root), which lie below
 * everything that Linux or an inmate usually has at these numbers, so that
 * instruction counts by address are exact.
 *
 *   HYP_BASE      the hypervisor's memory, linear; private pages of CPUs are
 *                 left out; blocks beyond image and per-CPU areas
 *   DEVICE_BASE   UART, GICD, GICR: the same on all CPUs
 *   TEMP_BASE     this CPU's window to foreign memory
 *   LOCAL_*       this CPU's own pages: tables, [guard][stack][private][public];
 *                 at the very end, where one instruction makes the address
 *   (physical)    the one page of boot code, mapped one to one
 *
 * The per-CPU area in physical memory: public, private, stack, tables.
 */
#pragma once

#define HYP_BASE      0x7fc0200000
#define DEVICE_BASE   0x7fe0000000
#define DEVICE_BLOCKS 32 /* of 2 MiB */
#define TEMP_BASE     0x7fffe00000
#define LOCAL_TABLES  0x7fffe80000
#define LOCAL_STACK   0x7fffffc000
#define LOCAL_PRIVATE 0x7fffffe000 /* also the stack's top */
#define LOCAL_PUBLIC  0x7ffffff000

#define PERCPU_PUBLIC     0x0000
#define PERCPU_PRIVATE    0x1000
#define PERCPU_STACK      0x2000
#define PERCPU_STACK_SIZE 0x2000
#define PERCPU_TABLES     0x4000
#define PERCPU_NUM_TABLES 9
#define PERCPU_SIZE       0xd000

/* struct frame: x0 to x30, then one word to keep the stack aligned. */
#define FRAME_SIZE 256

/* Offsets in struct cpu_private. */
#define PRIVATE_SAVED 0

/* Offsets in struct cpu. */
#define PUBLIC_SGI_ALLOW    40
#define PUBLIC_SGI_AFFINITY 48

/* Offsets in struct el2_state, which lies at PRIVATE_SAVED. */
#define SAVED_VBAR  0
#define SAVED_SCTLR 8
#define SAVED_TCR   16
#define SAVED_TTBR0 24
#define SAVED_MAIR  32
#define SAVED_HCR   40
#define SAVED_SP    144

/* Image header fields that the entry code reads. */
#define HEADER_CORE_SIZE   8
#define HEADER_PERCPU_SIZE 16
#define HEADER_MAX_CPUS    48

/* SCTLR_EL2 (Arm ARM D19.2.132): RES1 bits, M, C, SA, I, WXN. */
#define SCTLR_EL2_ON   0x30cd183d
#define MAIR_EL2_VALUE 0xff04 /* 0: Device-nGnRE, 1: Normal WB */
