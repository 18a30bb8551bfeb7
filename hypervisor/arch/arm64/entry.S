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

	/* Save one EL2 register to the state at x11, or restore it. */
	.macro	save, sysreg, offset
	mrs	x12, \sysreg
	str	x12, [x11, #\offset]
	.endm
	.macro	restore, sysreg, offset
	ldr	x12, [x11, #\offset]
	msr	\sysreg, x12
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
	save	vbar_el2, SAVED_VBAR
	save	sctlr_el2, SAVED_SCTLR
	save	tcr_el2, SAVED_TCR
	save	ttbr0_el2, SAVED_TTBR0
	save	mair_el2, SAVED_MAIR
	save	hcr_el2, SAVED_HCR
	save	cptr_el2, SAVED_CPTR
	save	mdcr_el2, SAVED_MDCR
	save	hstr_el2, SAVED_HSTR
	save	cnthctl_el2, SAVED_CNTHCTL
	save	cntvoff_el2, SAVED_CNTVOFF
	save	vttbr_el2, SAVED_VTTBR
	save	vtcr_el2, SAVED_VTCR
	save	vpidr_el2, SAVED_VPIDR
	save	vmpidr_el2, SAVED_VMPIDR
	save	tpidr_el2, SAVED_TPIDR
	save	elr_el2, SAVED_ELR
	save	spsr_el2, SAVED_SPSR
	mov	x12, sp
	str	x12, [x11, #SAVED_SP]

	/* A frame like that of a trap, so that both leave by the same code. */
	add	x12, x9, #PERCPU_STACK
	add	x12, x12, #PERCPU_STACK_SIZE
	sub	sp, x12, #FRAME_SIZE
	stp	x18, x19, [sp, #8 * 18]
	stp	x20, x21, [sp, #8 * 20]
	stp	x22, x23, [sp, #8 * 22]
	stp	x24, x25, [sp, #8 * 24]
	stp	x26, x27, [sp, #8 * 26]
	stp	x28, x29, [sp, #8 * 28]
	str	x30, [sp, #8 * 30]

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
	ldp	x18, x19, [sp, #8 * 18]
	ldp	x20, x21, [sp, #8 * 20]
	ldp	x22, x23, [sp, #8 * 22]
	ldr	x30, [sp, #8 * 30]
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
	ldp	x2, x3, [x1, #8 * 2]
	ldp	x4, x5, [x1, #8 * 4]
	ldp	x6, x7, [x1, #8 * 6]
	ldp	x8, x9, [x1, #8 * 8]
	ldp	x10, x11, [x1, #8 * 10]
	ldp	x12, x13, [x1, #8 * 12]
	ldp	x14, x15, [x1, #8 * 14]
	ldp	x16, x17, [x1, #8 * 16]
	ldp	x18, x19, [x1, #8 * 18]
	ldp	x20, x21, [x1, #8 * 20]
	ldp	x22, x23, [x1, #8 * 22]
	ldp	x24, x25, [x1, #8 * 24]
	ldp	x26, x27, [x1, #8 * 26]
	ldp	x28, x29, [x1, #8 * 28]
	ldr	x30, [x1, #8 * 30]
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
	restore	hcr_el2, SAVED_HCR
	restore	cptr_el2, SAVED_CPTR
	restore	mdcr_el2, SAVED_MDCR
	restore	hstr_el2, SAVED_HSTR
	restore	cnthctl_el2, SAVED_CNTHCTL
	restore	cntvoff_el2, SAVED_CNTVOFF
	restore	vttbr_el2, SAVED_VTTBR
	restore	vtcr_el2, SAVED_VTCR
	restore	vpidr_el2, SAVED_VPIDR
	restore	vmpidr_el2, SAVED_VMPIDR
	restore	tpidr_el2, SAVED_TPIDR
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

/* void firmware_call(struct frame *frame): SMC with x0 to x17 of the frame. */
	.global	firmware_call
firmware_call:
	stp	x29, x30, [sp, #-32]!
	str	x0, [sp, #16]
	mov	x18, x0
	ldp	x0, x1, [x18]
	ldp	x2, x3, [x18, #16]
	ldp	x4, x5, [x18, #32]
	ldp	x6, x7, [x18, #48]
	ldp	x8, x9, [x18, #64]
	ldp	x10, x11, [x18, #80]
	ldp	x12, x13, [x18, #96]
	ldp	x14, x15, [x18, #112]
	ldp	x16, x17, [x18, #128]
	smc	#0
	ldr	x18, [sp, #16]
	stp	x0, x1, [x18]
	stp	x2, x3, [x18, #16]
	stp	x4, x5, [x18, #32]
	stp	x6, x7, [x18, #48]
	stp	x8, x9, [x18, #64]
	stp	x10, x11, [x18, #80]
	stp	x12, x13, [x18, #96]
	stp	x14, x15, [x18, #112]
	stp	x16, x17, [x18, #128]
	ldp	x29, x30, [sp], #32
	ret
	.ltorg
