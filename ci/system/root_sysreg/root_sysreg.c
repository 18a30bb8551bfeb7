// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel module for tests: every encoding of MRS, MSR, SYS and SYSL (Arm ARM
 * C5.1.2) from inside Linux, the root cell. The seed of the values written goes
 * to the parameter `op`, with the first Op1 that belongs to EL2 and above; all
 * is tried on the CPU that writes it. `result` says how many attempts there
 * were, how many were undefined, how many were answered though they belong to
 * EL2 or EL3, and the last instruction of those.
 *
 * What Linux can write it gets back before it runs again: a register is read,
 * written and restored without interrupts, and with vectors of our own.
 *
 * Not part of the product.
 */
#include <linux/bits.h>
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/smp.h>

#define FIRST_CODE                    0x4000
#define LAST_CODE                     0xffff
#define L_BIT                         BIT(21)
/* Op0:Op1:CRn:CRm:Op2, as in bits 20 to 5 of the instruction. */
#define CODE(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define OP0(code)                     ((code) >> 14)
#define OP1(code)                     ((code) >> 11 & 7)
#define INSTRUCTION(code)             (0xd5000000U | (u32)(code) << 5)
#define SYS                           1
#define SPECIAL                       3

/* What root_sysreg_try() says. */
#define READ_FAILED  BIT(0)
#define WRITE_FAILED BIT(1)

u64 root_sysreg_try(u64 read, u64 write, u64 value);
extern const u64 root_sysreg_reads[], root_sysreg_writes[];

/*
 * One instruction and a return for each encoding. An exception is counted in
 * x14, and the instruction skipped.
 */
asm(".macro ignore\n"
    "	.balign	128\n"
    "	mov	x14, #1\n"
    "	mrs	x15, elr_el1\n"
    "	add	x15, x15, #4\n"
    "	msr	elr_el1, x15\n"
    "	eret\n"
    ".endm\n"

    ".macro	stubs instruction\n"
    "	.set	code, 0x4000\n"
    "	.rept	0xc000\n"
    "	.inst	\\instruction | code << 5\n"
    "	ret\n"
    "	.set	code, code + 1\n"
    "	.endr\n"
    ".endm\n"

    ".macro	attempt stub\n"
    "	mov	x14, #0\n"
    "	adr	x30, 1f\n"
    "	ret	\\stub\n"
    "1:\n"
    ".endm\n"

    "	.text\n"
    "	.balign	2048\n"
    "root_sysreg_vectors:\n"
    "	.rept	16\n"
    "	ignore\n"
    "	.endr\n"

    "	.balign	8\n"
    "root_sysreg_reads:\n"
    "	stubs	0xd5200000\n"
    "root_sysreg_writes:\n"
    "	stubs	0xd5000000\n"

    "	.global	root_sysreg_try\n"
    "	.type	root_sysreg_try, %function\n"
    "root_sysreg_try:\n"
    "	hint	#34\n"
    "	mov	x9, x30\n"
    "	mrs	x10, daif\n"
    "	msr	daifset, #15\n"
    "	mrs	x11, vbar_el1\n"
    "	adrp	x12, root_sysreg_vectors\n"
    "	add	x12, x12, :lo12:root_sysreg_vectors\n"
    "	msr	vbar_el1, x12\n"
    "	isb\n"
    "	mov	x12, x0\n"
    "	mov	x13, x1\n"
    "	mov	x0, #0\n"
    "	attempt	x12\n"
    "	mov	x4, x0\n"
    "	mov	x5, x14\n"
    "	mov	x0, x2\n"
    "	attempt	x13\n"
    "	mov	x6, x14\n"
    "	cbnz	x5, 2f\n"
    "	mov	x0, x4\n"
    "	attempt	x13\n"
    "2:	isb\n"
    "	msr	vbar_el1, x11\n"
    "	isb\n"
    "	msr	daif, x10\n"
    "	orr	x0, x5, x6, lsl #1\n"
    "	ret	x9\n");

