/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Registers that the hypervisor answers for: each of them, in every way. */
#include "jailbreak.h"

JB_CODE(jb_ldrb, "ldrb w0, [x0]");
JB_CODE(jb_ldrh, "ldrh w0, [x0]");
JB_CODE(jb_ldrw, "ldr w0, [x0]");
JB_CODE(jb_ldrx, "ldr x0, [x0]");
JB_CODE(jb_strb, "strb w1, [x0]");
JB_CODE(jb_strh, "strh w1, [x0]");
JB_CODE(jb_strw, "str w1, [x0]");
JB_CODE(jb_strx, "str x1, [x0]");
JB_CODE(jb_ldp, "ldp x0, x1, [x0]");
JB_CODE(jb_strw_post, "str w1, [x0], #4");
JB_CODE(jb_stxr, "stxr w2, x1, [x0]");
JB_CODE(jb_zva, "dc zva, x0");

struct op {
	const char *name;
	jb_function_t function;
	unsigned int width;
	/* At each offset, from EL1; the others at random ones. */
	bool all;
};

static const struct op ops[] = {
	{ "ldrw", jb_ldrw, 4, true },  { "strw", jb_strw, 4, true },
	{ "ldrb", jb_ldrb, 1, false }, { "ldrh", jb_ldrh, 2, false },
	{ "ldrx", jb_ldrx, 8, false }, { "strb", jb_strb, 1, false },
	{ "strh", jb_strh, 2, false }, { "strx", jb_strx, 8, false },
	{ "ldp", jb_ldp, 8, false },   { "str!", jb_strw_post, 4, false },
	{ "stxr", jb_stxr, 8, false }, { "zva", jb_zva, 64, false },
};

#define NUM_OPS (sizeof(ops) / sizeof(ops[0]))

static u64 some_value(void)
{
	switch (jb_below(4)) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	default:
		return jb_random();
	}
}

static void attempt(const struct op *op, unsigned int el, u64 window, u64 offset)
{
	enum jb_outcome outcome = jb_try(el, op->function, window + offset, some_value(), 0, 0);

	jb_count(op->name, outcome, JB_FINE);
}

void jb_registers(const char *class, const char *target, u64 base, u64 size, unsigned int el)
{
	u64 window = jb_window(base, el, true);

	jb_row(class, target, el);
	for (unsigned int k = 0; k < NUM_OPS; k++) {
		if (ops[k].all && el == 1)
			for (u64 offset = 0; offset < size; offset += ops[k].width)
				attempt(&ops[k], el, window, offset);
		else
			for (unsigned int n = 0; n < 32 * jb_probes; n++)
				attempt(&ops[k], el, window,
					jb_below(size) & ~(u64)(ops[k].width - 1));
	}
	jb_row_end();
}
