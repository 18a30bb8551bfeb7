/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* SMC, HVC and hypercalls with everything that one may put into them. */
#include <inmate_smp.h>

#include "forbid.h"

/* Arm DEN 0028: function identifiers. */
#define SMC_FAST                0x80000000u
#define SMC_64                  0x40000000u
#define SMC_OWNER(n)            ((u64)(n) << 24)
#define SMC_OWNERS              64
#define SMCCC_VERSION           0x80000000u
#define SMCCC_ARCH_FEATURES     0x80000001u
#define SMCCC_SOC_ID            0x80000002u
#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define NOT_SUPPORTED           0xffffffffffffffffULL

static void hvc_jailhouse(u64 code, u64 arg1, u64 arg2)
{
	observed("hypercall 0x%llx 0x%llx 0x%llx: %lld", code, arg1, arg2,
		 (s64)jailhouse_call_arg2(code, arg1, arg2));
}

/* Answers to function `function` of each owner, fast and yielding, 32 and 64 bit. */
static void smc_all_owners(void)
{
	u64 function = (u64)cmdline_parse_int("function", 0xf123);
	unsigned int refused = 0, other = 0;

	forbid_expect();
	for (u64 owner = 0; owner < SMC_OWNERS; owner++)
		for (u64 kind = 0; kind < 4; kind++) {
			u64 id = kind << 30 | SMC_OWNER(owner) | function;
			s64 result = smc_call(id, 1, 2, 3);

			if (result == -1 || (u32)result == 0xffffffff) {
				refused++;
			} else {
				other++;
				observed("SMC 0x%08llx: %lld", id, result);
			}
		}
	observed("SMC: %u not supported, %u other, %u exceptions", refused, other,
		 forbid_exceptions.count);
	forbid_report();
}

static void smc_one(void)
{
	u64 id = (u64)cmdline_parse_int("function", 0xc2001234);

	forbid_expect();
	observed("SMC 0x%llx: %lld", id, smc_call(id, 0, 0, 0));
	forbid_report();
}

static void smc_wide_id(void)
{
	forbid_expect();
	observed("SMC: %lld", smc_call(0xdead00000000ULL | PSCI_VERSION, 0, 0, 0));
	forbid_report();
}

static void smc_immediate(void)
{
	forbid_expect();
	__asm__ volatile("mov x0, #0\n\tsmc #1" ::: "x0", "x1", "x2", "x3", "memory");
	forbid_report();
}

static void smccc(void)
{
	observed("VERSION 0x%llx", smc_call(SMCCC_VERSION, 0, 0, 0));
	observed("ARCH_FEATURES(self) %lld",
		 smc_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0));
	observed("ARCH_FEATURES(WORKAROUND_1) %lld",
		 smc_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1, 0, 0));
	observed("ARCH_FEATURES(SOC_ID) %lld", smc_call(SMCCC_ARCH_FEATURES, SMCCC_SOC_ID, 0, 0));
}

static void hvc_0(void)
{
	forbid_expect();
	observed("HVC #0 PSCI_VERSION: 0x%llx", hvc_call(PSCI_VERSION, 0, 0, 0));
	observed("HVC #0 SMCCC_VERSION: 0x%llx", hvc_call(SMCCC_VERSION, 0, 0, 0));
	observed("HVC #0 unknown: %lld", hvc_call(0xc6001234, 0, 0, 0));
	/* What the kernel's hyp stub would understand. */
	for (u64 function = 0; function < 4; function++)
		observed("HVC #0 %llu: %lld", function, hvc_call(function, 0, 0, 0));
	observed("%u exceptions", forbid_exceptions.count);
	forbid_report();
}

#define HVC_TEST(function, immediate)                                         \
	static void function(void)                                            \
	{                                                                     \
		forbid_expect();                                              \
		__asm__ volatile("mov x0, #0\n\thvc #" immediate ::           \
					 : "x0", "x1", "x2", "x3", "memory"); \
		forbid_report();                                              \
	}

