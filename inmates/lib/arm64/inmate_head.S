/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Entry of an inmate, its vectors, and the entry of further CPUs.
 *
 * The image runs wherever it is loaded (a multiple of 4 KiB): it is linked at
 * 0 as a position independent executable, and relocates itself here. Doing so
 * again after a restart without reload changes nothing, since the addends are in the table.
 */

#define R_AARCH64_RELATIVE	1027
#define FRAME_X(n)		((n) * 8)
#define FRAME_ELR		(31 * 8)
#define FRAME_FPSR		(34 * 8)
#define FRAME_Q(n)		(36 * 8 + (n) * 16)
#define FRAME_SIZE		(36 * 8 + 32 * 16)

	.section ".boot", "ax"
	.globl __reset_entry
__reset_entry:
	msr	daifset, #0xf
	mrs	x19, CurrentEL
	lsr	x19, x19, #2
	cmp	x19, #2
	b.ne	1f
	bl	drop_to_el1
1:
	adrp	x20, __reset_entry
	add	x20, x20, :lo12:__reset_entry

	adrp	x0, __rela_start
	add	x0, x0, :lo12:__rela_start
	adrp	x1, __rela_end
	add	x1, x1, :lo12:__rela_end
2:	cmp	x0, x1
	b.hs	3f
	ldp	x2, x3, [x0], #16
	ldr	x4, [x0], #8
	cmp	x3, #R_AARCH64_RELATIVE
	b.ne	2b
	add	x4, x4, x20
	str	x4, [x2, x20]
	b	2b
3:
	adrp	x0, __bss_start
	add	x0, x0, :lo12:__bss_start
	adrp	x1, __bss_end
	add	x1, x1, :lo12:__bss_end
4:	cmp	x0, x1
	b.hs	5f
	str	xzr, [x0], #8
	b	4b
5:
	adrp	x0, stack_top
	add	x0, x0, :lo12:stack_top
	mov	sp, x0
	bl	cpu_init
	mov	x0, x19
	bl	inmate_start
	b	park

/* Vectors and floating point of the calling CPU; uses x0. */
cpu_init:
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el1, x0
	mov	x0, #(3 << 20)		/* CPACR_EL1.FPEN */
	msr	cpacr_el1, x0
	isb
	ret

park:
	msr	daifset, #0xf
	wfi
	b	park

/*
 * Native start at EL2: hand the machine to EL1 as a kernel would find it.
 * Returns to the caller at EL1; uses x0.
 */
drop_to_el1:
	mov	x0, #(1 << 31)		/* HCR_EL2.RW */
	msr	hcr_el2, x0
	mov	x0, #3			/* CNTHCTL_EL2: EL1PCTEN, EL1PCEN */
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mov	x0, #0x33ff		/* CPTR_EL2: RES1, no traps */
	msr	cptr_el2, x0
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4		/* GIC */
	cbz	x0, 1f
	mov	x0, #0xf		/* ICC_SRE_EL2: Enable, DIB, DFB, SRE */
	msr	S3_4_C12_C9_5, x0
	isb
	msr	S3_4_C12_C11_0, xzr	/* ICH_HCR_EL2 */
1:	movz	x0, #0x30d0, lsl #16	/* SCTLR_EL1: RES1 */
	movk	x0, #0x0800
	msr	sctlr_el1, x0
	mov	x0, #0x3c5		/* SPSR: EL1h, DAIF */
	msr	spsr_el2, x0
	msr	elr_el2, x30
	isb
	eret

/* A further CPU: x0 = struct smp_boot, memory not cached yet. */
	.text
	.globl inmate_secondary_entry
inmate_secondary_entry:
	mov	x19, x0
	mrs	x1, CurrentEL
	cmp	x1, #8
	b.ne	1f
	bl	drop_to_el1
1:	ldp	x1, x20, [x19]
	mov	sp, x1
	ldp	x21, x2, [x19, #16]
	ldp	x3, x4, [x19, #32]
	ldr	x5, [x19, #48]
	msr	mair_el1, x4
	msr	tcr_el1, x3
	msr	ttbr0_el1, x2
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x5
	isb
	bl	cpu_init
	mov	x0, x21
	msr	daifclr, #0xf
	blr	x20
	b	park

	.macro vector number
	.balign 0x80
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #FRAME_X(0)]
	mov	x0, #\number
	b	exception_common
	.endm

	.balign 0x800
vectors:
	vector 0
	vector 1
	vector 2
	vector 3
	vector 4
	vector 5
	vector 6
	vector 7
	vector 8
	vector 9
	vector 10
	vector 11
	vector 12
	vector 13
	vector 14
	vector 15

	.macro fp_regs op
	.irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	fp_pair	\op, \n, %(\n + 1)
	.endr
	.endm

	.altmacro
	.macro fp_pair op, a, b
	\op	q\a, q\b, [sp, #FRAME_Q(\a)]
	.endm

/* All registers, since a handler may use floating point as main does. */
exception_common:
	stp	x2, x3, [sp, #FRAME_X(2)]
	stp	x4, x5, [sp, #FRAME_X(4)]
	stp	x6, x7, [sp, #FRAME_X(6)]
	stp	x8, x9, [sp, #FRAME_X(8)]
	stp	x10, x11, [sp, #FRAME_X(10)]
	stp	x12, x13, [sp, #FRAME_X(12)]
	stp	x14, x15, [sp, #FRAME_X(14)]
	stp	x16, x17, [sp, #FRAME_X(16)]
	stp	x18, x19, [sp, #FRAME_X(18)]
	stp	x20, x21, [sp, #FRAME_X(20)]
	stp	x22, x23, [sp, #FRAME_X(22)]
	stp	x24, x25, [sp, #FRAME_X(24)]
	stp	x26, x27, [sp, #FRAME_X(26)]
	stp	x28, x29, [sp, #FRAME_X(28)]
	mrs	x1, elr_el1
	stp	x30, x1, [sp, #FRAME_X(30)]
	mrs	x1, spsr_el1
	str	x1, [sp, #FRAME_ELR + 8]
	mrs	x1, fpsr
	mrs	x2, fpcr
	stp	x1, x2, [sp, #FRAME_FPSR]
	fp_regs	stp
	mov	x1, sp
	bl	inmate_exception
	fp_regs	ldp
	ldp	x1, x2, [sp, #FRAME_FPSR]
	msr	fpsr, x1
	msr	fpcr, x2
	ldp	x30, x1, [sp, #FRAME_X(30)]
	ldr	x2, [sp, #FRAME_ELR + 8]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	ldp	x2, x3, [sp, #FRAME_X(2)]
	ldp	x4, x5, [sp, #FRAME_X(4)]
	ldp	x6, x7, [sp, #FRAME_X(6)]
	ldp	x8, x9, [sp, #FRAME_X(8)]
	ldp	x10, x11, [sp, #FRAME_X(10)]
	ldp	x12, x13, [sp, #FRAME_X(12)]
	ldp	x14, x15, [sp, #FRAME_X(14)]
	ldp	x16, x17, [sp, #FRAME_X(16)]
	ldp	x18, x19, [sp, #FRAME_X(18)]
	ldp	x20, x21, [sp, #FRAME_X(20)]
	ldp	x22, x23, [sp, #FRAME_X(22)]
	ldp	x24, x25, [sp, #FRAME_X(24)]
	ldp	x26, x27, [sp, #FRAME_X(26)]
	ldp	x28, x29, [sp, #FRAME_X(28)]
	ldp	x0, x1, [sp, #FRAME_X(0)]
	add	sp, sp, #FRAME_SIZE
	eret
