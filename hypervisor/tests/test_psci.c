/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PSCI and SMCCC of a cell and of root; trapped system registers with the SGI
 * filter.
 */
#include "fake.h"

#include <arch/sysregs.h>
#include <hyp/comm.h>
#include <hyp/printk.h>

#include <string.h>

#include "../arch/arm64/psci.h"
#include "fake_private.h"

static struct fake_config config;
static struct cell *cell;

/* A cell with CPUs 2 and 3, of which 2 runs and executes. */
static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	fake_cpu_offline(2);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.cpus[0] = 1 << 2 | 1 << 3;
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	cell = cell_find(1);
	fake_run_on(2);
	fake_events_clear();
	return 0;
}

/* --- PSCI --------------------------------------------------------------------------------------------- */

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_VERSION, 0, 0, 0), 0x10001);
	assert_int_equal(smc_standard(SMCCC_VERSION, 0, 0, 0), 0x10001);
	assert_int_equal(smc_standard(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
}

static void test_cpu_on(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_64, 3, 0, 0), 1);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0x123456789), PSCI_SUCCESS);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
	assert_int_equal(fake_event(EV_ENTER, 0)->a, 3);
	assert_int_equal(fake_event(EV_ENTER, 0)->b, 0x123456789);
	assert_int_equal(fake_event(EV_ENTER, 0)->c, 0x44000);
	/* It is not the start of the cell: nothing is cleaned. */
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 0);
	assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_64, 3, 0, 0), 0);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_ALREADY_ON);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 2, 0x44000, 0), PSCI_ALREADY_ON);
}

/* Root cannot start a CPU that Linux does not have; a cell that owns it can. */
static void test_cpu_on_parked(void **state)
{
	(void)state;
	fake_header.parked_cpus = 1 << 1 | 1 << 3;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	fake_cpu_offline(1);
	fake_run_on(0);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 1, 0x44000, 0), PSCI_DENIED);
	fake_header.parked_cpus = 0;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 1, 0x44000, 0), PSCI_SUCCESS);
}

static void test_cpu_on_pending(void **state)
{
	(void)state;
	fake_auto_follow = false;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 1), PSCI_SUCCESS);
	assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_64, 3, 0, 0), 2);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x55000, 2), PSCI_ON_PENDING);
	fake_cpu_follow(3);
	/* The first one counts. */
	assert_int_equal(fake_event(EV_ENTER, 0)->c, 0x44000);
	assert_int_equal(fake_event(EV_ENTER, 0)->b, 1);
}

static void test_cpu_on_32(void **state)
{
	(void)state;
	/* Only the low halves count. */
	assert_int_equal(smc_standard(PSCI_CPU_ON_32, BIT(40) | 3, BIT(40) | 0x44000, BIT(40) | 7),
			 PSCI_SUCCESS);
	assert_int_equal(fake_event(EV_ENTER, 0)->b, 7);
	assert_int_equal(fake_event(EV_ENTER, 0)->c, 0x44000);
	assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_32, BIT(40) | 3, BIT(40), 0), 0);
	setup(NULL);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, BIT(36) | 3, 0x44000, 0), PSCI_DENIED);
}

static void test_foreign_cpus(void **state)
{
	static const u64 targets[] = { 0,   1,       4,           0x100,          BIT(16),
				       255, 0x10003, BIT(32) | 3, 0xff00ffffffULL };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(targets); i++) {
		assert_int_equal(smc_standard(PSCI_CPU_ON_64, targets[i], 0x44000, 0), PSCI_DENIED);
		assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_64, targets[i], 0, 0),
				 PSCI_DENIED);
	}
	/* Root has no say over the cell's CPUs either. */
	fake_run_on(0);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_DENIED);
	assert_int_equal(fake_event_count(EV_REQUEST), 0);
}

static void test_bad_arguments(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44002, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	for (u64 level = 1; level < 5; level++)
		assert_int_equal(smc_standard(PSCI_AFFINITY_INFO_64, 3, level, 0),
				 PSCI_INVALID_PARAMETERS);
}

