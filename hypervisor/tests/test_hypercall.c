/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypercalls: every number with every kind of argument, from root and from
 * a cell. The exception entry, which refuses other numbers and counts, is
 * assembly; here its table is called as it calls it.
 */
#include "fake.h"

#include <hyp/hypercalls.h>
#include <hyp/page_alloc.h>
#include <hyp/printk.h>
#include <jailhouse/hypercall.h>

#include <string.h>

static struct fake_config config;
static struct fake_snapshot before;

/* A running cell on CPUs 2 and 3; CPU 0 of root executes. */
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
	return 0;
}

static long call(u64 code, u64 arg1, u64 arg2)
{
	return hypercalls[code](code, arg1, arg2);
}

static void test_table(void **state)
{
	(void)state;
	/* DISABLE is for the exception entry; behind the last there is nothing. */
	assert_null(hypercalls[JAILHOUSE_HC_DISABLE]);
	for (u32 n = 1; n <= HYPERCALL_LAST; n++)
		assert_non_null(hypercalls[n]);
	for (u32 n = HYPERCALL_LAST + 1; n < HYPERCALL_SLOTS; n++)
		assert_null(hypercalls[n]);
	assert_int_equal(HYPERCALL_LAST, 9);
	/* The entry masks with this less one. */
	assert_int_equal(HYPERCALL_SLOTS & (HYPERCALL_SLOTS - 1), 0);
}

static void test_get_info(void **state)
{
	(void)state;
	for (u32 by = 0; by < 3; by += 2) {
		fake_run_on(by);
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO,
				      JAILHOUSE_INFO_MEM_POOL_SIZE, 0),
				 page_pool_size());
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO,
				      JAILHOUSE_INFO_MEM_POOL_USED, 0),
				 page_pool_used());
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO,
				      JAILHOUSE_INFO_REMAP_POOL_SIZE, 0),
				 1234);
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO,
				      JAILHOUSE_INFO_REMAP_POOL_USED, 0),
				 56);
		assert_int_equal(
			call(JAILHOUSE_HC_HYPERVISOR_GET_INFO, JAILHOUSE_INFO_NUM_CELLS, 0), 2);
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO, 5, 0), -EINVAL);
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO, ~0ULL, 0), -EINVAL);
		assert_int_equal(call(JAILHOUSE_HC_HYPERVISOR_GET_INFO, BIT(32), 0), -EINVAL);
	}
}

static void test_cpu_info(void **state)
{
	static const u64 bad[] = { 4, 63, 64, BIT(32), BIT(32) | 2, ~0ULL };

	(void)state;
	for (u32 n = 0; n < FAKE_CPUS; n++)
		for (u32 s = 0; s < JAILHOUSE_NUM_CPU_STATS; s++)
			cpu_get(n)->stats[s] = 0x80000000 | n << 8 | s;
	cpu_get(3)->failed = true;
	for (u32 by = 0; by < FAKE_CPUS; by++) {
		fake_run_on(by);
		for (u32 n = 0; n < FAKE_CPUS; n++) {
			bool may = by < 2 || n >= 2;

			for (u32 s = 0; s < JAILHOUSE_NUM_CPU_STATS; s++)
				assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n,
						      JAILHOUSE_CPU_INFO_STAT_BASE + s),
						 may ? (long)(n << 8 | s) : -EPERM);
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n,
					      JAILHOUSE_CPU_INFO_STATE),
					 !may   ? -EPERM :
					 n == 3 ? JAILHOUSE_CPU_FAILED :
						  JAILHOUSE_CPU_RUNNING);
			if (!may)
				continue;
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n, 1), -EINVAL);
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n, 999), -EINVAL);
			assert_int_equal(
				call(JAILHOUSE_HC_CPU_GET_INFO, n,
				     JAILHOUSE_CPU_INFO_STAT_BASE + JAILHOUSE_NUM_CPU_STATS),
				-EINVAL);
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n, ~0ULL), -EINVAL);
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, n, BIT(32) | 1000),
					 -EINVAL);
		}
		for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
			assert_int_equal(call(JAILHOUSE_HC_CPU_GET_INFO, bad[i], 0), -EINVAL);
	}
}

static void test_putc(void **state)
{
	u32 tail = console_page.tail;

	(void)state;
	fake_run_on(2);
	assert_int_equal(call(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, 0x1234567800000000ULL | 'x', 0), 0);
	assert_int_equal(console_page.tail, tail + 1);
	assert_int_equal(console_page.content[tail % JAILHOUSE_CONSOLE_RING_SIZE], 'x');
	/* Root's config does not permit it here. */
	fake_run_on(0);
	assert_int_equal(call(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, 'y', 0), -EPERM);
	assert_int_equal(console_page.tail, tail + 1);
}

static void test_management_from_a_cell(void **state)
{
	static const u32 codes[] = { JAILHOUSE_HC_CELL_CREATE, JAILHOUSE_HC_CELL_START,
				     JAILHOUSE_HC_CELL_SET_LOADABLE, JAILHOUSE_HC_CELL_DESTROY,
				     JAILHOUSE_HC_CELL_GET_STATE };
	static const u64 args[] = { 0, 1, 2, FAKE_CONFIG_PA, ~0ULL };

	(void)state;
	fake_snapshot(&before);
	fake_run_on(3);
	for (u32 c = 0; c < ARRAY_SIZE(codes); c++)
		for (u32 a = 0; a < ARRAY_SIZE(args); a++)
			assert_int_equal(call(codes[c], args[a], 0), -EPERM);
	/* It says nothing either: reasons are for root. */
	assert_string_equal(fake_reason(), "");
	fake_run_on(0);
	fake_snapshot_equal(&before, "management from a cell");
}

