/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How a config names a UART, and the page through which root reads what the
 * hypervisor has to say.
 */
#pragma once

#include <jailhouse/types.h>

#define JAILHOUSE_CON_TYPE_NONE       0x0000
#define JAILHOUSE_CON_TYPE_EFIFB      0x0001
#define JAILHOUSE_CON_TYPE_8250       0x0002
#define JAILHOUSE_CON_TYPE_PL011      0x0003
#define JAILHOUSE_CON_TYPE_XUARTPS    0x0004
#define JAILHOUSE_CON_TYPE_MVEBU      0x0005
#define JAILHOUSE_CON_TYPE_HSCIF      0x0006
#define JAILHOUSE_CON_TYPE_SCIFA      0x0007
#define JAILHOUSE_CON_TYPE_IMX        0x0008
#define JAILHOUSE_CON_TYPE_IMX_LPUART 0x0009
#define JAILHOUSE_CON_TYPE_SCIF       0x000a

#define JAILHOUSE_CON_ACCESS_PIO    0x0000
#define JAILHOUSE_CON_ACCESS_MMIO   0x0001
#define JAILHOUSE_CON_REGDIST_1     0x0000
#define JAILHOUSE_CON_REGDIST_4     0x0002
#define JAILHOUSE_CON_FB_1024x768   0x0000
#define JAILHOUSE_CON_FB_1920x1080  0x0004
#define JAILHOUSE_CON_INVERTED_GATE 0x1000
#define JAILHOUSE_CON_MDR_QUIRK     0x2000

#define CON_IS_MMIO(flags)           (!!((flags)&JAILHOUSE_CON_ACCESS_MMIO))
#define CON_USES_REGDIST_1(flags)    (!((flags)&JAILHOUSE_CON_REGDIST_4))
#define FB_IS_1920x1080(flags)       (!!((flags)&JAILHOUSE_CON_FB_1920x1080))
#define CON_HAS_INVERTED_GATE(flags) (!!((flags)&JAILHOUSE_CON_INVERTED_GATE))
#define CON_HAS_MDR_QUIRK(flags)     (!!((flags)&JAILHOUSE_CON_MDR_QUIRK))

/** A UART as a config describes it. 32 bytes. */
struct jailhouse_console {
	/** Physical base address. */
	__u64 address;
	/** Bytes of the register window; used for the debug console only. */
	__u32 size;
	/** JAILHOUSE_CON_TYPE_* */
	__u16 type;
	/** JAILHOUSE_CON_ACCESS_* and following */
	__u16 flags;
	/** Baud rate divider; 0 leaves the UART as Linux set it up. */
	__u32 divider;
	/** Bit number in the clock gate register. */
	__u32 gate_nr;
	/** Physical address of the 32-bit clock gate register, 0 = none. */
	__u64 clock_reg;
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_console) == 32, "console ABI");

/** Bytes kept in the console ring. */
#define JAILHOUSE_CONSOLE_RING_SIZE 2048
/** Longest reason text, with its terminating zero. */
#define JAILHOUSE_REASON_SIZE       496
/** Marks a console page that an EL2 image has initialised ("CBLKCONS"). */
#define JAILHOUSE_CONSOLE_MAGIC     0x534e4f434b4c4243ULL

/**
 * The page that EL2 writes and root may only read (offset `console_page` of
 * the image).
 *
 * The ring: byte n of the log stands at content[n % size]; `tail` counts all
 * bytes ever written. The writer sets `busy`, writes, and clears it, with
 * store barriers between; a reader copies, and repeats while `busy` was set
 * or `tail` moved.
 *
 * The reason: the sentence that explains the last management hypercall (or
 * enable attempt) that returned an error. It is written before the call
 * returns and stays until the next failure, so a caller that serialises its
 * calls may simply read it.
 *
 * The restart set: bit n % 64 of word n / 64 is set while cell n has called
 * PSCI SYSTEM_RESET and waits for root to load and start it again. EL2 clears
 * it at start, set-loadable and destroy.
 */
struct jailhouse_console_page {
	__u32 busy;
	__u32 tail;
	char content[JAILHOUSE_CONSOLE_RING_SIZE];
	__u8 reserved0[3072 - 8 - JAILHOUSE_CONSOLE_RING_SIZE];
	/** Number of reasons written so far. */
	__u32 reason_seq;
	/** The negative errno that the reason belongs to. */
	__s32 reason_code;
	char reason[JAILHOUSE_REASON_SIZE];
	__u8 reserved1[3584 - 3072 - 8 - JAILHOUSE_REASON_SIZE];
	__u64 restart_cells[4];
	/** Longest time Linux stood still at enable, in counter ticks. */
	__u64 enable_ticks;
	__u8 reserved2[4096 - 3584 - 4 * 8 - 2 * 8];
	/** JAILHOUSE_CONSOLE_MAGIC; tells a driver that the log of an earlier,
	 *  perhaps hung, attempt lies here. */
	__u64 magic;
} __attribute__((packed, aligned(8)));

_Static_assert(sizeof(struct jailhouse_console_page) == 4096, "console page");