static void test_cpu_off(void **state)
{
	(void)state;
	assert_true(FAKE_STOPS(smc_standard(PSCI_CPU_OFF, 0, 0, 0)));
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	assert_false(cpu_get(2)->failed);
	/* Its interface is wiped, its tables are not loaded any more. */
	assert_int_equal(fake_event_count(EV_SCRUB), 1);
	assert_int_equal(fake_event(EV_SCRUB, 0)->a, 2);
	assert_int_equal(fake_sysreg_read("vttbr_el2"), 0);
	assert_int_equal(comm_state(cell), JAILHOUSE_CELL_RUNNING);
}

/* A parked CPU can be revived by a sibling; then it is not failed any more. */
static void test_failed_cpu_is_revived(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	fake_run_on(3);
	this_cpu()->failed = true;
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(2);
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	assert_false(cpu_get(3)->failed);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
}

static void test_suspend(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_CPU_SUSPEND_64, BIT(16), 0xbad, 0), PSCI_SUCCESS);
	assert_int_equal(smc_standard(PSCI_CPU_SUSPEND_32, ~0ULL, 0xbad, 0), PSCI_SUCCESS);
	assert_int_equal(fake_event_count(EV_WAIT_FOR_CELL), 2);
	/* Nothing is switched off, and nobody is told the address. */
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
	/* Asked to stop while it waited. */
	fake_auto_follow = false;
	cpu_request(cpu_get(2), CPU_REQ_STOP);
	assert_true(FAKE_STOPS(smc_standard(PSCI_CPU_SUSPEND_64, 0, 0, 0)));
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
}

