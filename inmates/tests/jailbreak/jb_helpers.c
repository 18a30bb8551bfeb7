/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Further CPUs of this cell: while the first one attacks in order, they make
 * calls at random, all at the same time, and until they are stopped.
 */
#include <gic.h>
#include <inmate_smp.h>

#include "jailbreak.h"

/* As many as the tool gives us at most, see SELFTEST_MAX_HELPERS. */
#define MAX_HELPERS  8
#define MAX_AFFINITY 256
#define PSCI_OFF     1
/* What irq_enable() and irq_disable() touch. */
#define GICD_SIZE    0x10000

struct helper {
	u64 affinity;
	u64 random;
	volatile u64 calls;
	/** The first one. */
	volatile bool hole;
	volatile u64 hole_call, hole_result;
};

static struct helper helpers[MAX_HELPERS];
static unsigned int num_helpers;
static bool all_started;

static u64 next(struct helper *h)
{
	return jb_random_of(&h->random);
}

static void judge(struct helper *h, bool hole, u64 call, u64 result)
{
	h->calls++;
	if (!hole || h->hole)
		return;
	h->hole_call = call;
	h->hole_result = result;
	h->hole = true;
}

static void some_call(struct helper *h)
{
	u64 kind = next(h), id = kind & 4 ? next(h) : (u32)next(h);
	u64 result;

	switch (kind & 3) {
	case 0:
	case 1:
		id = kind & 12 ? id & 15 : id;
		if (id == JAILHOUSE_HC_DEBUG_CONSOLE_PUTC)
			break;
		result = jailhouse_call_arg2(id, next(h), kind & 16 ? next(h) : 0);
		judge(h, jb_hypercall_is_hole(id, (s64)result), id, result);
		break;
	case 2:
		/* Half of them with a PSCI number. */
		id = kind & 8 ? PSCI_VERSION | (kind >> 32 & 0x4000001f) : id;
		if (jb_ends_us(id))
			break;
		result = (u64)smc_call(id, kind & 16 ? next(h) : next(h) & 0x30f, next(h), 0);
		judge(h, jb_smc_is_hole(id, result), id, result);
		break;
	default:
		/* The filter of the distributor: an interrupt of our own, if there is one. */
		if (!jb_own_spi())
			break;
		if (kind & 8)
			irq_enable(jb_own_spi());
		else
			irq_disable(jb_own_spi());
		judge(h, false, 0, 0);
		break;
	}
}

static void help(u64 argument)
{
	jb_mask_all();
	for (;;)
		some_call((struct helper *)argument);
}

bool jb_is_helper(u64 affinity)
{
	for (unsigned int n = 0; n < num_helpers; n++)
		if (helpers[n].affinity == affinity)
			return true;
	return false;
}

unsigned int jb_num_helpers(void)
{
	return num_helpers;
}

void jb_helpers_start(unsigned int expected)
{
	if (expected)
		map_range((void *)comm_region->gicd_base, GICD_SIZE, MAP_UNCACHED);
	for (u64 n = 0; n < MAX_AFFINITY && num_helpers < MAX_HELPERS && num_helpers < expected;
	     n++) {
		struct helper *h = &helpers[num_helpers];
		u64 affinity = n / 16 << 8 | n % 16;

		if (psci_call(PSCI_AFFINITY_INFO, affinity, 0, 0) != PSCI_OFF)
			continue;
		h->affinity = affinity;
		h->random = jb_random() | 1;
		if (smp_start_cpu(affinity, help, (u64)h) == 0)
			num_helpers++;
	}
	all_started = num_helpers == expected;
}

void jb_helpers_report(void)
{
	if (num_helpers == 0 && all_started)
		return;
	jb_row("call", "concurrent", 1);
	for (unsigned int n = 0; n < num_helpers; n++) {
		struct helper *h = &helpers[n];

		jb_count_many("call", (u32)h->calls);
		if (!h->hole)
			continue;
		jb_note("concurrent", h->hole_call, h->hole_result);
		jb_count("call", JB_ANSWERED, JB_HOLE);
	}
	if (!all_started)
		jb_count("start", JB_OTHER, JB_UNCLEAR);
	jb_row_end();
}
