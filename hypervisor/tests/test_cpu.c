/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a CPU does between OFF and its cell, how it is kicked, and which SGIs
 * may take the short path: cpu.c. What a cell asks for by PSCI is in test_psci.c.
 */
#include "fake.h"

#include <arch/spinlock.h>
#include <arch/sysregs.h>
#include <arch/time.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "../arch/arm64/psci.h"
#include "fake_private.h"

#define RW (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)

static struct fake_config config;
static struct cell *cell;

static void create(void)
{
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	cell = cell_find(1);
}

/* A cell with CPUs 2 and 3, of which 2 runs and executes. */
static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	fake_cpu_offline(2);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.cpus[0] = 1 << 2 | 1 << 3;
	create();
	fake_run_on(2);
	fake_events_clear();
	return 0;
}

static void destroy(void)
{
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	fake_run_on(0);
	assert_int_equal(cell_destroy(1), 0);
}

/* Where the n-th event of a kind stands among all; from 1, so that 0 is none. */
static u32 place(enum fake_event_kind kind, u32 n)
{
	for (u32 i = 0; i < fake_events_total(); i++)
		if (fake_event_at(i)->kind == kind && n-- == 0)
			return i + 1;
	return 0;
}

/* The last barrier before event number `at`. */
static const char *barrier_before(u32 at)
{
	while (at-- > 1)
		if (fake_event_at(at - 1)->kind == EV_BARRIER)
			return fake_event_at(at - 1)->name;
	return "none";
}

/* --- entering and leaving a cell ------------------------------------------------------------------------ */

/* Tables, EL2 and EL1 state, interrupts: all before the cell, and the TLBs last. */
static void test_enter_cell(void **state)
{
	(void)state;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	fake_run_on(3);
	assert_memory_equal(this_cpu()->root, cell->stage2.root, STAGE2_ROOT_PAGES * PAGE_SIZE);
	assert_int_equal(fake_sysreg_read("vttbr_el2"),
			 this_cpu()->root_pa.v | 1ULL << VTTBR_VMID_SHIFT);
	assert_int_equal(fake_sysreg_read("spsr_el2"), SPSR_EL1H_MASKED);
	assert_string_equal(fake_event(EV_EL2_STATE, 0)->name, "cell");
	assert_string_equal(fake_event(EV_EL2_STATE, 1)->name, "el1");
	assert_int_equal(fake_event(EV_CPU_ENTER, 0)->a, 3);
	assert_int_equal(fake_event(EV_CPU_ENTER, 0)->b, 1);
	assert_int_equal(fake_event_count(EV_TLB_FLUSH_LOCAL), 1);
	/* The tables before what relies on them, and everything before the cell. */
	for (u32 i = 0; i < fake_events_total(); i++)
		if (fake_event_at(i)->name && strcmp(fake_event_at(i)->name, "vttbr_el2") == 0)
			assert_string_equal(fake_event_at(i + 1)->name, "isb");
	assert_string_equal(barrier_before(place(EV_ENTER, 0)), "isb");
	assert_true(place(EV_TLB_FLUSH_LOCAL, 0) > place(EV_CPU_ENTER, 0));
}

/* Stopped on the way in: it must not run with the full tables. */
static void stop_at_sync(void)
{
	fake_on_table_sync = NULL;
	cpu_get(3)->request = CPU_REQ_STOP;
}

static void test_stopped_on_the_way(void **state)
{
	(void)state;
	fake_on_table_sync = stop_at_sync;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	assert_int_equal(fake_event_count(EV_ENTER), 0);
	assert_true(cpu_is_idle(cpu_get(3)));
}

/* Root entries that change while a CPU copies them: it takes them again. */
static void change_at_sync(void)
{
	fake_on_table_sync = NULL;
	cell->stage2.root[5] ^= BIT(40);
	cell->stage2.sequence += 2;
}

static void test_root_changes_while_copied(void **state)
{
	(void)state;
	fake_on_table_sync = change_at_sync;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	assert_int_equal(cpu_get(3)->root[5], cell->stage2.root[5]);
	cell->stage2.root[5] ^= BIT(40);
}

