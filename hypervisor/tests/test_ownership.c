/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns what: what is known about an address, the reading of configs, and
 * the self-test, which must find every way in which two owners can get the same.
 * Refusals at creation are in test_cell_create.c.
 */
#include "fake.h"

#include <hyp/page_alloc.h>
#include <jailhouse/hypercall.h>

#include <stdlib.h>
#include <string.h>

#define RW  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define RAM 0x7f600000ULL

static struct fake_config config;
static struct cell *one, *two;

static struct cell *create(u32 id, u32 cpu, u64 ram, u32 intid)
{
	fake_config_default(&config);
	config.desc.id = id;
	snprintf(config.desc.name, sizeof(config.desc.name), "cell-%u", id);
	config.cpus[0] = 1u << cpu;
	config.mem[0].phys_start = ram;
	config.desc.num_memory_regions = 1;
	config.desc.num_irqchips = 0;
	memset(config.irqchips, 0, sizeof(config.irqchips));
	fake_config_mem(&config, 0, 0x80000000, 0x1000, RW | JAILHOUSE_MEM_COMM_REGION);
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x1000, RW | JAILHOUSE_MEM_ROOTSHARED);
	fake_config_irq(&config, intid);
	fake_config_name(&config, 0, "demo RAM");
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	return cell_find(id);
}

static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	for (u32 n = 1; n < FAKE_CPUS; n++)
		fake_cpu_offline(n);
	one = create(1, 2, RAM, 40);
	two = create(2, 3, RAM + 0x200000, 50);
	return 0;
}

/* --- what is known about an address ---------------------------------------------------------------------- */

static void test_find(void **state)
{
	struct owner_info info = ownership_find(RAM + 0x1234);

	(void)state;
	assert_ptr_equal(info.cell, one);
	assert_int_equal(info.region, 0);
	assert_int_equal(info.mem->phys_start, RAM);
	assert_string_equal(info.name, "demo RAM");
	assert_null(info.what);
	info = ownership_find(RAM + 0x200000);
	assert_ptr_equal(info.cell, two);
	/* Root lists it, too, but the others are asked first. */
	info = ownership_find(RAM + 0x100000);
	assert_ptr_equal(info.cell, &root_cell);
	assert_null(info.name);
	info = ownership_find(0x90000000);
	assert_null(info.cell);
	assert_null(info.what);
	/* The communication page has no physical address of its own. */
	info = ownership_find(0);
	assert_ptr_equal(info.cell, &root_cell);
}

static void test_find_what_belongs_to_no_cell(void **state)
{
	(void)state;
	assert_non_null(strstr(ownership_find(FAKE_HV_BASE).what, "hypervisor"));
	assert_non_null(strstr(ownership_find(FAKE_HV_BASE + FAKE_HV_SIZE - 1).what, "hypervisor"));
	assert_null(ownership_find(FAKE_HV_BASE + FAKE_HV_SIZE).what);
	assert_non_null(strstr(ownership_find(FAKE_GICD_BASE).what, "distributor"));
	assert_non_null(strstr(ownership_find(FAKE_GICR_BASE + 0x7ffff).what, "redistributor"));
	assert_null(ownership_find(FAKE_GICR_BASE + 0x80000).what);
}

/* Every address has one answer, and it is what the configs say. */
static void test_find_random(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 20000; round++) {
		u64 pa = fake_random_below(2) ? fake_random() >> fake_random_below(50) :
						RAM - 0x100000 + fake_random_below(0x800000);
		struct owner_info info = ownership_find(pa);

		assert_false(info.cell && info.what);
		if (!info.cell)
			continue;
		assert_true(range_contains(range_of(info.mem->phys_start, info.mem->size), pa));
		assert_ptr_equal(info.mem, cell_region(info.cell, info.region));
	}
}

/* --- reading configs --------------------------------------------------------------------------------------- */