HVC_TEST(hvc_1, "1")
HVC_TEST(hvc_ffff, "0xffff")

static void hypercall_unknown(void)
{
	hvc_jailhouse(JAILHOUSE_HC_CELL_GET_CHANNEL + 1, 0, 0);
	hvc_jailhouse(0x7fffffff, 1, 2);
	hvc_jailhouse(~0ULL, ~0ULL, ~0ULL);
	hvc_jailhouse(1ULL << 32 | JAILHOUSE_HC_HYPERVISOR_GET_INFO, 0, 0);
}

static void hypercall_management(void)
{
	hvc_jailhouse(JAILHOUSE_HC_DISABLE, 0, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_CREATE, 0, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_CREATE, ~0ULL, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_START, 1, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_SET_LOADABLE, 1, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_DESTROY, 1, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_DESTROY, 0, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_GET_STATE, 1, 0);
	hvc_jailhouse(JAILHOUSE_HC_CELL_GET_CHANNEL, 0, 0);
}

static void hypercall_info(void)
{
	for (u64 type = 0; type < 6; type++)
		hvc_jailhouse(JAILHOUSE_HC_HYPERVISOR_GET_INFO, type, 0);
	hvc_jailhouse(JAILHOUSE_HC_HYPERVISOR_GET_INFO, ~0ULL, 0);
	for (u64 cpu = 0; cpu < 5; cpu++)
		hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, cpu, JAILHOUSE_CPU_INFO_STATE);
	hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, ~0ULL, JAILHOUSE_CPU_INFO_STATE);
	hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, 1ULL << 32, JAILHOUSE_CPU_INFO_STATE);
}

/* On our own CPU, whose number is cpu= (default 3). */
static void hypercall_own_cpu(void)
{
	u64 cpu = (u64)cmdline_parse_int("cpu", 3);

	for (u64 n = 0; n < JAILHOUSE_NUM_CPU_STATS; n++)
		hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, cpu, JAILHOUSE_CPU_INFO_STAT_BASE + n);
	hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, cpu,
		      JAILHOUSE_CPU_INFO_STAT_BASE + JAILHOUSE_NUM_CPU_STATS);
	hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, cpu, 1);
	hvc_jailhouse(JAILHOUSE_HC_CPU_GET_INFO, cpu, ~0ULL);
}

static void putc(void)
{
	static const char text[] = "written by DEBUG_CONSOLE_PUTC\n";
	s64 result = 0;

	for (const char *c = text; *c && result == 0; c++)
		result = (s64)jailhouse_call_arg1(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, (u8)*c);
	observed("putc: %lld", result);
	hvc_jailhouse(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, 0x1b, 0);
	hvc_jailhouse(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, 0xffffffffffffff0aULL, 0);
}

static void psci_on(void)
{
	u64 self = cpu_affinity();

	observed("CPU_ON self: %lld", psci_call(PSCI_CPU_ON, self, 0, 0));
	observed("CPU_ON foreign: %lld", psci_call(PSCI_CPU_ON, 0, 0, 0));
	observed("CPU_ON absent: %lld", psci_call(PSCI_CPU_ON, 0x80000000000ULL, 0, 0));
	observed("CPU_ON reserved bits: %lld", psci_call(PSCI_CPU_ON, self | 1ULL << 31, 0, 0));
	observed("AFFINITY_INFO self: %lld", psci_call(PSCI_AFFINITY_INFO, self, 0, 0));
	observed("AFFINITY_INFO level 1: %lld", psci_call(PSCI_AFFINITY_INFO, self, 1, 0));
	observed("AFFINITY_INFO foreign: %lld", psci_call(PSCI_AFFINITY_INFO, 0, 0, 0));
	observed("AFFINITY_INFO absent: %lld", psci_call(PSCI_AFFINITY_INFO, 0xffffff, 0, 0));
}

