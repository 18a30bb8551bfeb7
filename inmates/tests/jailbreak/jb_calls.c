/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* SMC, HVC, PSCI and hypercalls, with everything that one may put into them. */
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#include "jailbreak.h"

#define OWNERS         64
#define OWNER_ARCH     0
#define OWNER_STANDARD 4
#define SMC_FAST       0x80000000u
#define HVC(imm)       (0xd4000002u | (u32)(imm) << 5)
#define RET            0xd65f03c0u
#define EPERM          1
#define ENOSYS         38
#define MAX_CPUS       256

#define OP(name, text) JB_CODE(call_##name, text)

OP(smc, "smc #0");
OP(smc_imm, "smc #0x1234");
OP(hvc, "hvc #0");
OP(hypercall, "hvc #0x4a48");

/* Would end this cell, or its turn. */
bool jb_ends_us(u64 id)
{
	u32 function = (u32)id & ~0x40000000u;

	return function == PSCI_CPU_OFF || function == (PSCI_CPU_SUSPEND & ~0x40000000u) ||
	       function == PSCI_SYSTEM_OFF || function == PSCI_SYSTEM_RESET ||
	       /* Vendor or type of reset. */
	       function == 0x84000012u;
}

/* What answers a cell: the architecture's and PSCI's own functions. */
static bool may_answer(u64 id)
{
	unsigned int owner = (unsigned int)(id >> 24 & (OWNERS - 1));

	return (id & SMC_FAST) && (owner == OWNER_ARCH || owner == OWNER_STANDARD);
}

bool jb_smc_is_hole(u64 id, u64 result)
{
	return !may_answer(id) && (s32)result != -1;
}

static void call(const char *name, jb_function_t function, unsigned int el, u64 id)
{
	enum jb_verdict verdict = JB_FINE;
	enum jb_outcome outcome;

	if (jb_ends_us(id))
		return;
	/* CPU_ON for CPUs that are not ours, too: that is what the arguments are. */
	outcome = jb_try(el, function, id, jb_random(), jb_random(), jb_random());
	if (outcome == JB_ANSWERED && (el == 0 || jb_smc_is_hole(id, jb_result)))
		verdict = JB_HOLE;
	if (verdict != JB_FINE)
		jb_note(name, id, jb_result);
	jb_count(name, outcome, verdict);
}

static void all_owners(const char *name, jb_function_t function, unsigned int el)
{
	for (u64 owner = 0; owner < OWNERS; owner++)
		for (u64 kind = 0; kind < 4; kind++)
			for (u64 n = 0; n < 32; n++) {
				call(name, function, el, kind << 30 | owner << 24 | n);
				call(name, function, el, kind << 30 | owner << 24 | 0xff00 | n);
			}
	for (unsigned int n = 0; n < 64 * jb_probes; n++)
		call(name, function, el, n % 2 ? jb_random() : (u32)jb_random());
}

static void smccc(void)
{
	for (unsigned int el = 2; el-- > 0;) {
		jb_row("call", "firmware", el);
		all_owners("smc", call_smc, el);
		all_owners("hvc", call_hvc, el);
		for (unsigned int n = 0; n < 8 * jb_probes; n++)
			jb_count("smc-imm", jb_try(el, call_smc_imm, jb_random(), 0, 0, 0),
				 JB_FINE);
		jb_row_end();
	}
}

static void try_foreign_cpu(const char *name, u64 function, u64 target, u64 arg1, u64 arg2)
{
	enum jb_outcome outcome = jb_try(1, call_smc, function, target, arg1, arg2);
	s64 answer = (s64)jb_result;
	/* As if there were none; any other answer tells something of it. */
	bool hole = outcome == JB_ANSWERED && answer != PSCI_DENIED &&
		    answer != PSCI_INVALID_PARAMETERS;

	if (hole)
		jb_note(name, target, jb_result);
	jb_count(name, outcome, hole ? JB_HOLE : JB_FINE);
}

