/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a cell after its creation: load, start, stop, restart, failure,
 * destruction; what it is asked, and how long. No call waits for a cell.
 */
#include "fake.h"

#include <hyp/comm.h>
#include <hyp/ownership.h>
#include <hyp/printk.h>
#include <hyp/page_alloc.h>

#include <string.h>

#include "../arch/arm64/psci.h"
#include "../irqchip/gic_regs.h"
#include "fake_private.h"

#define RW  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define RAM 0x7f600000ULL

static struct fake_config config;
static struct fake_snapshot before;
static struct cell *cell;

static void create(void)
{
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cell = cell_find(config.desc.id);
	fake_events_clear();
}

/* One cell with CPUs 2 and 3, shut down. */
static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	for (u32 n = 1; n < FAKE_CPUS; n++) {
		fake_cpu_offline(n);
		memset(cpu_get(n)->stats, 0, sizeof(cpu_get(n)->stats));
	}
	fake_config_default(&config);
	config.cpus[0] = 1 << 3 | 1 << 2;
	create();
	return 0;
}

/* The same cell, loaded and running on CPU 2. */
static int setup_running(void **state)
{
	setup(state);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
	fake_events_clear();
	return 0;
}

/* Its CPUs do what they are asked only when they are told. */
static int setup_slow(void **state)
{
	setup_running(state);
	fake_auto_follow = false;
	return 0;
}

static void answer(u32 reply)
{
	cell->comm->msg_to_cell = JAILHOUSE_MSG_NONE;
	cell->comm->reply_from_cell = reply;
}

/* However often it takes, but not for ever. */
static void destroy(void)
{
	for (u32 tries = 0; cell_destroy(1) == -EAGAIN; tries++) {
		assert_true(tries < 10);
		answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	}
	assert_null(cell_find(1));
}

static bool root_has(u64 pa)
{
	struct stage2_mapping m;

	return stage2_lookup(&root_cell.stage2, ipa_of(pa), &m);
}

static void second_cell(u64 phys, u64 size)
{
	struct fake_config other;

	fake_config_default(&other);
	other.desc.id = 2;
	strcpy(other.desc.name, "other");
	other.cpus[0] = 1 << 1;
	other.desc.num_memory_regions = 0;
	other.desc.num_irqchips = 0;
	memset(other.irqchips, 0, sizeof(other.irqchips));
	other.desc.cpu_reset_address = phys;
	fake_config_mem(&other, phys, phys, size, RW | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&other, 0, 0x80000000, 0x1000, RW | JAILHOUSE_MEM_COMM_REGION);
	fake_config_place(&other);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
}

/* What follows the regions of a config is no region, though it looks like one: interrupts of another
 * controller, which nobody takes. */
static struct jailhouse_irqchip like_a_region(u64 phys)
{
	return (struct jailhouse_irqchip){
		.address = phys,
		.pin_base = 32,
		.pin_bitmap = { 0x1000, 0, RW | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE },
	};
}

static void test_behind_the_regions(void **state)
{
	struct stage2_mapping m;
	u64 later = 0x7e000000;

	(void)state;
	fake_reset();
	fake_ram_add(FAKE_CONFIG_PA, PAGE_SIZE);
	fake_system.irqchips[1] = fake_system.irqchips[0];
	fake_system.irqchips[0] = like_a_region(0x90000000);
	fake_enable(FAKE_POOL_PAGES);
	fake_cpu_offline(1);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.irqchips[0] = like_a_region(later);
	fake_config_mem(&config, 0x90000000, 0x90000000, 0x1000, RW);
	fake_config_place(&config);
	fake_events_clear();
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cell = cell_find(1);
	assert_false(stage2_lookup(&cell->stage2, ipa_of(32ULL << 32), &m));
	assert_true(root_has(later));
	assert_ptr_equal(ownership_find(later).cell, &root_cell);
	assert_ptr_equal(ownership_find(0x90000000).cell, cell);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_true(root_has(later));
	assert_int_equal(cell_start(1), 0);
	assert_true(root_has(later));
	assert_int_equal(ownership_selftest(), 0);
	/* Nor does it excuse a page that the cell must not have. */
	assert_int_equal(stage2_prepare_map(&cell->stage2, ipa_of(0x50000000), pa_of(later), 0x1000,
					    S2_READ, true),
			 0);
	stage2_map(&cell->stage2, ipa_of(0x50000000), pa_of(later), 0x1000, S2_READ);
	assert_int_equal(ownership_selftest(), -EIO);
	stage2_unmap(&cell->stage2, ipa_of(0x50000000), 0x1000);
	/* A region of root that another cell cannot have had. */
	second_cell(later, 0x1000);
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	destroy();
	assert_false(root_has(later));
	assert_false(root_has(0x90000000));
	assert_ptr_equal(ownership_find(0x90000000).cell, NULL);
	for (u32 n = 0; n < fake_event_count(EV_MEMORY_FLUSH); n++)
		assert_int_not_equal(fake_event(EV_MEMORY_FLUSH, n)->a, later);
}