static void test_parse(void **state)
{
	static u8 packed[PAGE_SIZE];
	struct cell cell = { 0 };

	(void)state;
	fake_config_default(&config);
	config.cpus[0] = 0x8000000000000005;
	fake_config_irq(&config, 32);
	fake_config_irq(&config, 1019);
	/* 1020 to 1023 are no interrupts. */
	config.irqchips[7].pin_bitmap[3] = 0xffffffff;
	fake_config_policy(&config, JAILHOUSE_VIOLATION_ABORT, JAILHOUSE_POLICY_TRAP_WFI);
	fake_config_name(&config, 1, "UART");
	fake_config_pack(&config, packed, sizeof(packed));
	cell.config = (void *)packed;
	assert_int_equal(cell_parse(&cell, FAKE_GICD_BASE), 0);
	assert_int_equal(cell.id, 1);
	assert_int_equal(cell.cpus, 0x8000000000000005);
	assert_true(cell_owns_cpu(&cell, 63));
	assert_false(cell_owns_cpu(&cell, 64));
	assert_false(cell_owns_cpu(&cell, 1));
	assert_true(cell_owns_irq(&cell, 32));
	assert_true(cell_owns_irq(&cell, 40));
	assert_true(cell_owns_irq(&cell, 1019));
	assert_false(cell_owns_irq(&cell, 1020));
	assert_false(cell_owns_irq(&cell, 1023));
	assert_false(cell_owns_irq(&cell, 1024 + 40));
	assert_false(cell_owns_irq(&cell, 27));
	assert_int_equal(cell.irqs[0], 0);
	assert_int_equal(cell.on_violation, JAILHOUSE_VIOLATION_ABORT);
	assert_int_equal(cell.policy, JAILHOUSE_POLICY_TRAP_WFI);
	assert_true(cell.comm_mapped);
	assert_string_equal(cell_region_name(&cell, 1), "UART");
	assert_null(cell_region_name(&cell, 0));
	/* Entries of another interrupt controller do not count. */
	assert_int_equal(cell_parse(&cell, 0x12340000), 0);
	for (u32 n = 0; n < NUM_INTIDS; n++)
		assert_false(cell_owns_irq(&cell, n));
}

static void test_default_policy(void **state)
{
	(void)state;
	assert_int_equal(one->on_violation, JAILHOUSE_VIOLATION_PARK);
	assert_int_equal(one->policy, JAILHOUSE_POLICY_TRAP_WFI | JAILHOUSE_POLICY_SCRUB);
	assert_int_equal(root_cell.on_violation, JAILHOUSE_VIOLATION_ABORT);
	assert_int_equal(root_cell.policy, 0);
}

static void test_region_flags(void **state)
{
	static const struct {
		u64 flags;
		/* Without and with JAILHOUSE_POLICY_EXECUTE. */
		u32 expected;
		u32 strict;
	} cases[] = {
		{ 0, 0, S2_NO_EXECUTE },
		{ JAILHOUSE_MEM_READ, S2_READ, S2_READ | S2_NO_EXECUTE },
		{ JAILHOUSE_MEM_WRITE, S2_WRITE, S2_WRITE | S2_NO_EXECUTE },
		{ RW | JAILHOUSE_MEM_EXECUTE, S2_READ | S2_WRITE, S2_READ | S2_WRITE },
		{ RW | JAILHOUSE_MEM_IO, S2_READ | S2_WRITE | S2_DEVICE,
		  S2_READ | S2_WRITE | S2_DEVICE | S2_NO_EXECUTE },
		{ RW | JAILHOUSE_MEM_COMM_REGION, S2_READ | S2_WRITE | S2_NO_EXECUTE,
		  S2_READ | S2_WRITE | S2_NO_EXECUTE },
		{ RW | JAILHOUSE_MEM_COMM_REGION | JAILHOUSE_MEM_EXECUTE,
		  S2_READ | S2_WRITE | S2_NO_EXECUTE, S2_READ | S2_WRITE | S2_NO_EXECUTE },
		{ RW | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_NO_HUGEPAGES,
		  S2_READ | S2_WRITE | S2_PAGES_ONLY, S2_READ | S2_WRITE | S2_PAGES_ONLY },
		{ RW | JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE, S2_READ | S2_WRITE,
		  S2_READ | S2_WRITE | S2_NO_EXECUTE },
	};

	static const struct cell trusting = { .policy = JAILHOUSE_POLICY_TRAP_WFI |
							JAILHOUSE_POLICY_SCRUB };
	static const struct cell strict = { .policy = JAILHOUSE_POLICY_EXECUTE };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct jailhouse_memory mem = { .size = 0x1000, .flags = cases[i].flags };

		assert_int_equal(region_stage2_flags(&trusting, &mem), cases[i].expected);
		assert_int_equal(region_stage2_flags(&strict, &mem), cases[i].strict);
	}
}

