/* SPDX-License-Identifier: GPL-2.0 */
/*
 * EL2's exception vectors and the short paths: SGI sends, hypercalls and SMC
 * calls save no more than they need; all else gets a full frame and C.
 *
 * The stack is empty on entry: SP is LOCAL_PRIVATE, so private and public data
 * of the CPU lie at fixed offsets above it.
 */
#include "layout.h"

#define PUBLIC_OFFSET		(LOCAL_PUBLIC - LOCAL_PRIVATE)
#define STAT_TOTAL		(PUBLIC_OFFSET + 4 * 0)
#define STAT_MMIO		(PUBLIC_OFFSET + 4 * 1)
#define STAT_HYPERCALL		(PUBLIC_OFFSET + 4 * 3)
#define STAT_PSCI		(PUBLIC_OFFSET + 4 * 7)
#define STAT_VSGI		(PUBLIC_OFFSET + 4 * 6)

	/* With the frame on the stack. */
	.macro	count, stat, reg
	ldr	\reg, [sp, #FRAME_SIZE + \stat]
	add	\reg, \reg, #1
	str	\reg, [sp, #FRAME_SIZE + \stat]
	.endm

	/* What C may change, into the frame; x0 and x1 are there. */
	.macro	save_volatile
	stp	x2, x3, [sp, #8 * 2]
	stp	x4, x5, [sp, #8 * 4]
	stp	x6, x7, [sp, #8 * 6]
	stp	x8, x9, [sp, #8 * 8]
	stp	x10, x11, [sp, #8 * 10]
	stp	x12, x13, [sp, #8 * 12]
	stp	x14, x15, [sp, #8 * 14]
	stp	x16, x17, [sp, #8 * 16]
	str	x30, [sp, #8 * 30]
	.endm

	/* The same back, but for x0 and x1. */
	.macro	restore_volatile
	ldp	x2, x3, [sp, #8 * 2]
	ldp	x4, x5, [sp, #8 * 4]
	ldp	x6, x7, [sp, #8 * 6]
	ldp	x8, x9, [sp, #8 * 8]
	ldp	x10, x11, [sp, #8 * 10]
	ldp	x12, x13, [sp, #8 * 12]
	ldp	x14, x15, [sp, #8 * 14]
	ldp	x16, x17, [sp, #8 * 16]
	ldr	x30, [sp, #8 * 30]
	.endm

	/* The rest, which C keeps. */
	.macro	save_kept
	stp	x18, x19, [sp, #8 * 18]
	stp	x20, x21, [sp, #8 * 20]
	stp	x22, x23, [sp, #8 * 22]
	stp	x24, x25, [sp, #8 * 24]
	stp	x26, x27, [sp, #8 * 26]
	stp	x28, x29, [sp, #8 * 28]
	.endm

	/* An exception from EL2 itself, or an interrupt: a bug of ours. It may be that
	 * the stack is full; nobody returns to what is on it. */
	.macro	bug, kind
	.balign	0x80
	mov	sp, #LOCAL_PRIVATE
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	mov	x1, #\kind
	b	vectors_bug
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global	el2_vectors
el2_vectors:
	bug	0
	bug	1
	bug	2
	bug	3
	bug	4
	bug	5
	bug	6
	bug	7

	.balign	0x80				/* synchronous, from AArch64 */
	/*
	 * SGI send: MSR ICC_SGI1R_EL1, Xt traps in every cell. ESR: EC 0x18,
	 * IL, Op0 3, Op2 5, Op1 0, CRn 12, Rt, CRm 11, write.
	 */
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	mrs	x0, esr_el2
	mov	w1, #0x3016
	movk	w1, #0x623a, lsl #16
	eor	w1, w1, w0
	tst	w1, #0xfffffc1f			/* all but Rt */
	b.ne	not_sgi
	and	x0, x0, #0x3e0
	adr	x1, load_register
	add	x1, x1, x0, lsr #2		/* two instructions each */
	br	x1

	bug	9
	bug	10
	.balign	0x80
	b	vectors_full			/* SError from a cell */

	.balign	0x80				/* the same, were EL1 AArch32 */
	b	vectors_full_lower
	bug	13
	bug	14
	.balign	0x80
	b	vectors_full_lower

	.balign	0x80
sgi_value:
	/* Affinity fields must equal ours, and no bit beyond the allowed. */
	ldr	x1, [sp, #FRAME_SIZE + PUBLIC_OFFSET + PUBLIC_SGI_AFFINITY]
	eor	x0, x0, x1
	ldr	x1, [sp, #FRAME_SIZE + PUBLIC_OFFSET + PUBLIC_SGI_ALLOW]
	bics	xzr, x0, x1
	b.ne	vectors_full_framed		/* other cluster, broadcast, refusal */
	ldr	x1, [sp, #FRAME_SIZE + PUBLIC_OFFSET + PUBLIC_SGI_AFFINITY]
	eor	x0, x0, x1
	msr	s3_0_c12_c11_5, x0
	count	STAT_TOTAL, w0
	count	STAT_VSGI, w0
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

load_register:
	ldr	x0, [sp]
	b	sgi_value
	ldr	x0, [sp, #8]
	b	sgi_value
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x0, x\n
	b	sgi_value
	.endr
	mov	x0, xzr
	b	sgi_value

	/* x0 = ESR; x0 and x1 of the cell are in the frame. */
not_sgi:
	lsr	w1, w0, #26
	cmp	w1, #0x24
	b.eq	data_abort
	cmp	w1, #0x16
	b.eq	hvc
	cmp	w1, #0x17
	b.ne	vectors_full_framed

	/*
	 * SMC: Arm architecture (0x80...) and standard (0x84, 0xc4) services.
	 * The result is in x0 alone; the cell keeps all other registers.
	 */
	ldr	x0, [sp]
	mov	w1, #0x84000000			/* PSCI_VERSION: 1.1 */
	cmp	w0, w1
	b.eq	psci_version
	ubfx	x1, x0, #24, #6			/* owner */
	cbz	x1, 1f
	cmp	x1, #4
	b.ne	vectors_full_framed
	tst	x0, #0xffe0			/* PSCI: 0 to 0x1f */
	b.ne	vectors_full_framed
1:	count	STAT_TOTAL, w1
	ldr	x1, [sp, #8]
	save_volatile
	mrs	x4, elr_el2
	add	x4, x4, #4
	msr	elr_el2, x4
	bl	smc_standard
short_return:
	restore_volatile
	ldr	x1, [sp, #8]
	add	sp, sp, #FRAME_SIZE
	eret

psci_version:
	count	STAT_TOTAL, w0
	count	STAT_PSCI, w0
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	mov	x0, #1
	movk	x0, #1, lsl #16
	ldr	x1, [sp, #8]
	add	sp, sp, #FRAME_SIZE
	eret

hvc:
	mov	w1, #0x4a48			/* JAILHOUSE_HVC_CODE */
	movk	w1, #0x5a00, lsl #16		/* EC 0x16, IL */
	cmp	w0, w1
	b.ne	vectors_full_framed
	ldr	x0, [sp]
	sub	x1, x0, #1
	cmp	x1, #8				/* HYPERCALL_LAST - 1 */
	b.hi	hvc_special
	ldr	x1, [sp, #8]
	save_volatile
	count	STAT_TOTAL, w3
	count	STAT_HYPERCALL, w3
	adrp	x3, hypercalls
	add	x3, x3, :lo12:hypercalls
	and	x4, x0, #0xf			/* also under speculation */
	ldr	x3, [x3, x4, lsl #3]
	blr	x3
	b	short_return

hvc_special:
	cbz	x0, vectors_full_framed		/* DISABLE */
	count	STAT_TOTAL, w0
	count	STAT_HYPERCALL, w0
	mov	x0, #-38			/* -ENOSYS */
	ldr	x1, [sp, #8]
	add	sp, sp, #FRAME_SIZE
	eret

	/*
	 * A filtered device register; all else (and any refusal, once more) in
	 * full. Registers that C keeps are saved if the access names one.
	 */
data_abort:
	save_volatile
	ubfx	w1, w0, #16, #5			/* SRT */
	sub	w1, w1, #18
	cmp	w1, #11
	mov	x1, x0
	b.ls	data_abort_kept			/* x18 to x29 */
	mov	x0, sp
	bl	abort_perform
	cbz	x0, vectors_full_kept
	count	STAT_TOTAL, w0
	count	STAT_MMIO, w0
	restore_volatile
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

data_abort_kept:
	save_kept
	mov	x0, sp
	bl	abort_perform
	cbz	x0, vectors_full_kept
	count	STAT_TOTAL, w0
	count	STAT_MMIO, w0
	b	vectors_return

vectors_full_lower:
vectors_full:
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
vectors_full_framed:
	save_volatile
vectors_full_kept:
	save_kept
	mov	x0, sp
	bl	trap_handle
	.global	vectors_return
vectors_return:
	restore_volatile
	ldp	x18, x19, [sp, #8 * 18]
	ldp	x20, x21, [sp, #8 * 20]
	ldp	x22, x23, [sp, #8 * 22]
	ldp	x24, x25, [sp, #8 * 24]
	ldp	x26, x27, [sp, #8 * 26]
	ldp	x28, x29, [sp, #8 * 28]
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

	/* x0, x1 stored in the frame; x1 = vector number. */
vectors_bug:
	save_volatile
	save_kept
	mov	x0, sp
	b	trap_bug