static void psci_info(void)
{
	static const u64 functions[] = {
		PSCI_VERSION,       PSCI_CPU_SUSPEND, PSCI_CPU_OFF,    PSCI_CPU_ON,
		PSCI_AFFINITY_INFO, 0x84000005,       PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET,
		PSCI_FEATURES,      0xc400000e,       0xc4000012,      SMCCC_VERSION,
	};

	observed("VERSION: 0x%llx", psci_call(PSCI_VERSION, 0, 0, 0));
	for (unsigned int n = 0; n < sizeof(functions) / sizeof(functions[0]); n++)
		observed("FEATURES 0x%llx: %d", functions[n],
			 (int)psci_call(PSCI_FEATURES, functions[n], 0, 0));
	/* Migration, SYSTEM_SUSPEND, memory protection and beyond. */
	for (u64 n = 5; n < 24; n++)
		if (n != 8 && n != 9 && n != 10 && n != 11)
			observed("function %llu: %d", n, (int)psci_call(0xc4000000 | n, 0, 0, 0));
}

/* With a pending interrupt it must come back at once. */
static void psci_suspend(void)
{
	timer_start(timer_get_frequency() / 10);
	forbid_irqs();
	irq_enable(27);
	disable_irqs();
	observed("CPU_SUSPEND: %lld", psci_call(PSCI_CPU_SUSPEND, 0, 0, 0));
	observed("CPU_SUSPEND power down: %lld", psci_call(PSCI_CPU_SUSPEND, 1 << 16, 0, 0));
}

static void psci_cpu_off(void)
{
	observed("CPU_OFF: %lld", psci_call(PSCI_CPU_OFF, 0, 0, 0));
}

static void system_off(void)
{
	observed("SYSTEM_OFF: %lld", psci_call(PSCI_SYSTEM_OFF, 0, 0, 0));
}

/* Counts in memory that no image covers; needs resets=N for more than one. */
static void system_reset(void)
{
	volatile u64 *counter = (volatile u64 *)(u64)cmdline_parse_int("counter", 0x80000);
	u64 limit = (u64)cmdline_parse_int("resets", 1);

	if (counter[0] != 0x5245534554ULL) {
		counter[0] = 0x5245534554ULL;
		counter[1] = 0;
	}
	observed("boot %llu", counter[1]);
	if (counter[1] >= limit) {
		counter[0] = 0;
		observed("no further reset");
		return;
	}
	counter[1]++;
	__asm__ volatile("dc civac, %0\n\tdsb sy" ::"r"(counter) : "memory");
	observed("SYSTEM_RESET: %lld", psci_call(PSCI_SYSTEM_RESET, 0, 0, 0));
}

/* Never ends: for the time that root needs to notice. */
static void system_reset_always(void)
{
	observed("SYSTEM_RESET: %lld", psci_call(PSCI_SYSTEM_RESET, 0, 0, 0));
}

const struct forbidden_test forbid_firmware_tests[] = {
	{ "smc-all-owners", smc_all_owners },
	{ "smc-one", smc_one },
	{ "smc-wide-id", smc_wide_id },
	{ "smc-immediate", smc_immediate },
	{ "smccc", smccc },
	{ "hvc-0", hvc_0 },
	{ "hvc-1", hvc_1 },
	{ "hvc-ffff", hvc_ffff },
	{ "hypercall-unknown", hypercall_unknown },
	{ "hypercall-management", hypercall_management },
	{ "hypercall-info", hypercall_info },
	{ "hypercall-own-cpu", hypercall_own_cpu },
	{ "putc", putc },
	{ "psci-on", psci_on },
	{ "psci-info", psci_info },
	{ "psci-suspend", psci_suspend },
	{ "psci-cpu-off", psci_cpu_off },
	{ "system-off", system_off },
	{ "system-reset", system_reset },
	{ "system-reset-always", system_reset_always },
	{ NULL, NULL },
};