static void test_features(void **state)
{
	static const u32 known[] = {
		PSCI_VERSION,    PSCI_CPU_SUSPEND_32, PSCI_CPU_SUSPEND_64,   PSCI_CPU_OFF,
		PSCI_CPU_ON_32,  PSCI_CPU_ON_64,      PSCI_AFFINITY_INFO_32, PSCI_AFFINITY_INFO_64,
		PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET,   PSCI_FEATURES,         SMCCC_VERSION
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		assert_int_equal(smc_standard(PSCI_FEATURES, known[i], 0, 0), PSCI_SUCCESS);
	for (u32 n = 0; n < 32; n++) {
		u64 functions[] = { 0x84000000 + n, 0xc4000000 + n };

		for (u32 f = 0; f < 2; f++) {
			bool is_known = functions[f] == PSCI_MIGRATE_INFO_TYPE;

			for (u32 i = 0; i < ARRAY_SIZE(known); i++)
				is_known |= known[i] == functions[f];
			if (!is_known)
				assert_int_equal(smc_standard(PSCI_FEATURES, functions[f], 0, 0),
						 PSCI_NOT_SUPPORTED);
		}
	}
}

/* SYSTEM_SUSPEND, CPU_FREEZE, MEM_PROTECT and the like: no address goes to the
 * firmware. */
static void test_not_supported(void **state)
{
	(void)state;
	for (u32 by = 0; by <= 2; by += 2) {
		fake_run_on(by);
		for (u32 n = 0x0b; n < 0x20; n++) {
			assert_int_equal(smc_standard(0x84000000 + n, 1, 2, 3), PSCI_NOT_SUPPORTED);
			assert_int_equal(smc_standard(0xc4000000 + n, 1, 2, 3), PSCI_NOT_SUPPORTED);
		}
		assert_int_equal(smc_standard(0x84000005, 1, 2, 3), PSCI_NOT_SUPPORTED);
		assert_int_equal(smc_standard(0x84000007, 1, 2, 3), PSCI_NOT_SUPPORTED);
	}
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
}

static void test_system_off(void **state)
{
	(void)state;
	assert_true(FAKE_STOPS(smc_standard(PSCI_SYSTEM_OFF, 0, 0, 0)));
	assert_int_equal(comm_state(cell), JAILHOUSE_CELL_SHUT_DOWN);
	assert_int_equal(console_page.restart_cells[0], 0);
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
	setup(NULL);
	assert_true(FAKE_STOPS(smc_standard(PSCI_SYSTEM_RESET, 0, 0, 0)));
	assert_int_equal(console_page.restart_cells[0], 2);
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
	/* Root switches the machine off. */
	setup(NULL);
	fake_run_on(0);
	fake_firmware_answer = 42;
	assert_int_equal(smc_standard(PSCI_SYSTEM_OFF, 0, 0, 0), 42);
	assert_int_equal(fake_event(EV_FIRMWARE, 0)->a, PSCI_SYSTEM_OFF);
	assert_int_equal(smc_standard(PSCI_SYSTEM_RESET, 0, 0, 0), 42);
	assert_int_equal(fake_event(EV_FIRMWARE, 1)->a, PSCI_SYSTEM_RESET);
}

static void test_counted(void **state)
{
	struct frame frame = { .x = { 0x82000001 } };
	u32 *stats = this_cpu()->stats;
	u32 psci = stats[JAILHOUSE_CPU_STAT_VMEXITS_PSCI];
	u32 smccc = stats[JAILHOUSE_CPU_STAT_VMEXITS_SMCCC];

	(void)state;
	smc_standard(PSCI_VERSION, 0, 0, 0);
	assert_int_equal(stats[JAILHOUSE_CPU_STAT_VMEXITS_PSCI], psci + 1);
	smc_standard(SMCCC_VERSION, 0, 0, 0);
	assert_int_equal(stats[JAILHOUSE_CPU_STAT_VMEXITS_SMCCC], smccc + 1);
	assert_int_equal(stats[JAILHOUSE_CPU_STAT_VMEXITS_PSCI], psci + 1);
	smc_other(&frame);
	assert_int_equal(stats[JAILHOUSE_CPU_STAT_VMEXITS_SMCCC], smccc + 2);
}

/* --- SMCCC -------------------------------------------------------------------------------------------- */

static void test_architecture_calls(void **state)
{
	static const u32 workarounds[] = { SMCCC_ARCH_WORKAROUND_1, SMCCC_ARCH_WORKAROUND_2,
					   SMCCC_ARCH_WORKAROUND_3 };

	(void)state;
	assert_int_equal(smc_standard(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0), 0);
	assert_int_equal(smc_standard(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0), 0);
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
	fake_firmware_answer = 1;
	for (u32 i = 0; i < ARRAY_SIZE(workarounds); i++) {
		/* The firmware knows. Nothing of the cell's other registers goes there. */
		assert_int_equal(smc_standard(SMCCC_ARCH_FEATURES, BIT(40) | workarounds[i], 9, 9),
				 1);
		assert_int_equal(fake_event(EV_FIRMWARE, 2 * i)->a, SMCCC_ARCH_FEATURES);
		assert_int_equal(fake_event(EV_FIRMWARE, 2 * i)->b, workarounds[i]);
		assert_int_equal((u32)smc_standard(workarounds[i], 0, 9, 9), 1);
		assert_int_equal(fake_event(EV_FIRMWARE, 2 * i + 1)->a, workarounds[i]);
	}
	fake_events_clear();
	for (u32 n = 2; n < 16; n++) {
		assert_int_equal(smc_standard(SMCCC_ARCH_FEATURES, 0x80000000 + n, 0, 0),
				 SMCCC_NOT_SUPPORTED);
		assert_int_equal(smc_standard(0x80000000 + n, 0, 0, 0), SMCCC_NOT_SUPPORTED);
	}
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
}

/* Services of the firmware: for root alone; and never what lets it call EL2. */
static void test_other_owners(void **state)
{
	struct frame frame;

	(void)state;
	fake_firmware_answer = 7;
	for (u32 owner = 1; owner < 64; owner++) {
		u64 function = 0x80000000 | owner << 24 | 0x1;

		if (owner == 4)
			continue;
		fake_run_on(2);
		frame = (struct frame){ .x = { function, 1, 2, 3 } };
		fake_events_clear();
		smc_other(&frame);
		assert_int_equal(frame.x[0], SMCCC_NOT_SUPPORTED);
		assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
		fake_run_on(0);
		frame.x[0] = function;
		smc_other(&frame);
		assert_int_equal(frame.x[0], 7);
		assert_int_equal(fake_event(EV_FIRMWARE, 0)->a, function);
	}
	/* Standard services that are neither PSCI nor SDEI, such as random numbers. */
	frame.x[0] = 0xc4000053;
	smc_other(&frame);
	assert_int_equal(frame.x[0], 7);
}

static void test_sdei_is_refused(void **state)
{
	(void)state;
	fake_run_on(0);
	for (u64 n = 0x20; n < 0x40; n++)
		for (u64 type = 0x84000000; type <= 0xc4000000; type += 0x40000000)
			for (u64 high = 0; high < 2; high++) {
				struct frame frame = { .x = { high << 40 | (type + n), 1, 2 } };

				smc_other(&frame);
				assert_int_equal(frame.x[0], SMCCC_NOT_SUPPORTED);
			}
	/* With hint bits set it is still the same function to some firmware. */
	{
		struct frame frame = { .x = { 0x84010020, 1, 2 } };

		smc_other(&frame);
		assert_int_equal(frame.x[0], SMCCC_NOT_SUPPORTED);
	}
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
}

/* --- system registers --------------------------------------------------------------------------------- */

#define ENC(op0, op1, crn, crm, op2) \
	((u64)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define READ 1

static struct frame frame;

static void access_register(u64 encoding, u32 rt, bool write)
{
	fake_sysreg_write("elr_el2", 0x1000);
	fake_sysreg_write("vbar_el1", 0x80000);
	sysreg_trap(&frame,
		    (u64)EC_SYSREG << 26 | ESR_IL | encoding | (u64)rt << 5 | (write ? 0 : READ));
}

/* All encodings: those of the table are performed, all others are undefined. */
static void all_registers(bool write)
{
	u32 performed = 0;

	for (u32 op0 = 0; op0 < 4; op0++)
		for (u32 op1 = 0; op1 < 8; op1++)
			for (u32 crn = 0; crn < 16; crn++)
				for (u32 crm = 0; crm < 16; crm++)
					for (u32 op2 = 0; op2 < 8; op2++) {
						u64 elr;

						frame.x[1] = 0;
						fake_events_clear();
						access_register(ENC(op0, op1, crn, crm, op2), 1,
								write);
						elr = fake_sysreg_read("elr_el2");
						assert_true(elr == 0x1004 || elr >= 0x80000);
						performed += elr == 0x1004;
					}
	/* 3 operations, ACTLR, PMR, DIR, RPR, CTLR, SRE, three SGI registers, and
	 * group 0: eight and one. For a read the ID registers too, CRm 1 to 7. */
	assert_int_equal(performed, 12 + 9 + (write ? 0 : 7 * 8));
}

static void test_all_registers(void **state)
{
	(void)state;
	all_registers(true);
	all_registers(false);
}

static void test_register_zero(void **state)
{
	(void)state;
	/* XZR: a write of 0, and a read that changes nothing. */
	fake_sysreg_write("ICC_PMR_EL1", 0x77);
	memset(&frame, 0x55, sizeof(frame));
	access_register(ENC(3, 0, 4, 6, 0), 31, true);
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0);
	access_register(ENC(3, 0, 4, 6, 0), 31, false);
	for (u32 n = 0; n < 31; n++)
		assert_int_equal(frame.x[n], 0x5555555555555555ULL);
}

static void test_pmr_and_ctlr(void **state)
{
	(void)state;
	frame.x[5] = 0xf0;
	access_register(ENC(3, 0, 4, 6, 0), 5, true);
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0xf0);
	fake_sysreg_write("ICC_CTLR_EL1", 0x1234);
	access_register(ENC(3, 0, 12, 12, 4), 6, false);
	assert_int_equal(frame.x[6], 0x1234);
	access_register(ENC(3, 0, 12, 12, 4), 5, true);
	assert_int_equal(fake_sysreg_read("ICC_CTLR_EL1"), 0xf0);
	/* The interface cannot be switched off. */
	frame.x[5] = 0;
	access_register(ENC(3, 0, 12, 12, 5), 5, true);
	access_register(ENC(3, 0, 12, 12, 5), 6, false);
	assert_int_equal(frame.x[6], 7);
}

