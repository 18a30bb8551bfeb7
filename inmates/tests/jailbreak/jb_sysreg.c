/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Every encoding of MRS, MSR, SYS and SYSL (Arm ARM C5.1.2), 128 instructions
 * at a time, from EL1 and EL0.
 */
#include <inmate_sysregs.h>

#include "jailbreak.h"

#define SYSTEM(l, op0, op1, crn, crm, op2)                                                       \
	(0xd5000000u | (u32)(l) << 21 | (u32)(op0) << 19 | (u32)(op1) << 16 | (u32)(crn) << 12 | \
	 (u32)(crm) << 8 | (u32)(op2) << 5)
#define NOP                     0xd503201fu
#define REG(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* What we live by, and with which we would only harm ourselves. */
#define MDSCR_EL1 REG(0, 0, 2, 2)
static const u16 vital[] = {
	REG(0, 1, 0, 0), /* SCTLR_EL1 */
	REG(0, 1, 0, 2), /* CPACR_EL1 */
	REG(0, 2, 0, 0), /* TTBR0_EL1 */
	REG(0, 2, 0, 1), /* TTBR1_EL1 */
	REG(0, 2, 0, 2), /* TCR_EL1 */
	REG(0, 4, 2, 0), /* SPSel */
	REG(3, 4, 2, 1), /* DAIF */
	REG(0, 10, 2, 0), /* MAIR_EL1 */
	REG(0, 12, 0, 0), /* VBAR_EL1 */
};

static u8 own_page[PAGE_SIZE] __attribute__((aligned(4096)));

static bool is_vital(unsigned int op1, unsigned int crn, unsigned int crm, unsigned int op2)
{
	for (unsigned int n = 0; n < sizeof(vital) / sizeof(vital[0]); n++)
		if (vital[n] == REG(op1, crn, crm, op2))
			return true;
	return false;
}

/* Registers and instructions of EL2 and EL3, and of EL1 by other names. */
static bool is_above(unsigned int op0, unsigned int op1)
{
	return op1 >= 4 && (op0 == 3 || op0 == 1);
}

static void attack_block(const char *name, bool read, unsigned int el, unsigned int op0,
			 unsigned int op1, unsigned int crn, u64 value)
{
	for (unsigned int n = 0; n < JB_BLOCK_SIZE; n++) {
		bool skip = !read && ((op0 == 3 && is_vital(op1, crn, n / 8, n % 8)) ||
				      /* Would single-step us, which is allowed. */
				      (op0 == 2 && REG(op1, crn, n / 8, n % 8) == MDSCR_EL1));

		jb_block[n] = skip ? NOP : SYSTEM(read, op0, op1, crn, n / 8, n % 8);
	}
	jb_try_block(el, value);
	for (unsigned int n = 0; n < JB_BLOCK_SIZE; n++) {
		enum jb_outcome outcome = (enum jb_outcome)jb_block_outcome[n];
		enum jb_verdict verdict = JB_FINE;

		if (jb_block[n] == NOP)
			continue;
		if (outcome == JB_ANSWERED && is_above(op0, op1))
			verdict = JB_HOLE;
		if (verdict != JB_FINE)
			jb_note(name, jb_block[n], value);
		jb_count(name, outcome, verdict);
	}
}

static void attack_space(unsigned int op0, unsigned int op1, unsigned int el)
{
	static char target[] = "op0=0,op1=0";
	bool instruction = op0 == 1;

	target[4] = (char)('0' + op0);
	target[10] = (char)('0' + op1);
	jb_row("sysreg", target, el);
	for (unsigned int crn = 0; crn < 16; crn++) {
		attack_block(instruction ? "sysl" : "mrs", true, el, op0, op1, crn, 0);
		if (instruction) {
			attack_block("sys", false, el, op0, op1, crn, (u64)own_page);
			continue;
		}
		attack_block("msr", false, el, op0, op1, crn, 0);
		attack_block("msr", false, el, op0, op1, crn, ~0ULL);
		attack_block("msr", false, el, op0, op1, crn, jb_random());
	}
	jb_row_end();
}

void jb_sysregs(void)
{
	jb_mask_all();
	for (unsigned int el = 2; el-- > 0;)
		for (unsigned int op0 = 1; op0 <= 3; op0++)
			for (unsigned int op1 = 0; op1 < 8; op1++)
				attack_space(op0, op1, el);
}