static void test_kinds_of_regions(void **state)
{
	struct jailhouse_memory mem = { 0x1000, 0x1000, 0x1000, RW };

	(void)state;
	assert_true(region_exclusive(&mem));
	assert_true(region_is_ram(&mem));
	mem.flags = RW | JAILHOUSE_MEM_ROOTSHARED;
	assert_false(region_exclusive(&mem));
	assert_false(region_is_ram(&mem));
	mem.flags = RW | JAILHOUSE_MEM_IO;
	assert_true(region_exclusive(&mem));
	assert_false(region_is_ram(&mem));
	mem.flags = RW | JAILHOUSE_MEM_COMM_REGION;
	assert_false(region_exclusive(&mem));
	assert_int_equal(region_phys(&mem).size, 0);
	mem = (struct jailhouse_memory){ 0x1008, 0x1008, 8, RW };
	assert_true(region_exclusive(&mem));
	assert_false(region_is_ram(&mem));
	mem = (struct jailhouse_memory){ 0x1000, 0x1000, 0, RW };
	assert_false(region_exclusive(&mem));
}

/* --- the self-test finds it -------------------------------------------------------------------------------- */

static void found(const char *what)
{
	assert_int_equal(ownership_selftest(), -EIO);
	if (!strstr(fake_reason(), what))
		fail_msg("\"%s\" does not say \"%s\"", fake_reason(), what);
}