/* A write leaves Xt alone; what can only be written reads as zero. */
static void test_direction(void **state)
{
	static const u64 written_only[] = { ENC(3, 0, 12, 11, 1), ENC(3, 0, 12, 11, 5),
					    ENC(3, 0, 12, 11, 6), ENC(3, 0, 12, 11, 7) };

	(void)state;
	frame.x[4] = 0x1234;
	access_register(ENC(3, 0, 1, 0, 1), 4, true);
	assert_int_equal(frame.x[4], 0x1234);
	for (u32 i = 0; i < ARRAY_SIZE(written_only); i++) {
		frame.x[4] = 0x1234;
		access_register(written_only[i], 4, false);
		assert_int_equal(frame.x[4], 0);
	}
}

static void test_deactivate(void **state)
{
	static const struct {
		u64 intid;
		bool good;
	} cases[] = { { 0, true },   { 15, true },  { 31, true },    { 40, true },
		      { 41, false }, { 32, false }, { 1023, false }, { 0xffffff, false } };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_sysreg_write("ICC_DIR_EL1", 0x9999);
		frame.x[1] = cases[i].intid;
		access_register(ENC(3, 0, 12, 11, 1), 1, true);
		assert_int_equal(fake_sysreg_read("ICC_DIR_EL1"),
				 cases[i].good ? cases[i].intid : 0x9999);
	}
}