/* A start that was overtaken by a stop is dropped. */
static void test_start_overtaken(void **state)
{
	(void)state;
	fake_auto_follow = false;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	cpu_request(cpu_get(3), CPU_REQ_STOP);
	fake_cpu_follow(3);
	assert_true(cpu_is_idle(cpu_get(3)));
	assert_int_equal(fake_event_count(EV_ENTER), 0);
	/* And a start that comes after the stop was taken. */
	cpu_get(3)->request = CPU_REQ_START;
	fake_cpu_follow(3);
	assert_int_equal(fake_event_count(EV_ENTER), 0);
	assert_true(cpu_is_idle(cpu_get(3)));
}

/* A stop between the two steps of CPU_ON. */
static void test_start_refused(void **state)
{
	struct cpu *cpu = cpu_get(3);

	(void)state;
	cpu->power = CPU_POWER_ON_PENDING;
	cpu->request = CPU_REQ_STOP;
	assert_false(cpu_start(cpu));
	assert_int_equal(cpu->power, CPU_POWER_OFF);
	assert_int_equal(cpu->request, CPU_REQ_STOP);
}

/* The management has a CPU while a request to it is pending. */
static void test_cpu_on_while_requested(void **state)
{
	(void)state;
	fake_auto_follow = false;
	cpu_get(3)->request = CPU_REQ_SCRUB;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_ON_PENDING);
	assert_int_equal(cpu_get(3)->request, CPU_REQ_SCRUB);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
}

/* The kick: the tables of that CPU alone, its VMID, then the wake-up. */
static void test_kick(void **state)
{
	static u64 before[STAGE2_ROOT_ENTRIES];
	u32 flush = 0, wake = 0;

	(void)state;
	fake_auto_follow = false;
	memcpy(before, cell->stage2.root, sizeof(before));
	fake_run_on(0);
	fake_events_clear();
	cpu_request(cpu_get(2), CPU_REQ_STOP);
	for (u32 i = 0; i < STAGE2_ROOT_ENTRIES; i++)
		assert_int_equal(cpu_get(2)->root[i], 0);
	/* The cell's own tables stay as they are. */
	assert_memory_equal(before, cell->stage2.root, sizeof(before));
	for (u32 i = 0; i < fake_events_total(); i++) {
		if (fake_event_at(i)->kind == EV_TLB_FLUSH) {
			assert_int_equal(fake_event_at(i)->a, 1);
			flush = i + 1;
		}
		if (fake_event_at(i)->kind == EV_WAKE)
			wake = i + 1;
	}
	assert_true(flush && wake > flush);
	/* The request is seen before the tables are gone, both before it wakes. */
	assert_string_equal(barrier_before(place(EV_TLB_FLUSH, 0)), "dmb ish");
	assert_string_equal(barrier_before(wake), "dsb sy");
	/* Who is off already only gets the request. */
	fake_events_clear();
	cpu_request(cpu_get(3), CPU_REQ_STOP);
	assert_int_equal(fake_event_count(EV_TLB_FLUSH), 0);
	assert_int_equal(fake_event_count(EV_WAKE), 1);
}

/* Who changes a running CPU's tables is alone with them. */
static void lock_is_held(u16 vmid __unused_arg)
{
	assert_int_not_equal(cpu_get(2)->kick_lock, 0);
}

static void test_kick_is_locked(void **state)
{
	(void)state;
	fake_auto_follow = false;
	fake_run_on(0);
	fake_on_tlb_flush = lock_is_held;
	cpu_request(cpu_get(2), CPU_REQ_STOP);
	fake_on_tlb_flush = NULL;
	assert_int_equal(fake_event_count(EV_TLB_FLUSH), 1);
	assert_int_equal(cpu_get(2)->kick_lock, 0);
}

static void test_start_is_seen_before_the_wake_up(void **state)
{
	(void)state;
	fake_auto_follow = false;
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	assert_string_equal(barrier_before(place(EV_WAKE, 0)), "dsb sy");
}