/* What happens to a cell is on the console. */
static void test_said(void **state)
{
	static const char *const said[] = { "Created cell \"inmate\"\n",
					    "Cell \"inmate\" can be loaded\n",
					    "Started cell \"inmate\"\n", "Cell \"inmate\" failed\n",
					    "Closing cell \"inmate\"\n" };
	const char *log;

	setup_running(state);
	fake_run_on(2);
	this_cpu()->failed = true;
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	assert_int_equal(cell_destroy(1), 0);
	log = fake_log();
	for (u32 i = 0; i < ARRAY_SIZE(said); i++) {
		log = strstr(log, said[i]);
		if (!log) {
			fail_msg("it does not say \"%s\"", said[i]);
			return;
		}
	}
}

/* --- names and rights ------------------------------------------------------------------------------ */

static long (*const calls[])(u64 id) = { cell_start, cell_set_loadable, cell_destroy };

static void test_unknown_cell(void **state)
{
	static const u64 ids[] = { 2, 255, 256, 257, 1ULL << 32 | 1, ~0ULL };

	(void)state;
	fake_snapshot(&before);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
			assert_int_equal(calls[c](ids[i]), -ENOENT);
			assert_non_null(strstr(fake_reason(), "no cell"));
		}
		assert_int_equal(cell_get_state(ids[i]), -ENOENT);
	}
	fake_snapshot_equal(&before, "unknown cell");
}

static void test_root_cell(void **state)
{
	(void)state;
	fake_snapshot(&before);
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
		assert_int_equal(calls[c](0), -EINVAL);
		assert_non_null(strstr(fake_reason(), "root cell"));
	}
	assert_int_equal(cell_get_state(0), JAILHOUSE_CELL_RUNNING);
	fake_snapshot_equal(&before, "root cell");
}

static void test_only_root_manages(void **state)
{
	(void)state;
	fake_snapshot(&before);
	fake_run_on(2);
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++)
		assert_int_equal(calls[c](1), -EPERM);
	assert_int_equal(cell_get_state(1), -EPERM);
	assert_int_equal(cell_get_state(77), -EPERM);
	assert_string_equal(fake_reason(), "");
	fake_snapshot_equal(&before, "management by a cell");
}

/* While one call is under way another one is asked to come again. */
static void test_one_call_at_a_time(void **state)
{
	(void)state;
	assert_int_equal(fake_management_lock(true), 0);
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++)
		assert_int_equal(calls[c](1), -EAGAIN);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EAGAIN);
	fake_management_lock(false);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_SHUT_DOWN);
}

/* --- loading ----------------------------------------------------------------------------------------- */

static void test_load(void **state)
{
	struct stage2_mapping m;

	(void)state;
	fake_snapshot(&before);
	assert_false(root_has(RAM));
	assert_int_equal(cell_set_loadable(1), 0);
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(RAM), &m));
	assert_int_equal(m.pa.v, RAM);
	assert_int_equal(m.flags, S2_READ | S2_WRITE);
	assert_true(root_has(RAM + 0xfffff));
	/* What is not loadable stays the cell's. */
	assert_false(root_has(0x09040000));
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_SHUT_DOWN);
	/* Again, harmless. */
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(ownership_selftest(), 0);
}

/* Root must not write a cell's memory through stale TLB entries. */
static bool mapped_at_flush;

static void look_at_flush(u16 vmid)
{
	if (vmid == 0)
		mapped_at_flush = root_has(RAM);
}

static void test_start_takes_memory_back(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), 0);
	mapped_at_flush = true;
	fake_on_tlb_flush = look_at_flush;
	assert_int_equal(cell_start(1), 0);
	assert_false(root_has(RAM));
	assert_false(root_has(RAM + 0xff000));
	/* Gone first, flushed then. */
	assert_false(mapped_at_flush);
	assert_int_equal(ownership_selftest(), 0);
}

/* Creation prepared all tables: what a user waits for cannot fail for lack of
 * memory, with regions of all kinds. */
static void test_load_needs_no_memory(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_config_default(&config);
	config.cpus[0] = 1 << 3;
	config.desc.num_memory_regions = 0;
	fake_config_mem(&config, 0x7e000000, 0, 0x200000, RW | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&config, 0x7e3ff000, 0x400000, 0x2000, RW | JAILHOUSE_MEM_LOADABLE);
	/* Where two regions of root meet, and where root must map by pages. */
	fake_config_mem(&config, 0x7f400000, 0x600000, 0x200000, RW | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&config, 0x100000000, 0x800000, 0x200000, RW | JAILHOUSE_MEM_LOADABLE);
	/* A whole GiB, and what root has nothing of. */
	fake_config_mem(&config, 0x8040000000, 0x8040000000, SZ_1G, RW | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&config, 0x90000000, 0x90000000, 0x400000, RW | JAILHOUSE_MEM_LOADABLE);
	create();
	fake_pool_allocations();
	page_alloc_fail_after(0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_true(root_has(0x8040000000));
	assert_true(root_has(0x7f4fffff));
	assert_true(root_has(0x7f500000));
	assert_false(root_has(0x90000000));
	assert_int_equal(cell_start(1), 0);
	assert_false(root_has(0x8040000000));
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(fake_pool_allocations(), 0);
	page_alloc_fail_after(-1);
}

static void test_start_without_load(void **state)
{
	(void)state;
	fake_snapshot(&before);
	assert_int_equal(cell_start(1), -ENODATA);
	assert_non_null(strstr(fake_reason(), "nothing was loaded"));
	assert_int_equal(fake_event_count(EV_REQUEST), 0);
	fake_snapshot_equal(&before, "start without load");
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	/* A restart keeps what is there. */
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), 0);
}