static void test_good(void **state)
{
	(void)state;
	assert_int_equal(ownership_selftest(), 0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(ownership_selftest(), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(ownership_selftest(), 0);
}

static void test_cpu_twice(void **state)
{
	(void)state;
	two->cpus |= 1 << 2;
	found("CPU of another cell");
	two->cpus &= ~(1ULL << 2);
	root_cell.cpus |= 1 << 3;
	found("CPU of another cell");
}

static void test_interrupt_twice(void **state)
{
	(void)state;
	two->irqs[1] |= 1 << 8;
	found("share an interrupt");
	two->irqs[1] &= ~(1u << 8);
	assert_int_equal(ownership_selftest(), 0);
	root_cell.irqs[1] |= 1 << 8;
	found("share an interrupt");
	root_cell.irqs[1] &= ~(1u << 8);
}

static void map(struct cell *cell, u64 ipa, u64 pa, u64 size, u32 flags)
{
	assert_int_equal(
		stage2_prepare_map(&cell->stage2, ipa_of(ipa), pa_of(pa), size, flags, true), 0);
	stage2_map(&cell->stage2, ipa_of(ipa), pa_of(pa), size, flags);
}

static void test_page_of_another_cell(void **state)
{
	(void)state;
	map(two, 0x50000000, RAM + 0xff000, PAGE_SIZE, S2_READ);
	found("cell 2 maps 0x7f6ff000 of cell 1");
}

static void test_root_keeps_a_page(void **state)
{
	(void)state;
	map(&root_cell, RAM, RAM, PAGE_SIZE, S2_READ);
	found("cell 0 maps 0x7f600000 of cell 1");
}

/* Memory that is lent for loading, after the loading ended. */
static void test_loan_that_is_not_returned(void **state)
{
	(void)state;
	assert_int_equal(cell_set_loadable(1), 0);
	one->loadable = false;
	found("of cell 1");
	one->loadable = true;
}

/* What is lent for loading is the loadable region, nothing else. */
static void test_loan_of_what_is_not_loadable(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	config.desc.id = 3;
	strcpy(config.desc.name, "three");
	config.cpus[0] = 1 << 1;
	config.mem[0].phys_start = RAM;
	config.desc.num_irqchips = 0;
	fake_config_mem(&config, 0x7e100000, 0x7e100000, 0x1000, RW);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_set_loadable(3), 0);
	assert_int_equal(ownership_selftest(), 0);
	map(&root_cell, 0x7e100000, 0x7e100000, PAGE_SIZE, S2_READ);
	found("cell 0 maps 0x7e100000 of cell 3");
}

/* A block over several regions of root: each page must be in one of them. */
static void test_block_over_regions(void **state)
{
	(void)state;
	fake_reset();
	fake_system.mem[1].size = 0x00b00000;
	fake_system.mem[2].phys_start = fake_system.mem[2].virt_start = 0x7fb00000;
	fake_system.mem[2].size = 0x00100000;
	fake_enable(FAKE_POOL_PAGES);
	/* The last before the hypervisor, of two regions. */
	map(&root_cell, 0x4040000000, 0x7fa00000, 0x200000, S2_READ);
	assert_int_equal(ownership_selftest(), 0);
	/* Half of it is nobody's. */
	fake_system.mem[2].size = 0x00080000;
	stage2_unmap(&root_cell.stage2, ipa_of(0x7fb80000), 0x80000);
	found("cell 0 maps 0x7fb80000 at 0x40401");
	fake_system.mem[2].size = 0x00100000;
	/* Of a device that has the first page alone. */
	map(&root_cell, 0x40000000000 >> 4, 0x09000000, 0x200000, S2_READ | S2_DEVICE);
	found("cell 0 maps 0x9001000 at 0x4000001000, which is in no region");
}

static void test_page_of_nobody(void **state)
{
	(void)state;
	map(one, 0x50000000, 0x90000000, PAGE_SIZE, S2_READ);
	found("is in no region");
}

/* One page too many behind a region. */
static void test_page_behind_a_region(void **state)
{
	(void)state;
	map(one, 0x100000, RAM + 0x100000, PAGE_SIZE, S2_READ);
	found("is in no region");
}

static void test_hypervisor_is_writable(void **state)
{
	(void)state;
	map(one, 0x50000000, FAKE_HV_BASE + 0x5000, PAGE_SIZE, S2_READ);
	assert_int_equal(ownership_selftest(), 0);
	stage2_unmap(&one->stage2, ipa_of(0x50000000), PAGE_SIZE);
	map(one, 0x50000000, FAKE_HV_BASE + 0x5000, PAGE_SIZE, S2_WRITE);
	found("can write 0x7fc05000 of the hypervisor");
}

/* The communication page of another cell is one of the hypervisor's. */
static void test_foreign_comm_page(void **state)
{
	struct stage2_mapping m;

	(void)state;
	assert_true(stage2_lookup(&two->stage2, ipa_of(0x80000000), &m));
	map(one, 0x50000000, m.pa.v, PAGE_SIZE, S2_READ | S2_WRITE);
	found("of the hypervisor");
}

/* In a self-test build a management call that breaks an invariant says so. */
static void test_after_each_call(void **state)
{
	(void)state;
	map(two, 0x50000000, RAM, PAGE_SIZE, S2_READ);
	assert_int_equal(cell_set_loadable(1), -EIO);
	assert_non_null(strstr(fake_reason(), "self-test"));
}

/* --- ranges ------------------------------------------------------------------------------------------------- */

/* Against bits, near 0 and near the end of all addresses. */
static void test_ranges(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 200000; round++) {
		u64 base = fake_random_below(2) ? 0 : ~0ULL - 63;
		u64 a_at = fake_random_below(64), b_at = fake_random_below(64);
		u64 a_size = fake_random_below(65 - a_at), b_size = fake_random_below(65 - b_at);
		u64 a_bits = a_size == 64 ? ~0ULL : (BIT(a_size) - 1) << a_at;
		u64 b_bits = b_size == 64 ? ~0ULL : (BIT(b_size) - 1) << b_at;
		struct range a = range_of(base + a_at, a_size), b = range_of(base + b_at, b_size);
		struct range both = range_intersect(a, b);
		u64 x = fake_random_below(64);

		assert_int_equal(range_contains(a, base + x), a_bits >> x & 1);
		assert_int_equal(range_overlaps(a, b), (a_bits & b_bits) != 0);
		assert_int_equal(range_covers(a, b), b_size && (b_bits & ~a_bits) == 0);
		assert_int_equal(both.size, __builtin_popcountll(a_bits & b_bits));
		if (both.size)
			assert_int_equal(both.base - base, __builtin_ctzll(a_bits & b_bits));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(find),
		TEST(find_what_belongs_to_no_cell),
		TEST(find_random),
		TEST(parse),
		TEST(default_policy),
		TEST(region_flags),
		TEST(kinds_of_regions),
		TEST(good),
		TEST(cpu_twice),
		TEST(interrupt_twice),
		TEST(page_of_another_cell),
		TEST(root_keeps_a_page),
		TEST(loan_that_is_not_returned),
		TEST(page_of_nobody),
		TEST(loan_of_what_is_not_loadable),
		TEST(block_over_regions),
		TEST(page_behind_a_region),
		TEST(hypervisor_is_writable),
		TEST(foreign_comm_page),
		TEST(after_each_call),
		TEST(ranges),
	};

	return cmocka_run_group_tests_name("ownership", tests, NULL, NULL);
}