/* Root gets its own EL2 state; buffers of the owner end with it. */
static void test_root_again(void **state)
{
	(void)state;
	destroy();
	assert_string_equal(fake_event(EV_EL2_STATE, 0)->name, "drain");
	assert_true(place(EV_EL2_STATE, 0) < place(EV_SCRUB, 0));
	fake_events_clear();
	assert_int_equal(smc_standard(PSCI_CPU_ON_64, 3, 0x44000, 0), PSCI_SUCCESS);
	assert_string_equal(fake_event(EV_EL2_STATE, 0)->name, "root");
	assert_int_equal(fake_event(EV_CPU_ENTER, 0)->b, 0);
	assert_int_equal(fake_event_count(EV_ENTER), 1);
}

/* Shared memory that was loaded is cleaned out of the caches, never zeroed. */
static void test_loaded_shared_memory(void **state)
{
	(void)state;
	destroy();
	fake_config_default(&config);
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x2000,
			RW | JAILHOUSE_MEM_ROOTSHARED | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&config, 0x7e200000, 0x7e200000, 0x1000, RW | JAILHOUSE_MEM_ROOTSHARED);
	fake_events_clear();
	create();
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 2);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 1)->a, 0x7e000000);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 1)->b, 0x2000);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 1)->c, 0);
	fake_events_clear();
	destroy();
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->a, 0x7f600000);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->c, 1);
}

/* The short path knows CPUs of its own cluster with Aff0 below 16, in its own cell. */
static void test_masks_by_affinity(void **state)
{
	static const u64 mpidr[] = { 0x300120004, 0x300120005, 0x300120010, 0x300120107 };

	(void)state;
	fake_run_on(0);
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		cpu_get(n)->mpidr = mpidr[n];
		cpu_get(n)->sgi_allow = 0;
	}
	root_cell.cpus = (1 << FAKE_CPUS) - 1;
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		fake_events_clear();
		cpu_moved(cpu_get(n), cell, &root_cell);
		assert_string_equal(barrier_before(fake_events_total() + 1), "dsb ish");
	}
	/* Target list, and every INTID. */
	assert_int_equal(cpu_get(0)->sgi_allow, 0xf000000 | BIT(4) | BIT(5));
	assert_int_equal(cpu_get(1)->sgi_allow, 0xf000000 | BIT(4) | BIT(5));
	/* Aff0 16 is in no list, and cannot be taken for 0. */
	assert_int_equal(cpu_get(2)->sgi_allow, 0xf000000 | BIT(4) | BIT(5));
	assert_int_equal(cpu_get(3)->sgi_allow, 0xf000000 | BIT(7));
	/* Aff1 from bit 16, Aff2 from 32, Aff3 from 48. */
	for (u32 n = 0; n < 3; n++)
		assert_int_equal(cpu_get(n)->sgi_affinity, 0x12ULL << 32 | 0x03ULL << 48);
	assert_int_equal(cpu_get(3)->sgi_affinity, 1ULL << 16 | 0x12ULL << 32 | 0x03ULL << 48);
}

/* --- the lock ---------------------------------------------------------------------------------------- */

void unused_spin_wait_lock(u32 *lock);

static u32 lock, entered;

static void *wait_for_lock(void *arg)
{
	unused_spin_wait_lock(&lock);
	__atomic_store_n(&entered, 1, __ATOMIC_SEQ_CST);
	return arg;
}

/* Who waits has it when it is given up, and not before. */
static void test_wait_for_lock(void **state)
{
	pthread_t thread;

	(void)state;
	lock = 1;
	assert_int_equal(pthread_create(&thread, NULL, wait_for_lock, NULL), 0);
	usleep(20000);
	assert_int_equal(__atomic_load_n(&entered, __ATOMIC_SEQ_CST), 0);
	spin_unlock(&lock);
	pthread_join(thread, NULL);
	assert_int_equal(entered, 1);
	assert_int_equal(lock, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(enter_cell),
		TEST(stopped_on_the_way),
		TEST(root_changes_while_copied),
		TEST(start_overtaken),
		TEST(start_refused),
		TEST(cpu_on_while_requested),
		TEST(kick),
		TEST(kick_is_locked),
		TEST(start_is_seen_before_the_wake_up),
		TEST(root_again),
		TEST(loaded_shared_memory),
		TEST(masks_by_affinity),
		TEST(wait_for_lock),
	};

	return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