static void request_of_cpu_2(const void *va)
{
	(void)va;
	cpu_get(2)->request = CPU_REQ_STOP;
}

/* A request appears at the CPU, as nobody can make one: the start is refused, and works later. */
static void test_start_with_a_busy_cpu(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), 0);
	fake_on_cache_flush = request_of_cpu_2;
	assert_int_equal(cell_start(1), -EIO);
	fake_on_cache_flush = NULL;
	assert_non_null(strstr(fake_reason(), "CPU 2 is busy"));
	assert_int_equal(cpu_get(2)->request, CPU_REQ_STOP);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	cpu_get(2)->request = 0;
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
}

/* A new cell of the same id has nothing of the old one. */
static void test_load_does_not_outlive_the_cell(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_destroy(1), 0);
	create();
	assert_int_equal(cell_start(1), -ENODATA);
}

static void test_start_without_loadable_regions(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	config.mem[0].flags &= ~(u64)JAILHOUSE_MEM_LOADABLE;
	/* Taken for a region, the list of interrupts behind the regions would be loadable. */
	fake_config_irq(&config, 32 + 64 + 6);
	create();
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
}

/* --- start ------------------------------------------------------------------------------------------- */

static void test_start(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	config.desc.cpu_reset_address = 0x1234;
	config.mem[0].virt_start = 0;
	create();
	assert_int_equal(cell_set_loadable(1), 0);
	fake_gic.enabled[1] |= 1 << 8;
	fake_events_clear();
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
	/* The lowest CPU enters at the reset address, the other one stays off. */
	assert_int_equal(fake_event_count(EV_ENTER), 1);
	assert_int_equal(fake_event(EV_ENTER, 0)->a, 2);
	assert_int_equal(fake_event(EV_ENTER, 0)->b, 0);
	assert_int_equal(fake_event(EV_ENTER, 0)->c, 0x1234);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	/* With the cell's tables and VMID, and its interrupts masked. */
	assert_memory_equal(cpu_get(2)->root, cell->stage2.root, STAGE2_ROOT_PAGES * PAGE_SIZE);
	assert_int_equal(fake_gic.enabled[1] & 1 << 8, 0);
	/* RAM was cleaned first, by the CPU that enters. */
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->a, RAM);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->b, 0x100000);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->c, 0);
	assert_string_equal(fake_reason(), "");
}

static void test_start_touches_nobody_else(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), 0);
	second_cell(0x7e000000, 0x200000);
	assert_int_equal(cell_set_loadable(2), 0);
	assert_int_equal(cell_start(2), 0);
	fake_events_clear();
	assert_int_equal(cell_start(1), 0);
	for (u32 i = 0; i < fake_event_count(EV_REQUEST); i++)
		assert_int_equal(fake_event(EV_REQUEST, i)->a, 2);
	for (u32 i = 0; i < fake_event_count(EV_WAKE); i++)
		assert_int_equal(fake_event(EV_WAKE, i)->a, 2);
}

static void test_start_again_is_a_restart(void **state)
{
	(void)state;
	cell->comm->flags = 0x1234;
	assert_int_equal(cell_start(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(fake_event_count(EV_ENTER), 1);
	/* A fresh communication page. */
	assert_int_equal(cell->comm->flags, JAILHOUSE_COMM_FLAG_DBG_PUTC_PERMITTED);
	assert_int_equal(cell->comm->reply_from_cell, 0);
}

/* The CPU that enters is still on its way when the next call comes. */
static void test_start_while_starting(void **state)
{
	(void)state;
	fake_auto_follow = false;
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON_PENDING);
	/* It is taken as running, and asked. */
	assert_int_equal(cell_start(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_start(1), 0);
}

/* --- asking ------------------------------------------------------------------------------------------ */

static void test_asked_and_approved(void **state)
{
	(void)state;
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
		setup_running(NULL);
		fake_snapshot(&before);
		assert_int_equal(calls[c](1), -EAGAIN);
		assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
		assert_int_equal(cell->comm->reply_from_cell, JAILHOUSE_MSG_NONE);
		/* No answer yet. */
		assert_int_equal(calls[c](1), -EAGAIN);
		assert_int_equal(calls[c](1), -EAGAIN);
		assert_int_equal(fake_event_count(EV_REQUEST), 0);
		answer(JAILHOUSE_MSG_REQUEST_APPROVED);
		assert_int_equal(calls[c](1), 0);
		assert_string_equal(fake_reason(), "");
	}
}

static void test_denied(void **state)
{
	static const u32 replies[] = { JAILHOUSE_MSG_REQUEST_DENIED, JAILHOUSE_MSG_UNKNOWN,
				       JAILHOUSE_MSG_RECEIVED, 5, 0xffffffff };

	(void)state;
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++)
		for (u32 r = 0; r < ARRAY_SIZE(replies); r++) {
			setup_running(NULL);
			fake_snapshot(&before);
			assert_int_equal(calls[c](1), -EAGAIN);
			answer(replies[r]);
			assert_int_equal(calls[c](1), -EPERM);
			assert_non_null(strstr(fake_reason(), "denied"));
			assert_int_equal(fake_event_count(EV_REQUEST), 0);
			assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
			fake_snapshot_equal(&before, "a shutdown that was denied");
			/* The next call asks anew. */
			assert_int_equal(calls[c](1), -EAGAIN);
			assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
			assert_int_equal(cell->comm->reply_from_cell, JAILHOUSE_MSG_NONE);
			answer(JAILHOUSE_MSG_REQUEST_APPROVED);
			assert_int_equal(calls[c](1), 0);
		}
}