/* --- SGIs ---------------------------------------------------------------------------------------------- */

static u64 sgi1r(u64 mpidr_cluster, u64 rs, u64 list, u64 intid, bool irm)
{
	return list | intid << 24 | (mpidr_cluster >> 8 & 0xff) << 16 |
	       (mpidr_cluster >> 16 & 0xff) << 32 | (mpidr_cluster >> 32 & 0xff) << 48 | rs << 44 |
	       (irm ? BIT(40) : 0);
}

/* CPUs reached by a write of ICC_SGI1R_EL1, as a bit set; checks the number. */
static u64 reached(u64 value, u32 intid)
{
	u64 cpus = 0;

	frame.x[1] = value;
	fake_events_clear();
	access_register(ENC(3, 0, 12, 11, 5), 1, true);
	for (u32 n = 0; n < fake_event_count(EV_SYSREG_WRITE); n++) {
		const struct fake_event *e = fake_event(EV_SYSREG_WRITE, n);
		u64 v = e->a, cluster;

		if (strcmp(e->name, "ICC_SGI1R_EL1") != 0)
			continue;
		assert_int_equal(v >> 24 & 0xf, intid);
		assert_int_equal(v & BIT(40), 0);
		cluster = (v >> 16 & 0xff) << 8 | (v >> 32 & 0xff) << 16 | (v >> 48 & 0xff) << 32;
		for (u32 i = 0; i < 16; i++)
			if (v >> i & 1) {
				const struct cpu *cpu =
					cpu_by_mpidr(cluster | (v >> 44 & 0xf) << 4 | i);

				assert_non_null(cpu);
				assert_int_equal(cpus >> cpu->id & 1, 0);
				cpus |= BIT(cpu->id);
			}
	}
	return cpus;
}

static void spread_cpus(void)
{
	/* 16 CPUs in clusters, some of them with Aff0 above 15. */
	fake_cpus(16);
	for (u32 n = 0; n < 16; n++) {
		struct cpu *cpu = cpu_get(n);

		cpu->arrived = true;
		cpu->mpidr = n < 4  ? n :
			     n < 8  ? 0x100 | (n - 4) :
			     n < 12 ? 0x1000000000ULL | 0x20100 | (n - 8) :
				      0x10 | (n - 12);
	}
}

/* Against a plain reading of the manual: a target must be in the cell. */
static void test_sgi_filter(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 20000; round++) {
		u64 owned, cluster, rs, list, expected = 0;
		u32 intid = (u32)fake_random_below(16);
		bool irm = fake_random_below(4) == 0;

		if (round % 50 == 0)
			setup(NULL);
		spread_cpus();
		owned = (fake_random() & 0xffff) | BIT(2);
		cell->cpus = owned;
		cluster = cpu_get((u32)fake_random_below(16))->mpidr & ~0xffULL;
		if (fake_random_below(8) == 0)
			cluster ^= 0x100;
		rs = fake_random_below(3);
		list = fake_random() & 0xffff;
		for (u32 n = 0; n < 16; n++) {
			u64 m = cpu_get(n)->mpidr;
			bool hit = irm ? n != 2 :
					 (m & ~0xffULL) == cluster && (m >> 4 & 0xf) == rs &&
						   (list >> (m & 0xf) & 1);

			if (hit && (owned >> n & 1))
				expected |= BIT(n);
		}
		assert_int_equal(reached(sgi1r(cluster, rs, list, intid, irm), intid), expected);
	}
}