/* CPUs that we have not: each one that there may be, and wild ones. */
static void psci_on(void)
{
	u64 self = cpu_affinity();

	jb_row("call", "foreign-cpus", 1);
	for (unsigned int n = 0; n < 64 + 16 * jb_probes; n++) {
		u64 target = n < 16 ? n : n < 64 ? (u64)(n / 16) << 8 | n % 16 : jb_random();

		if (target == self || jb_is_helper(target))
			continue;
		try_foreign_cpu("cpu-on", PSCI_CPU_ON, target, jb_random(), jb_random());
		try_foreign_cpu("affinity-info", PSCI_AFFINITY_INFO, target, 0, 0);
	}
	jb_row_end();
}

/* Of as many CPUs as we have there is something to learn, by whatever numbers. */
static void cpu_info(void)
{
	unsigned int own = 1 + jb_num_helpers(), answers = 0;

	jb_row("call", "cpu-info", 1);
	for (u64 cpu = 0; cpu < MAX_CPUS; cpu++) {
		enum jb_outcome outcome = jb_try(1, call_hypercall, JAILHOUSE_HC_CPU_GET_INFO, cpu,
						 JAILHOUSE_CPU_INFO_STATE, 0);
		bool hole = outcome == JB_ANSWERED && (s64)jb_result >= 0 && ++answers > own;

		if (hole)
			jb_note("cpu-info", cpu, jb_result);
		jb_count("cpu-info", outcome, hole ? JB_HOLE : JB_FINE);
	}
	if (answers < own)
		jb_count("own", JB_OTHER, JB_UNCLEAR);
	jb_row_end();
}

static bool is_management(u64 code)
{
	return code <= JAILHOUSE_HC_CELL_DESTROY || code == JAILHOUSE_HC_CELL_GET_STATE ||
	       code == JAILHOUSE_HC_CELL_GET_CHANNEL;
}

bool jb_hypercall_is_hole(u64 code, s64 result)
{
	return (is_management(code) && result != -EPERM) ||
	       (code > JAILHOUSE_HC_CELL_GET_CHANNEL && result != -ENOSYS);
}

static void hypercalls(unsigned int el)
{
	jb_row("call", "hypervisor", el);
	for (unsigned int n = 0; n < 64 * jb_probes; n++) {
		u64 code = n % 4 == 3 ? jb_random() : jb_below(16);
		enum jb_verdict verdict = JB_FINE;
		enum jb_outcome outcome;

		/* Only prints, here between the lines of this report. */
		if (code == JAILHOUSE_HC_DEBUG_CONSOLE_PUTC)
			continue;
		outcome = jb_try(el, call_hypercall, code, n % 2 ? jb_random() : jb_below(8),
				 n % 3 ? jb_random() : jb_below(8), 0);
		if (outcome == JB_ANSWERED &&
		    (el == 0 || jb_hypercall_is_hole(code, (s64)jb_result)))
			verdict = JB_HOLE;
		if (verdict != JB_FINE)
			jb_note("hypercall", code, jb_result);
		jb_count("hypercall", outcome, verdict);
	}
	jb_row_end();
}

/* HVC with numbers that nobody has. */
static void other_hvcs(void)
{
	jb_row("call", "other-hvc", 1);
	for (unsigned int n = 0; n < jb_probes; n++) {
		for (unsigned int k = 0; k < JB_BLOCK_SIZE; k++) {
			u64 number = 1 + jb_below(0xffff);

			if (number == JAILHOUSE_HVC_CODE)
				number++;
			jb_block[k] = HVC(number);
		}
		jb_try_block(1, jb_random());
		for (unsigned int k = 0; k < JB_BLOCK_SIZE; k++) {
			enum jb_outcome outcome = (enum jb_outcome)jb_block_outcome[k];

			jb_count("hvc", outcome, outcome == JB_UNDEFINED ? JB_FINE : JB_HOLE);
		}
	}
	jb_row_end();
}

void jb_calls(void)
{
	smccc();
	psci_on();
	cpu_info();
	hypercalls(1);
	hypercalls(0);
	other_hvcs();
}