/* msg_reply_timeout is in microseconds; the fake has 62.5 ticks in one. */
static void test_timeout(void **state)
{
	(void)state;
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
		setup_running(NULL);
		assert_int_equal(calls[c](1), -EAGAIN);
		fake_now += 2000 * FAKE_TICKS_PER_MS - 1;
		assert_int_equal(calls[c](1), -EAGAIN);
		assert_int_equal(fake_event_count(EV_REQUEST), 0);
		fake_now += 1;
		assert_int_equal(calls[c](1), 0);
	}
}

/* An answer that comes in time but is seen late counts. */
static void test_late_denial(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_DENIED);
	fake_now += 10000 * FAKE_TICKS_PER_MS;
	assert_int_equal(cell_destroy(1), -EPERM);
}

static void test_no_timeout(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0 - EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), 0);
	config.desc.msg_reply_timeout = 0;
	create();
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	/* It waits for ever, but no call does. */
	for (u32 i = 0; i < 100; i++) {
		assert_int_equal(cell_destroy(1), -EAGAIN);
		fake_now += 1ULL << 50;
	}
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), 0);
}

static void test_largest_timeout(void **state)
{
	(void)state;
	answer(0);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), 0);
	config.desc.msg_reply_timeout = ~0ULL;
	create();
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	/* Years, and no overflow that makes it end at once. */
	fake_now += 3600 * 1000 * FAKE_TICKS_PER_MS;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_int_equal(fake_event_count(EV_REQUEST), 1);
}

/* States in which nobody answers, and configs that say so. */
static void test_not_asked(void **state)
{
	static const u32 states[] = { JAILHOUSE_CELL_SHUT_DOWN, JAILHOUSE_CELL_FAILED,
				      JAILHOUSE_CELL_FAILED_COMM_REV };

	(void)state;
	for (u32 s = 0; s < ARRAY_SIZE(states); s++)
		for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
			setup_running(NULL);
			cell->comm->cell_state = states[s];
			assert_int_equal(cell_get_state(1), states[s]);
			assert_int_equal(calls[c](1), 0);
			assert_true(c == 0 || cpu_get(2)->power == CPU_POWER_OFF);
		}
}

static void test_passive_cell(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	config.desc.flags |= JAILHOUSE_CELL_PASSIVE_COMMREG;
	create();
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
	assert_int_equal(cell_destroy(1), 0);
}

/* Without the page in its address space a cell cannot answer. */
static void test_cell_without_comm_region(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	config.desc.num_memory_regions = 2;
	create();
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_destroy(1), 0);
}

/* Nonsense in the state is nobody's approval. */
static void test_nonsense_state(void **state)
{
	static const u32 states[] = { 5, 0x80000000, 0xffffffff };

	(void)state;
	for (u32 s = 0; s < ARRAY_SIZE(states); s++) {
		setup_running(NULL);
		cell->comm->cell_state = states[s];
		assert_int_equal(cell_get_state(1), -EINVAL);
		assert_int_equal(cell_destroy(1), -EAGAIN);
		answer(JAILHOUSE_MSG_REQUEST_APPROVED);
		assert_int_equal(cell_destroy(1), 0);
	}
}

/* A state that changes between two calls: each call decides anew. */
static void test_state_changes_while_asked(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	assert_int_equal(cell_destroy(1), 0);
}

/* --- stopping ---------------------------------------------------------------------------------------- */

static void test_slow_stop(void **state)
{
	(void)state;
	answer(JAILHOUSE_MSG_NONE);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	fake_events_clear();
	/* Told to stop, not there yet. */
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_true(fake_event_count(EV_REQUEST) > 0);
	assert_int_equal(fake_event(EV_REQUEST, 0)->a, 2);
	assert_int_equal(fake_event(EV_REQUEST, 0)->b, CPU_REQ_STOP);
	/* Its address space is gone, and the TLBs know. */
	for (u32 i = 0; i < STAGE2_ROOT_ENTRIES; i++)
		assert_int_equal(cpu_get(2)->root[i], 0);
	assert_int_equal(fake_event(EV_TLB_FLUSH, 0)->a, 1);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	/* It is off; now its memory is zeroed, by itself. */
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 0);
	fake_cpu_follow(2);
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->c, 1);
	assert_int_equal(cell_num(), 2);
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(cell_num(), 1);
}

static void test_cpu_that_does_not_stop(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	fake_now += 1000 * FAKE_TICKS_PER_MS - 1;
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	fake_now += 1;
	assert_int_equal(cell_set_loadable(1), -EIO);
	assert_non_null(strstr(fake_reason(), "CPU 2"));
	/* Nothing was taken from the cell, and it can be tried again. */
	assert_false(root_has(RAM));
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_true(root_has(RAM));
}

/* What PSCI CPU_ON answers to CPU `by` of the cell. */
static u64 cpu_on(u32 by, u32 target)
{
	u64 result;

	fake_run_on(by);
	result = psci_call(PSCI_CPU_ON_64, target, 0x4000, 0);
	fake_run_on(0);
	return result;
}