/* The masks of the assembly's short path: what it lets through as it is must be
 * what the filter above would do. */
static void test_short_path_masks(void **state)
{
	u64 all_cells = 0;

	(void)state;
	fake_random_seed();
	fake_run_on(2);
	for (u32 round = 0; round < 3000; round++) {
		const struct cpu *cpu = this_cpu();
		u64 value = fake_random() & (fake_random_below(2) ? 0xf00ffffULL : ~0ULL);
		u64 rest;

		if (fake_random_below(2))
			value = (value & 0xf00000fULL) | cpu->sgi_affinity;
		rest = value ^ cpu->sgi_affinity;
		if (rest & ~cpu->sgi_allow)
			continue;
		all_cells++;
		/* Exactly the CPUs of the list, no broadcast, and all of the cell. */
		assert_int_equal(reached(value, (u32)(value >> 24 & 0xf)), value & 0xffff);
	}
	assert_true(all_cells > 100);
}

/* When CPUs change hands the masks follow, on both sides. */
static void test_masks_follow(void **state)
{
	(void)state;
	for (u32 n = 0; n < FAKE_CPUS; n++)
		assert_int_equal(cpu_get(n)->sgi_allow & 0xffff, n < 2 ? 0x3 : 0xc);
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	fake_run_on(0);
	assert_int_equal(cell_destroy(1), 0);
	for (u32 n = 0; n < FAKE_CPUS; n++)
		assert_int_equal(cpu_get(n)->sgi_allow & 0xffff, 0xf);
}

static void test_counted_sgis(void **state)
{
	const u32 *count = &this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_VSGI];
	u32 before = *count;

	(void)state;
	frame.x[1] = BIT(40);
	access_register(ENC(3, 0, 12, 11, 5), 1, true);
	assert_int_equal(*count, before + 1);
	access_register(ENC(3, 0, 12, 11, 5), 1, false);
	assert_int_equal(*count, before + 1);
}

static void test_group_0_sgis(void **state)
{
	(void)state;
	frame.x[1] = ~0ULL;
	fake_events_clear();
	access_register(ENC(3, 0, 12, 11, 6), 1, true);
	access_register(ENC(3, 0, 12, 11, 7), 1, true);
	for (u32 n = 0; n < fake_event_count(EV_SYSREG_WRITE); n++)
		assert_null(strstr(fake_event(EV_SYSREG_WRITE, n)->name, "SGI"));
}

static void test_find_by_affinity(void **state)
{
	(void)state;
	spread_cpus();
	for (u32 n = 0; n < 16; n++) {
		assert_ptr_equal(cpu_by_mpidr(cpu_get(n)->mpidr), cpu_get(n));
		/* U, MT and RES1 of MPIDR_EL1 do not count. */
		assert_ptr_equal(cpu_by_mpidr(cpu_get(n)->mpidr | 0xc1000000), cpu_get(n));
	}
	assert_null(cpu_by_mpidr(0x500));
	/* A CPU that never arrived has no affinity. */
	cpu_get(7)->arrived = false;
	assert_null(cpu_by_mpidr(cpu_get(7)->mpidr));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(version),          TEST(cpu_on),          TEST(cpu_on_parked),
		TEST(cpu_on_pending),   TEST(cpu_on_32),       TEST(foreign_cpus),
		TEST(bad_arguments),    TEST(cpu_off),         TEST(failed_cpu_is_revived),
		TEST(suspend),          TEST(features),        TEST(not_supported),
		TEST(system_off),       TEST(counted),         TEST(architecture_calls),
		TEST(other_owners),     TEST(sdei_is_refused), TEST(all_registers),
		TEST(register_zero),    TEST(pmr_and_ctlr),    TEST(direction),
		TEST(deactivate),       TEST(sgi_filter),      TEST(short_path_masks),
		TEST(masks_follow),     TEST(counted_sgis),    TEST(group_0_sgis),
		TEST(find_by_affinity),
	};

	return cmocka_run_group_tests_name("psci", tests, NULL, NULL);
}