/* Linux lives by these, takes or ends an interrupt with them, or could not get them back. */
static const u16 vital[] = {
	CODE(2, 0, 1, 0, 4), /* OSLAR_EL1 */
	CODE(3, 0, 1, 0, 0), /* SCTLR_EL1 */
	CODE(3, 0, 1, 0, 2), /* CPACR_EL1 */
	CODE(3, 0, 2, 0, 0), /* TTBR0_EL1 */
	CODE(3, 0, 2, 0, 1), /* TTBR1_EL1 */
	CODE(3, 0, 2, 0, 2), /* TCR_EL1 */
	CODE(3, 0, 4, 2, 0), /* SPSel */
	CODE(3, 3, 4, 2, 1), /* DAIF */
	CODE(3, 0, 10, 2, 0), /* MAIR_EL1 */
	CODE(3, 0, 12, 0, 0), /* VBAR_EL1 */
	CODE(3, 0, 12, 8, 0), /* ICC_IAR0_EL1 */
	CODE(3, 0, 12, 8, 1), /* ICC_EOIR0_EL1 */
	CODE(3, 0, 12, 11, 1), /* ICC_DIR_EL1 */
	CODE(3, 0, 12, 11, 5), /* ICC_SGI1R_EL1 */
	CODE(3, 0, 12, 11, 6), /* ICC_ASGI1R_EL1 */
	CODE(3, 0, 12, 11, 7), /* ICC_SGI0R_EL1 */
	CODE(3, 0, 12, 12, 0), /* ICC_IAR1_EL1 */
	CODE(3, 0, 12, 12, 1), /* ICC_EOIR1_EL1 */
};

static u8 own_page[PAGE_SIZE] __aligned(PAGE_SIZE);
static u64 attempts, undefined, holes, last_hole;
static u64 first_above;

static bool is_vital(u32 code)
{
	for (size_t n = 0; n < ARRAY_SIZE(vital); n++)
		if (vital[n] == code)
			return true;
	return false;
}

/* Registers and instructions of EL2 and EL3, and of EL1 by other names. */
static bool is_above(u32 code)
{
	return OP1(code) >= first_above && (OP0(code) == SPECIAL || OP0(code) == SYS);
}

static void judge(u32 code, bool read, bool failed)
{
	attempts++;
	undefined += failed;
	if (failed || !is_above(code))
		return;
	holes++;
	last_hole = INSTRUCTION(code) | (read ? L_BIT : 0);
}

static void attack(u32 code, u64 value)
{
	u32 n = code - FIRST_CODE;
	u64 outcome;

	if (is_vital(code))
		return;
	outcome = root_sysreg_try((u64)&root_sysreg_reads[n], (u64)&root_sysreg_writes[n], value);
	judge(code, true, outcome & READ_FAILED);
	judge(code, false, outcome & WRITE_FAILED);
}

static int op_set(const char *text, const struct kernel_param *param)
{
	struct rnd_state random;
	u64 seed;

	if (sscanf(text, "%lli %lli", &seed, &first_above) != 2)
		return -EINVAL;
	prandom_seed_state(&random, seed);
	attempts = undefined = holes = last_hole = 0;
	cpus_read_lock();
	migrate_disable();
	for (u32 code = FIRST_CODE; code <= LAST_CODE; code++) {
		cond_resched();
		if (OP0(code) == SYS) {
			attack(code, (u64)own_page);
			continue;
		}
		attack(code, 0);
		attack(code, ~0ULL);
		attack(code, (u64)prandom_u32_state(&random) << 32 | prandom_u32_state(&random));
	}
	migrate_enable();
	cpus_read_unlock();
	return 0;
}

static const struct kernel_param_ops op_ops = { .set = op_set };
module_param_cb(op, &op_ops, NULL, 0200);

static int result_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "0x%llx 0x%llx 0x%llx 0x%llx\n", attempts, undefined,
			 holes, last_hole);
}

static const struct kernel_param_ops result_ops = { .get = result_get };
module_param_cb(result, &result_ops, NULL, 0400);

static int __init root_sysreg_init(void)
{
	return 0;
}

static void __exit root_sysreg_exit(void)
{
}

module_init(root_sysreg_init);
module_exit(root_sysreg_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test aid: a root cell that tries all system registers");