/* A sibling that is off cannot be switched on while the cell stops. */
static void test_sibling_started_while_stopping(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	/* CPU 2 was in EL2, in CPU_ON, when the request came. */
	assert_int_equal(cpu_on(2, 3), PSCI_DENIED);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	fake_cpu_follow(3);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	fake_cpu_follow(2);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_destroy(1), 0);
}

/* After a stop that failed, or with a new start, it can again. */
static void test_sibling_started_afterwards(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	fake_now += 2000 * FAKE_TICKS_PER_MS;
	assert_int_equal(cell_set_loadable(1), -EIO);
	assert_int_equal(cpu_on(2, 3), PSCI_SUCCESS);
	fake_cpu_follow(3);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
	setup_running(NULL);
	assert_int_equal(cell_start(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cpu_on(2, 3), PSCI_SUCCESS);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
}

/* A cell whose CPUs hand over to each other just when they are looked at: the
 * one that was seen at rest starts, started by the one that is looked at next. */
static u32 handovers;

static void hand_over(u32 id)
{
	u32 runs = 5 - id;

	if (!handovers || !cell_owns_cpu(cell, id) || cpu_get(runs)->power != CPU_POWER_ON)
		return;
	handovers--;
	fake_on_idle_check = NULL;
	if (cpu_on(runs, id) == PSCI_SUCCESS)
		fake_cpu_follow(id);
	fake_run_on(runs);
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	fake_on_idle_check = hand_over;
}

static void test_handover_while_stopping(void **state)
{
	(void)state;
	for (u32 n = 1; n < 20; n++) {
		setup_slow(NULL);
		/* CPU 3 runs, CPU 2, which is looked at first, rests. */
		handovers = 1;
		hand_over(3);
		assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
		handovers = n;
		fake_on_idle_check = hand_over;
		assert_int_equal(cell_set_loadable(1), -EAGAIN);
		answer(JAILHOUSE_MSG_REQUEST_APPROVED);
		for (u32 tries = 0; cell_set_loadable(1) == -EAGAIN; tries++) {
			assert_true(tries < 50);
			fake_cpu_follow(2);
			fake_cpu_follow(3);
		}
		fake_on_idle_check = NULL;
		assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
		assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	}
}

/* Another call finds the cell in the phase where the first one left it. */
static void test_calls_change(void **state)
{
	(void)state;
	assert_int_equal(cell_start(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_start(1), -EAGAIN);
	/* The user gives up, and destroys the cell. */
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_destroy(1), 0);
}

/* While the memory is zeroed the cell cannot be started from under it. */
static void test_start_while_scrubbing(void **state)
{
	(void)state;
	answer(0);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_events_clear();
	/* Its contents are gone: there is nothing to start. */
	assert_int_equal(cell_start(1), -ENODATA);
	/* Root may load it, and then no CPU is left that zeroes what it loads. */
	assert_int_equal(cell_set_loadable(1), -EAGAIN);
	fake_cpu_follow(2);
	assert_int_equal(cell_set_loadable(1), 0);
	fake_events_clear();
	fake_cpu_follow(2);
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 0);
	assert_int_equal(cell_start(1), 0);
	fake_cpu_follow(2);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
}

static void test_create_while_another_stops(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	second_cell(0x7e000000, 0x200000);
	/* The request that waits for its answer is not overwritten. */
	assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
}

/* --- destruction ------------------------------------------------------------------------------------- */

static void test_destroy_leaves_no_trace(void **state)
{
	(void)state;
	answer(0);
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot(&before);
	for (u32 i = 0; i < 4; i++) {
		create();
		if (i & 1)
			assert_int_equal(cell_set_loadable(1), 0);
		if (i & 2 && i & 1)
			assert_int_equal(cell_start(1), 0);
		destroy();
		fake_snapshot_equal(&before, "create and destroy");
	}
}

static void test_scrub(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->a, RAM);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->c, 1);
	/* Not if the config says so; never what is shared or registers. */
	fake_config_policy(&config, JAILHOUSE_VIOLATION_PARK, 0);
	create();
	assert_int_equal(cell_destroy(1), 0);
	/* Then it is only cleaned out of the caches. */
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->c, 0);
	fake_config_default(&config);
	config.cpus[0] = 1 << 3;
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x200000, RW | JAILHOUSE_MEM_ROOTSHARED);
	fake_config_mem(&config, 0x7e200000, 0x7e200000, 0x1000, JAILHOUSE_MEM_READ);
	create();
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(fake_event_count(EV_MEMORY_FLUSH), 1);
	assert_int_equal(fake_event(EV_MEMORY_FLUSH, 0)->a, RAM);
}

/* Memory is zeroed before root sees it again. */
static void test_scrub_before_root(void **state)
{
	(void)state;
	fake_auto_follow = false;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_false(root_has(RAM));
	fake_cpu_follow(2);
	assert_false(root_has(RAM));
	assert_int_equal(cell_destroy(1), 0);
	assert_true(root_has(RAM));
}