static void test_management_from_root(void **state)
{
	(void)state;
	assert_int_equal(call(JAILHOUSE_HC_CELL_GET_STATE, 0, 0), JAILHOUSE_CELL_RUNNING);
	assert_int_equal(call(JAILHOUSE_HC_CELL_GET_STATE, 1, 0), JAILHOUSE_CELL_RUNNING);
	assert_int_equal(call(JAILHOUSE_HC_CELL_GET_STATE, 2, 0), -ENOENT);
	assert_int_equal(call(JAILHOUSE_HC_CELL_DESTROY, 1, 0), -EAGAIN);
	cell_find(1)->comm->reply_from_cell = JAILHOUSE_MSG_REQUEST_APPROVED;
	assert_int_equal(call(JAILHOUSE_HC_CELL_DESTROY, 1, 0), 0);
	assert_int_equal(call(JAILHOUSE_HC_CELL_CREATE, FAKE_CONFIG_PA, 0), 0);
	assert_int_equal(call(JAILHOUSE_HC_CELL_START, 1, 0), -ENODATA);
	assert_int_equal(call(JAILHOUSE_HC_CELL_SET_LOADABLE, 1, 0), 0);
	assert_int_equal(call(JAILHOUSE_HC_CELL_START, 1, 0), 0);
}

/* Errno values are those of the interface. */
static void test_error_numbers(void **state)
{
	(void)state;
	assert_int_equal(EPERM, 1);
	assert_int_equal(ENOENT, 2);
	assert_int_equal(E2BIG, 7);
	assert_int_equal(EAGAIN, 11);
	assert_int_equal(ENOMEM, 12);
	assert_int_equal(EBUSY, 16);
	assert_int_equal(EEXIST, 17);
	assert_int_equal(ENODEV, 19);
	assert_int_equal(EINVAL, 22);
	assert_int_equal(ENODATA, 61);
}

static u64 argument(void)
{
	switch (fake_random_below(6)) {
	case 0:
		return fake_random();
	case 1:
		return fake_random_below(8);
	case 2:
		return FAKE_CONFIG_PA + fake_random_below(40) * 512;
	case 3:
		return JAILHOUSE_CPU_INFO_STAT_BASE + fake_random_below(12);
	case 4:
		return ~0ULL - fake_random_below(PAGE_SIZE);
	default:
		return 0x40000000 + fake_random_below(0x40000000);
	}
}

/* Anything from anybody: a defined result, and all invariants hold. Root's
 * memory holds a good config, damaged configs and noise. */
static void test_random_calls(void **state)
{
	u32 good = 0;

	(void)state;
	fake_random_seed();
	/* Whatever root names as the address of a config may be read. */
	fake_ram_add(0x51000000, 0x200000);
	for (u32 round = 0; round < 60000; round++) {
		u32 by = (u32)fake_random_below(FAKE_CPUS);
		u64 code = 1 + fake_random_below(HYPERCALL_LAST), arg = argument();
		long result;

		if (cpu_get(by)->power != CPU_POWER_ON)
			by = 0;
		fake_run_on(by);
		/* Only what lies in fake memory can be read here. */
		if (code == JAILHOUSE_HC_CELL_CREATE && arg - 0x40000000 < 0x3fc00000)
			arg = FAKE_CONFIG_PA + (arg & 0xfff);
		if (code == JAILHOUSE_HC_CELL_CREATE && by == 0 && fake_random_below(2)) {
			static u8 bytes[2 * PAGE_SIZE];
			u32 size = fake_config_pack(&config, bytes, sizeof(bytes));

			if (fake_random_below(2))
				bytes[fake_random_below(size)] ^= (u8)fake_random();
			fake_ram_write(FAKE_CONFIG_PA, bytes, size);
			arg = FAKE_CONFIG_PA;
		}
		result = call(code, arg, argument());
		assert_true(result >= -ENODATA);
		good += result >= 0;
		/* A cell manages nothing. */
		if (by >= 2 && cpu_get(by)->cell != &root_cell &&
		    (code <= JAILHOUSE_HC_CELL_DESTROY || code == JAILHOUSE_HC_CELL_GET_STATE ||
		     code == JAILHOUSE_HC_CELL_GET_CHANNEL))
			assert_int_equal(result, -EPERM);
		if (round % 64 == 0) {
			fake_run_on(0);
			assert_int_equal(ownership_selftest(), 0);
			if (cell_find(1))
				cell_find(1)->comm->reply_from_cell = (u32)fake_random_below(5);
			fake_now += fake_random_below(5000) * FAKE_TICKS_PER_MS;
		}
	}
	assert_in_range(good, 200, 59000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(table),
		TEST(get_info),
		TEST(cpu_info),
		TEST(putc),
		TEST(management_from_a_cell),
		TEST(management_from_root),
		TEST(error_numbers),
		TEST(random_calls),
	};

	return cmocka_run_group_tests_name("hypercall", tests, NULL, NULL);
}
