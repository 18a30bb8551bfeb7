/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a CPU comes from Linux's hyp stub into EL2 with our own map, how it goes
 * back, and how it enters a cell.
 */
#include "layout.h"

	.macro	movq, reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	.endm

	/* Registers `first`... of a frame; for paths where time does not count. */
	.macro	each, op, base, regs:vararg
	.irp	n, \regs
	\op	x\n, [\base, #8 * \n]
	.endr
	.endm

/*
 * The one page that is mapped one to one as well: here the MMU goes on and off.
 */
	.section .boot, "ax"
	.balign	4096
	.global	boot_page
boot_page:

/*
 * Where the stub jumps: EL2, MMU off, x0 = logical CPU number. ELR_EL2 and
 * SPSR_EL2 lead back to the driver. Nothing in memory but what the driver
 * cleaned to the point of coherency, and this CPU's own area, is touched.
 */
	.global	el2_entry
el2_entry:
	adrp	x10, image_start		/* x10: physical base of the image */
	ldr	w12, [x10, #HEADER_MAX_CPUS]
	cmp	x0, x12
	b.lo	1f
	mov	x0, #-34			/* -ERANGE; nothing was changed */
	eret
1:	ldr	x12, [x10, #HEADER_PERCPU_SIZE]
	ldr	x13, [x10, #HEADER_CORE_SIZE]
	madd	x12, x12, x0, x13
	add	x9, x10, x12			/* x9: physical base of our area */

	add	x11, x9, #PERCPU_PRIVATE
	add	x11, x11, #PRIVATE_SAVED
	/* In the order of struct el2_state. */
	.irp	reg, vbar,sctlr,tcr,ttbr0,mair,hcr,cptr,mdcr,hstr,cnthctl,cntvoff,vttbr,vtcr,vpidr,vmpidr,tpidr,elr,spsr
	mrs	x12, \reg\()_el2
	str	x12, [x11], #8
	.endr
	mov	x12, sp
	str	x12, [x11]

	/* A frame like that of a trap, so that both leave by the same code. */
	add	x12, x9, #PERCPU_STACK
	add	x12, x12, #PERCPU_STACK_SIZE
	sub	sp, x12, #FRAME_SIZE
	each	str, sp, 18,19,20,21,22,23,24,25,26,27,28,29,30

	mov	x19, x0
	mov	x20, x9
	mov	x22, x10
	mov	x0, x9
	mov	x1, x10
	bl	stage1_early_build
	cbz	x0, el2_entry_failed
	mov	x21, x0

	/*
	 * Linux's cacheable alias of this memory may have been read
	 * speculatively since the driver cleaned it: what was just written
	 * with the MMU off must not be shadowed by such lines
	 * (Arm ARM D7.5, mismatched attributes).
	 */
	dsb	sy
	mrs	x12, ctr_el0
	ubfx	x12, x12, #16, #4		/* DminLine, log2 of words */
	mov	x13, #4
	lsl	x13, x13, x12
	mov	x12, x20
	mov	x14, #PERCPU_SIZE
	add	x14, x14, x20
2:	dc	civac, x12
	add	x12, x12, x13
	cmp	x12, x14
	b.lo	2b
	dsb	sy

	movq	x12, MAIR_EL2_VALUE
	msr	mair_el2, x12
	mrs	x13, id_aa64mmfr0_el1		/* PARange */
	and	x13, x13, #7
	cmp	x13, #5				/* 48 bits at most */
	mov	x14, #5
	csel	x13, x13, x14, lo
	/* T0SZ 25, inner and outer write-back, inner shareable, 4 KiB, RES1 */
	movq	x12, 0x80803519
	orr	x12, x12, x13, lsl #16
	msr	tcr_el2, x12
	msr	ttbr0_el2, x21
	isb
	tlbi	alle2
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	movq	x12, SCTLR_EL2_ON
	msr	sctlr_el2, x12
	isb
	ldr	x12, =el2_entry_mapped
	br	x12

el2_entry_failed:
	/* No MMU yet: only VBAR and SP matter, and they were not changed but SP. */
	add	x11, x20, #PERCPU_PRIVATE
	ldr	x12, [x11, #PRIVATE_SAVED + SAVED_SP]
	each	ldr, sp, 18,19,20,21,22,30
	mov	sp, x12
	mov	x0, #-12			/* -ENOMEM */
	eret

/*
 * The way back, MMU still on, running one to one: x1 physical address of the
 * frame, x2 SCTLR, x3 TCR, x4 TTBR0, x5 MAIR, x6 VBAR, x7 SP. ELR and SPSR are
 * in place.
 */
el2_leave_unmapped:
	dsb	sy
	msr	sctlr_el2, x2
	isb
	msr	tcr_el2, x3
	msr	ttbr0_el2, x4
	msr	mair_el2, x5
	msr	vbar_el2, x6
	mov	sp, x7
	isb
	tlbi	alle2
	tlbi	alle1
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	each	ldr, x1, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	ldp	x0, x1, [x1]
	eret
	.ltorg

	.text

/* With our map on: x19 = logical CPU number, x22 = physical base. */
el2_entry_mapped:
	movq	x12, LOCAL_PRIVATE
	sub	sp, x12, #FRAME_SIZE
	ldr	x12, =el2_vectors
	msr	vbar_el2, x12
	isb
	mov	x0, x19
	mov	x1, x22
	bl	arch_enter			/* 0 or -errno */
	mov	x1, x0
	mov	x0, sp
	cbnz	x1, el2_leave
	str	xzr, [sp]
	b	vectors_return

/*
 * void el2_leave(const struct frame *frame, u64 result): restore EL2 as found
 * and return to EL1. Interrupt controller and stage 2 users are done already.
 */
	.global	el2_leave
el2_leave:
	str	x1, [x0]
	/* The registers are read again with the MMU off: to memory with them. */
	add	x2, x0, #FRAME_SIZE
	mov	x3, x0
1:	dc	civac, x3
	add	x3, x3, #16			/* the smallest line there is */
	cmp	x3, x2
	b.lo	1b
	/* Our tables follow the stack in the per-CPU area. */
	mrs	x1, ttbr0_el2
	bic	x1, x1, #0xfff
	sub	x1, x1, #PERCPU_TABLES
	add	x1, x1, #PERCPU_STACK
	movq	x2, LOCAL_STACK
	sub	x0, x0, x2
	add	x1, x1, x0

	movq	x11, (LOCAL_PRIVATE + PRIVATE_SAVED)
	add	x12, x11, #SAVED_HCR
	.irp	reg, hcr,cptr,mdcr,hstr,cnthctl,cntvoff,vttbr,vtcr,vpidr,vmpidr,tpidr
	ldr	x13, [x12], #8
	msr	\reg\()_el2, x13
	.endr
	ldr	x2, [x11, #SAVED_SCTLR]
	ldr	x3, [x11, #SAVED_TCR]
	ldr	x4, [x11, #SAVED_TTBR0]
	ldr	x5, [x11, #SAVED_MAIR]
	ldr	x6, [x11, #SAVED_VBAR]
	ldr	x7, [x11, #SAVED_SP]
	adr	x8, leave_target
	ldr	x8, [x8]
	/* Link address to physical: the entry left the base in the image. */
	ldr	x9, =HYP_BASE
	sub	x8, x8, x9
	ldr	x9, =image_phys_base
	ldr	x9, [x9]
	add	x8, x8, x9
	br	x8
	.balign	8
leave_target:
	.quad	el2_leave_unmapped

/*
 * void el2_enter_cell(u64 context): ELR_EL2 and SPSR_EL2 are set; enter EL1
 * with all general registers zero but x0 and x1 = context.
 */
	.global	el2_enter_cell
el2_enter_cell:
	movq	x2, LOCAL_PRIVATE
	mov	sp, x2
	mov	x1, x0
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x\n, xzr
	.endr
	eret

/* void el2_call_on_fresh_stack(void (*fn)(void)): forget all callers. */
	.global	el2_call_on_fresh_stack
el2_call_on_fresh_stack:
	movq	x1, LOCAL_PRIVATE
	mov	sp, x1
	mov	x29, xzr
	mov	x30, xzr
	br	x0

/* void fp_wipe(void): no FP or SIMD state crosses from one cell to another. */
	.global	fp_wipe
	.arch_extension fp
	.arch_extension simd
fp_wipe:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	ret

/*
 * void debug_wipe(void): break- and watchpoints, as many as there are
 * (ID_AA64DFR0_EL1.BRPs and WRPs, less one each).
 */
	.global	debug_wipe
debug_wipe:
	mrs	x0, id_aa64dfr0_el1
	ubfx	x1, x0, #12, #4
	ubfx	x2, x0, #20, #4
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	cmp	x1, #\n
	b.lo	1f
	msr	dbgbcr\n\()_el1, xzr
	msr	dbgbvr\n\()_el1, xzr
	.endr
1:	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	cmp	x2, #\n
	b.lo	2f
	msr	dbgwcr\n\()_el1, xzr
	msr	dbgwvr\n\()_el1, xzr
	.endr
2:	ret

/* u64 id_register_read(u32 n): the n-th register of CRn 0, from CRm 1, Op2 0. */
	.global	id_register_read
id_register_read:
	adr	x1, 1f
	add	x1, x1, w0, uxtw #3		/* two instructions each */
	br	x1
1:	.irp m, 1,2,3,4,5,6,7
	.irp n, 0,1,2,3,4,5,6,7
	mrs	x0, s3_0_c0_c\m\()_\n
	ret
	.endr
	.endr

/* void sve_wipe(void): the predicates; fp_wipe() has cleared all of Zn. */
	.global	sve_wipe
	.arch_extension sve
sve_wipe:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	pfalse	p\n\().b
	.endr
	wrffr	p0.b
	ret

/* void firmware_call(struct frame *frame): SMC with x0 to x17 of the frame. */
	.global	firmware_call
firmware_call:
	stp	x29, x30, [sp, #-32]!
	str	x0, [sp, #16]
	mov	x29, x0
	each	ldr, x29, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
	smc	#0
	ldr	x29, [sp, #16]
	each	str, x29, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
	ldp	x29, x30, [sp], #32
	ret
	.ltorg