static void test_destroy_gives_back(void **state)
{
	(void)state;
	answer(JAILHOUSE_MSG_NONE);
	cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	fake_gic.enabled[1] |= 1 << 8;
	fake_gic.pending[1] |= 1 << 8;
	fake_gic.active[1] |= 1 << 8;
	cpu_get(2)->stats[0] = 5;
	assert_int_equal(cell_destroy(1), 0);
	assert_true(root_has(RAM));
	assert_true(root_has(0x09040000));
	assert_int_equal(root_cell.cpus, 0xf);
	assert_ptr_equal(cpu_get(2)->cell, &root_cell);
	assert_int_equal(cpu_get(2)->stats[0], 0);
	assert_true(cell_owns_irq(&root_cell, 40));
	/* Masked, quiet, and routed to a CPU of root. */
	assert_int_equal(fake_gic.enabled[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.pending[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.active[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.router[40], 0);
	assert_int_equal(cell_get_state(1), -ENOENT);
}

/* An interrupt that root never had is nobody's afterwards. */
static void test_interrupt_not_of_root(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_gic_typer |= 0x1f;
	fake_config_irq(&config, 700);
	create();
	assert_true(cell_owns_irq(cell, 700));
	assert_int_equal(cell_destroy(1), 0);
	assert_false(cell_owns_irq(&root_cell, 700));
	assert_true(cell_owns_irq(&root_cell, 40));
}

/* The TLB entries of a cell are gone before its tables are. */
static u32 flushed;

static void used_until_flushed(u16 vmid)
{
	if (vmid != 1)
		return;
	assert_non_null(cell->stage2.root);
	flushed++;
}

static void test_flushed_before_freed(void **state)
{
	(void)state;
	flushed = 0;
	fake_on_tlb_flush = used_until_flushed;
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(flushed, 1);
}

/* Two cells in one 2 MiB block of root, in all orders: what one of them does
 * never takes memory from the other one or from root. */
static void test_neighbours_in_one_block(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot(&before);
	for (u32 order = 0; order < 8; order++) {
		create();
		second_cell(RAM + 0x100000, 0x100000);
		if (order & 1)
			assert_int_equal(cell_set_loadable(1), 0);
		if (order & 2)
			assert_int_equal(cell_set_loadable(2), 0);
		assert_int_equal(root_has(RAM), (order & 1) != 0);
		assert_int_equal(root_has(RAM + 0x100000), (order & 2) != 0);
		assert_int_equal(cell_destroy(order & 4 ? 1 : 2), 0);
		if (order & 4) {
			assert_true(root_has(RAM));
			if (order & 2)
				assert_int_equal(cell_start(2), 0);
			assert_true(root_has(RAM));
			assert_true(root_has(RAM + 0x200000));
			assert_false((order & 2) && root_has(RAM + 0x100000));
		} else {
			assert_true(root_has(RAM + 0x100000));
			if (order & 1)
				assert_int_equal(cell_start(1), 0);
			assert_true(root_has(RAM + 0x100000));
			assert_true(root_has(RAM - 0x1000));
			assert_false((order & 1) && root_has(RAM));
		}
		assert_int_equal(ownership_selftest(), 0);
		while (cell_num() > 1) {
			struct cell *rest = root_cell.next;

			if (cell_destroy(rest->id) == -EAGAIN)
				rest->comm->reply_from_cell = JAILHOUSE_MSG_REQUEST_APPROVED;
		}
		fake_snapshot_equal(&before, "two cells in one block");
	}
}

/* The same within one GiB that root has as a single entry. */
static void test_neighbours_in_one_gib(void **state)
{
	u64 base = 0x8080000000;

	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot(&before);
	config.mem[0].phys_start = base;
	config.mem[0].size = SZ_1G / 2;
	config.mem[0].virt_start = config.desc.cpu_reset_address = base;
	create();
	second_cell(base + SZ_1G / 2, SZ_1G / 2);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_destroy(2), 0);
	assert_true(root_has(base + SZ_1G / 2));
	assert_true(root_has(base));
	assert_int_equal(cell_start(1), 0);
	/* The running cell is root's no more, the rest is. */
	assert_false(root_has(base));
	assert_false(root_has(base + SZ_1G / 2 - 1));
	assert_true(root_has(base + SZ_1G / 2));
	for (u32 n = 0; n < 2; n++)
		assert_int_equal(cpu_get(0)->root[base >> 30], root_cell.stage2.root[base >> 30]);
	assert_int_equal(ownership_selftest(), 0);
	destroy();
	fake_snapshot_equal(&before, "two cells in one GiB");
}

/* --- locks and messages to others ---------------------------------------------------------------------- */

static void test_locked(void **state)
{
	struct fake_config other;

	(void)state;
	second_cell(0x7e000000, 0x200000);
	cell->comm->cell_state = JAILHOUSE_CELL_RUNNING_LOCKED;
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING_LOCKED);
	fake_snapshot(&before);
	/* Others can be neither destroyed nor created. */
	assert_int_equal(cell_destroy(2), -EPERM);
	assert_non_null(strstr(fake_reason(), "\"inmate\""));
	fake_config_default(&other);
	other.desc.id = 3;
	fake_config_place(&other);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EPERM);
	assert_non_null(strstr(fake_reason(), "locks"));
	fake_snapshot_equal(&before, "a locked configuration");
	/* But loaded and started. */
	assert_int_equal(cell_set_loadable(2), 0);
	assert_int_equal(cell_start(2), 0);
	/* The locking cell itself is asked as usual. */
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_DENIED);
	assert_int_equal(cell_destroy(1), -EPERM);
	assert_int_equal(cell_destroy(1), -EAGAIN);
	answer(JAILHOUSE_MSG_REQUEST_APPROVED);
	assert_int_equal(cell_destroy(1), 0);
}

