/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where CPUs wait that Linux does not have: at EL2, MMU off, without a stack.
 * The code is copied into pages that outlive the module (drv_spin.c), so it
 * knows its surroundings only by its own address.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>

#include "drv_pen.h"

	.macro	own_slot, slot, tmp, own
	adr	\slot, drv_pen_code
	add	\slot, \slot, #PEN_SLOTS
	mrs	\own, mpidr_el1
	/* Aff3 and Aff2 to Aff0 */
	mov	\tmp, #0xffffff
	movk	\tmp, #0xff, lsl #32
	and	\own, \own, \tmp
.Lsearch\@:
	ldr	\tmp, [\slot, #PEN_MPIDR]
	cmp	\tmp, \own
	b.eq	.Lfound\@
	add	\slot, \slot, #PEN_SLOT_SIZE
	b	.Lsearch\@
.Lfound\@:
	.endm

	.pushsection .rodata, "a"
	.balign	8
SYM_DATA_START(drv_pen_code)
	/* The firmware's loop jumps here. */
	b	1f
	.balign	8
	/* Known by this: struct pen_head. */
	.quad	PEN_MAGIC
1:	msr	daifset, #15
	own_slot x9, x10, x11
	mrs	x10, CurrentEL
	str	x10, [x9, #PEN_LEVEL]
	cmp	x10, #(2 << 2)
	b.ne	5f

	/* And EL2 returns here: the ticket that was taken has been used. */
2:	own_slot x9, x10, x11
	ldr	x12, [x9, #PEN_TAKEN]
	dsb	sy
	str	x12, [x9, #PEN_BACK]
	dsb	sy
3:	ldr	x10, [x9, #PEN_TICKET]
	cmp	x10, x12
	b.ne	4f
	wfe
	b	3b

	/* Off to PEN_ENTRY, with a way back. */
4:	str	x10, [x9, #PEN_TAKEN]
	dsb	sy
	adr	x10, 2b
	msr	elr_el2, x10
	mov	x10, #0x3c9			/* EL2h; D, A, I, F masked */
	msr	spsr_el2, x10
	ldr	x0, [x9, #PEN_CPU]
	ldr	x10, [x9, #PEN_ENTRY]
	ic	iallu
	dsb	sy
	isb
	br	x10

	/* Not EL2: nothing to be had here. */
5:	wfe
	b	5b
	.org	drv_pen_code + PEN_SLOTS
SYM_DATA_END(drv_pen_code)
	.popsection
