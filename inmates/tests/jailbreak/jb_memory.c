/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Memory: every kind of access to what is not ours, or not ours in this way. */
#include <inmate_sysregs.h>

#include "jailbreak.h"

enum kind { LOAD, STORE, FETCH, WALK, MAINTENANCE };

struct op {
	const char *name;
	jb_function_t function;
	enum kind kind;
	/* Only with these bits of ID_AA64ISAR0_EL1.Atomic. */
	bool lse;
};

/* Each takes the address in x0 and a value in x1. */
#define OP(name, text) JB_CODE(op_##name, text)

OP(ldrb, "ldrb w0, [x0]");
OP(ldrh, "ldrh w0, [x0]");
OP(ldrw, "ldr w0, [x0]");
OP(ldrx, "ldr x0, [x0]");
OP(ldr_unaligned, "ldur x0, [x0, #3]");
OP(ldp, "ldp x0, x1, [x0]");
OP(ldrq, "ldr q0, [x0]");
OP(ldxr, "ldxr x0, [x0]");
OP(ldar, "ldar x0, [x0]");
OP(strb, "strb w1, [x0]");
OP(strh, "strh w1, [x0]");
OP(strw, "str w1, [x0]");
OP(strx, "str x1, [x0]");
OP(str_unaligned, "stur x1, [x0, #3]");
OP(stp, "stp x1, x1, [x0]");
OP(strq, "str q0, [x0]");
OP(stlr, "stlr x1, [x0]");
OP(ldadd, "ldadd x1, x0, [x0]");
OP(cas, "cas x1, x1, [x0]");
OP(zva, "dc zva, x0");
OP(fetch, "mov x2, x30\n\tadr x30, 1f\n\tbr x0\n1:\tmov x30, x2");
OP(cvac, "dc cvac, x0\n\tdsb sy");
OP(civac, "dc civac, x0\n\tdsb sy");
OP(ivac, "dc ivac, x0\n\tdsb sy");
OP(ivau, "ic ivau, x0\n\tdsb sy\n\tisb");
OP(prfm, "prfm pstl1keep, [x0]");
OP(at, "at s1e1r, x0\n\tisb");

static const struct op ops[] = {
	{ "ldrb", op_ldrb, LOAD, false },
	{ "ldrh", op_ldrh, LOAD, false },
	{ "ldrw", op_ldrw, LOAD, false },
	{ "ldrx", op_ldrx, LOAD, false },
	{ "ldur", op_ldr_unaligned, LOAD, false },
	{ "ldp", op_ldp, LOAD, false },
	{ "ldrq", op_ldrq, LOAD, false },
	{ "ldxr", op_ldxr, LOAD, false },
	{ "ldar", op_ldar, LOAD, false },
	{ "strb", op_strb, STORE, false },
	{ "strh", op_strh, STORE, false },
	{ "strw", op_strw, STORE, false },
	{ "strx", op_strx, STORE, false },
	{ "stur", op_str_unaligned, STORE, false },
	{ "stp", op_stp, STORE, false },
	{ "strq", op_strq, STORE, false },
	{ "stlr", op_stlr, STORE, false },
	{ "ldadd", op_ldadd, STORE, true },
	{ "cas", op_cas, STORE, true },
	{ "zva", op_zva, STORE, false },
	{ "fetch", op_fetch, FETCH, false },
	{ "walk", op_ldrx, WALK, false },
	{ "cvac", op_cvac, MAINTENANCE, false },
	{ "civac", op_civac, MAINTENANCE, false },
	{ "ivac", op_ivac, MAINTENANCE, false },
	{ "ivau", op_ivau, MAINTENANCE, false },
	{ "prfm", op_prfm, MAINTENANCE, false },
	{ "at", op_at, MAINTENANCE, false },
};

#define NUM_OPS (sizeof(ops) / sizeof(ops[0]))

static bool have_lse(void)
{
	return (read_sysreg(id_aa64isar0_el1) >> 20 & 0xf) >= 2;
}

/* A table in a page that we may read is walked like any other; what it says
 * is zero, so the access ends in our own translation fault. */
static enum jb_verdict judge(char range, enum kind kind, enum jb_outcome outcome)
{
	bool allowed = range == 'x' ? kind == LOAD || kind == STORE : range == 'r' && kind == LOAD;

	if (kind == MAINTENANCE || (kind == WALK && range != 'f'))
		return JB_FINE;
	if (allowed)
		return outcome == JB_ANSWERED ? JB_FINE : JB_UNCLEAR;
	if (outcome == JB_ABORT)
		return JB_FINE;
	/* What was found there is no instruction; but it was fetched. */
	if (kind == FETCH && outcome == JB_UNDEFINED)
		return JB_HOLE;
	return outcome == JB_ANSWERED ? JB_HOLE : JB_UNCLEAR;
}

static void attempt(const struct op *op, unsigned int el, char range, u64 address)
{
	enum jb_outcome outcome;
	enum jb_verdict verdict;
	u64 where;

	where = op->kind == WALK ? jb_walk_window(address) : jb_window(address, el, false);
	outcome = jb_try(el, op->function, where, jb_random(), 0, 0);
	verdict = judge(range, op->kind, outcome);
	if (verdict != JB_FINE)
		jb_note(op->name, address, outcome == JB_ANSWERED ? jb_result : jb_syndrome);
	jb_count(op->name, outcome, verdict);
}

/* First, middle, last, and random ones; aligned, since unaligned ones are operations of their own. */
static u64 address_in(const struct jb_range *range, unsigned int n)
{
	switch (n) {
	case 0:
		return range->start;
	case 1:
		return range->start + (range->size / 2 & ~63ULL);
	case 2:
		return range->start + range->size - 64;
	default:
		return range->start + (jb_below(range->size) & ~63ULL);
	}
}

static void attack_range(const struct jb_range *range, unsigned int el)
{
	jb_row("memory", range->name, el);
	for (unsigned int k = 0; k < NUM_OPS; k++) {
		if (ops[k].lse && !have_lse())
			continue;
		for (unsigned int n = 0; n < 3 + jb_probes; n++)
			attempt(&ops[k], el, range->kind, address_in(range, n));
	}
	jb_row_end();
}

static bool in_gic_or_pci(u64 address)
{
	return address - comm_region->gicd_base < 0x20000 ||
	       address - comm_region->gicc_base < 0x20000 ||
	       (comm_region->gicr_base && address - comm_region->gicr_base < 0x2000000) ||
	       (comm_region->pci_mmconfig_base &&
		address - comm_region->pci_mmconfig_base < 0x10000000);
}

/* Anywhere in what the CPU can address. */
static void attack_anywhere(unsigned int el)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	u64 limit = 1ULL << bits[read_sysreg(id_aa64mmfr0_el1) & 7];

	jb_row("memory", "anywhere", el);
	for (unsigned int n = 0; n < 16 * jb_probes; n++) {
		/* As many below 4 GiB, where devices are, as in all the rest. */
		u64 address = jb_below(n % 2 ? limit : 1ULL << 32) & ~63ULL;
		const struct op *op = &ops[jb_below(NUM_OPS)];

		if (jb_is_ours(address) || in_gic_or_pci(address) || (op->lse && !have_lse()))
			continue;
		attempt(op, el, 'f', address);
	}
	jb_row_end();
}

void jb_memory(void)
{
	for (unsigned int el = 2; el-- > 0;) {
		for (unsigned int n = 0; n < jb_num_targets; n++)
			attack_range(&jb_targets[n], el);
		attack_anywhere(el);
	}
}