static void test_notifications(void **state)
{
	(void)state;
	cell->comm->reply_from_cell = JAILHOUSE_MSG_RECEIVED;
	second_cell(0x7e000000, 0x200000);
	assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_RECONFIG_COMPLETED);
	assert_int_equal(cell->comm->reply_from_cell, JAILHOUSE_MSG_NONE);
	/* Nobody tells a cell about itself, nor one that is shut down. */
	assert_int_equal(cell_find(2)->comm->msg_to_cell, JAILHOUSE_MSG_NONE);
	answer(JAILHOUSE_MSG_RECEIVED);
	assert_int_equal(cell_destroy(2), 0);
	assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_RECONFIG_COMPLETED);
	/* Not after an attempt that failed. */
	answer(JAILHOUSE_MSG_RECEIVED);
	assert_int_equal(cell_create(0x90000000), -EINVAL);
	assert_int_equal(cell->comm->msg_to_cell, JAILHOUSE_MSG_NONE);
}

/* A late answer to a notification is no answer to a request. */
static void test_notification_then_request(void **state)
{
	(void)state;
	second_cell(0x7e000000, 0x200000);
	cell->comm->reply_from_cell = JAILHOUSE_MSG_REQUEST_APPROVED;
	assert_int_equal(cell_destroy(1), -EAGAIN);
	assert_int_equal(cell->comm->reply_from_cell, JAILHOUSE_MSG_NONE);
}

/* --- cells that end by themselves ------------------------------------------------------------------------ */

static u64 restart_bits(void)
{
	return console_page.restart_cells[0];
}

static void test_system_off(void **state)
{
	(void)state;
	fake_run_on(2);
	assert_true(FAKE_STOPS(cell_end_self(false)));
	fake_run_on(0);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	/* A sibling that is on its way cannot switch another one on. */
	assert_true(cell->closing);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_SHUT_DOWN);
	assert_int_equal(restart_bits(), 0);
	/* It is there still, and can be started again. */
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
}

static void test_system_reset(void **state)
{
	(void)state;
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
		setup_running(NULL);
		fake_run_on(2);
		assert_true(FAKE_STOPS(cell_end_self(true)));
		fake_run_on(0);
		assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_SHUT_DOWN);
		assert_int_equal(restart_bits(), 1 << 1);
		/* Root loads and starts it, or destroys it. */
		assert_int_equal(calls[c](1), 0);
		assert_int_equal(restart_bits(), 0);
	}
}

static void test_restart_bit_of_high_ids(void **state)
{
	static const u32 ids[] = { 63, 64, 127, 128, 255 };

	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		config.desc.id = ids[i];
		create();
		assert_int_equal(cell_set_loadable(ids[i]), 0);
		assert_int_equal(cell_start(ids[i]), 0);
		fake_run_on(2);
		assert_true(FAKE_STOPS(cell_end_self(true)));
		fake_run_on(0);
		for (u32 w = 0; w < 4; w++)
			assert_int_equal(console_page.restart_cells[w],
					 w == ids[i] / 64 ? BIT(ids[i] % 64) : 0);
		assert_int_equal(cell_destroy(ids[i]), 0);
	}
}

/* Both CPUs run; one of them ends the cell. */
static void both_running(void)
{
	struct cpu *cpu = cpu_get(3);

	cpu->power = CPU_POWER_ON_PENDING;
	cpu_request(cpu, CPU_REQ_START);
	fake_cpu_follow(3);
	assert_int_equal(cpu->power, CPU_POWER_ON);
	fake_events_clear();
}

static void test_end_stops_siblings(void **state)
{
	(void)state;
	both_running();
	fake_run_on(3);
	assert_true(FAKE_STOPS(cell_end_self(false)));
	fake_run_on(0);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	assert_int_equal(cell_destroy(1), 0);
}

static void test_failed_only_when_all_are(void **state)
{
	(void)state;
	both_running();
	fake_run_on(3);
	this_cpu()->failed = true;
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
	assert_true(cpu_get(3)->failed);
	fake_run_on(2);
	this_cpu()->failed = true;
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_FAILED);
	/* Not asked; the mark goes with the load. */
	assert_int_equal(cell_set_loadable(1), 0);
	assert_false(cpu_get(2)->failed);
	assert_false(cpu_get(3)->failed);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_RUNNING);
}

static void test_fail_siblings(void **state)
{
	(void)state;
	both_running();
	fake_run_on(3);
	this_cpu()->failed = true;
	cell_fail_siblings();
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	assert_true(cpu_get(2)->failed);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_OFF);
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_FAILED);
	/* CPUs of other cells are not. */
	assert_false(cpu_get(0)->failed || cpu_get(1)->failed);
}

static void test_failed_mark_is_cleared(void **state)
{
	(void)state;
	for (u32 c = 0; c < ARRAY_SIZE(calls); c++) {
		setup_running(NULL);
		fake_run_on(2);
		this_cpu()->failed = true;
		assert_true(FAKE_STOPS(cpu_stop_self()));
		fake_run_on(0);
		assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_FAILED);
		assert_int_equal(calls[c](1), 0);
		assert_false(cpu_get(2)->failed);
	}
}

/* All CPUs of a cell off without failure: it may be started anew. */
static void test_all_cpus_off(void **state)
{
	(void)state;
	fake_run_on(2);
	assert_true(FAKE_STOPS(cpu_stop_self()));
	fake_run_on(0);
	/* It still says that it runs, so it is asked, and cannot answer. */
	assert_int_equal(cell_destroy(1), -EAGAIN);
	fake_now += 2000 * FAKE_TICKS_PER_MS;
	assert_int_equal(cell_destroy(1), 0);
}

/* --- many lives ------------------------------------------------------------------------------------------ */

/* Any sequence of calls, answers and events: states stay consistent, and in the
 * end no trace is left. */
static void test_random_lives(void **state)
{
	(void)state;
	fake_random_seed();
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot(&before);
	for (u32 life = 0; life < 300; life++) {
		u32 steps = (u32)fake_random_below(40);

		config.desc.msg_reply_timeout = fake_random_below(3) * 1000;
		create();
		fake_auto_follow = fake_random_below(2);
		while (steps--) {
			u32 n = 2 + (u32)fake_random_below(2);
			long err;

			switch (fake_random_below(9)) {
			case 0:
			case 1:
				err = calls[fake_random_below(2)](1);
				assert_true(err == 0 || err == -EAGAIN || err == -EPERM ||
					    err == -ENODATA || err == -EIO);
				break;
			case 2:
				answer((u32)fake_random_below(6));
				break;
			case 3:
				cell->comm->cell_state = (u32)fake_random_below(7);
				break;
			case 4:
				fake_cpu_follow(n);
				break;
			case 5:
				fake_now += fake_random_below(700) * FAKE_TICKS_PER_MS;
				break;
			case 6: /* the cell's own CPU ends it, fails, or goes off */
				if (cpu_get(n)->power != CPU_POWER_ON)
					break;
				fake_run_on(n);
				if (fake_random_below(2))
					this_cpu()->failed = true;
				if (fake_random_below(2))
					assert_true(FAKE_STOPS(cpu_stop_self()));
				else
					assert_true(FAKE_STOPS(cell_end_self(n & 1)));
				fake_run_on(0);
				break;
			case 7:
				cpu_get(n)->stats[3]++;
				break;
			default:
				assert_int_equal(ownership_selftest(), 0);
				assert_false(!cell->loadable && root_has(RAM));
				break;
			}
		}
		fake_auto_follow = true;
		cell->comm->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
		for (u32 tries = 0; cell_destroy(1) != 0; tries++) {
			fake_cpu_follow(2);
			fake_cpu_follow(3);
			fake_now += 500 * FAKE_TICKS_PER_MS;
			assert_true(tries < 20);
		}
		for (u32 n = 0; n < FAKE_CPUS; n++)
			memset(cpu_get(n)->stats, 0, sizeof(cpu_get(n)->stats));
		fake_snapshot_equal(&before, "a random life");
	}
}

int main(void)
{
#define TEST(name)    cmocka_unit_test_setup(test_##name, setup)
#define RUNNING(name) cmocka_unit_test_setup(test_##name, setup_running)
#define SLOW(name)    cmocka_unit_test_setup(test_##name, setup_slow)
	const struct CMUnitTest tests[] = {
		TEST(unknown_cell),
		TEST(root_cell),
		TEST(only_root_manages),
		TEST(one_call_at_a_time),
		TEST(load),
		TEST(start_takes_memory_back),
		TEST(load_needs_no_memory),
		TEST(behind_the_regions),
		TEST(start_without_load),
		TEST(said),
		TEST(start_with_a_busy_cpu),
		TEST(load_does_not_outlive_the_cell),
		TEST(start_without_loadable_regions),
		TEST(start),
		TEST(start_touches_nobody_else),
		RUNNING(start_again_is_a_restart),
		TEST(start_while_starting),
		TEST(asked_and_approved),
		TEST(denied),
		TEST(timeout),
		RUNNING(late_denial),
		RUNNING(no_timeout),
		RUNNING(largest_timeout),
		TEST(not_asked),
		TEST(passive_cell),
		TEST(cell_without_comm_region),
		TEST(nonsense_state),
		RUNNING(state_changes_while_asked),
		SLOW(slow_stop),
		SLOW(cpu_that_does_not_stop),
		SLOW(sibling_started_while_stopping),
		SLOW(sibling_started_afterwards),
		TEST(handover_while_stopping),
		SLOW(calls_change),
		SLOW(start_while_scrubbing),
		RUNNING(create_while_another_stops),
		TEST(destroy_leaves_no_trace),
		TEST(scrub),
		TEST(scrub_before_root),
		RUNNING(destroy_gives_back),
		TEST(interrupt_not_of_root),
		TEST(flushed_before_freed),
		TEST(neighbours_in_one_block),
		TEST(neighbours_in_one_gib),
		RUNNING(locked),
		RUNNING(notifications),
		RUNNING(notification_then_request),
		RUNNING(system_off),
		TEST(system_reset),
		TEST(restart_bit_of_high_ids),
		RUNNING(end_stops_siblings),
		RUNNING(failed_only_when_all_are),
		RUNNING(fail_siblings),
		TEST(failed_mark_is_cleared),
		RUNNING(all_cpus_off),
		TEST(random_lives),
	};

	return cmocka_run_group_tests_name("cell_life", tests, NULL, NULL);
}
