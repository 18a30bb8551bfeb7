/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stage-2 tables against a simple model: one word a page. Translations are read
 * by a walker of our own, as hardware would, also through a CPU's copy of the
 * root. A model TLB keeps what it has seen until it is flushed and objects when
 * two entries for one address differ, which is what break-before-make is for.
 */
#include "fake.h"

#include <arch/paging.h>
#include <arch/pt_format.h>
#include <hyp/page_alloc.h>

#include <string.h>

#define VMID       42
/* Two GiB that start at the second, and one far above. */
#define LOW_BASE   SZ_1G
#define LOW_SIZE   (2 * SZ_1G)
#define HIGH_BASE  (700 * SZ_1G)
#define HIGH_SIZE  SZ_1G
#define LOW_PAGES  (u32)(LOW_SIZE / PAGE_SIZE)
#define HIGH_PAGES (u32)(HIGH_SIZE / PAGE_SIZE)
#define NUM_PAGES  (LOW_PAGES + HIGH_PAGES)

static struct stage2 s2;
/* Physical address and flags of each page; 0: not mapped. */
static u64 model[NUM_PAGES];
/* The root that a CPU uses. */
static u64 copy[STAGE2_ROOT_ENTRIES];
static bool copy_follows;

static void root_changed(const struct stage2 *changed, u64 index)
{
	assert_ptr_equal(changed, &s2);
	assert_true(index < STAGE2_ROOT_ENTRIES);
	copy[index] = changed->root[index];
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(model, 0, sizeof(model));
	memset(copy, 0, sizeof(copy));
	copy_follows = true;
	memset(&s2, 0, sizeof(s2));
	assert_int_equal(stage2_init(&s2, VMID), 0);
	s2.root_changed = root_changed;
	fake_events_clear();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_on_tlb_flush = NULL;
	fake_on_table_sync = NULL;
	if (!s2.root)
		return 0;
	stage2_destroy(&s2);
	/* Everything was given back. */
	return page_pool_used() == 1 ? 0 : -1;
}

/* --- a walker and a TLB of our own ----------------------------------------------------------------- */

struct leaf {
	bool valid;
	u64 size;
	/* Of the whole entry. */
	u64 pa;
	u64 attributes;
};

static struct leaf walk(const u64 *root, u64 ipa)
{
	u64 entry = root[ipa >> 30], size = SZ_1G;
	const u64 *table;

	for (u32 shift = 21; (entry & PT_VALID) && (entry & PT_TABLE); shift -= 9) {
		table = hyp_pa_to_va(pa_of(entry & PT_ADDR_MASK));
		entry = table[(ipa >> shift) & 511];
		size /= 512;
		if (shift == 12) {
			/* At the last level, both bits mean a page. */
			assert_true(!(entry & PT_VALID) || (entry & PT_TABLE));
			break;
		}
	}
	if (!(entry & PT_VALID))
		return (struct leaf){ 0 };
	/* The address is a multiple of the size: nothing is left to chance. */
	assert_int_equal((entry & PT_ADDR_MASK) & (size - 1), 0);
	return (struct leaf){ true, size, entry & PT_ADDR_MASK, entry & ~PT_ADDR_MASK & ~PT_TABLE };
}

#define TLB_SAMPLES 64
static u64 sample[TLB_SAMPLES];
static struct leaf tlb[TLB_SAMPLES];

/* A walker that looks at all times must never find a second, different
 * translation while it may still hold the first. */
static void tlb_look(void)
{
	for (u32 i = 0; i < TLB_SAMPLES; i++) {
		struct leaf now = walk(copy, sample[i]);

		if (!now.valid)
			continue;
		if (tlb[i].valid && (tlb[i].size != now.size || tlb[i].pa != now.pa ||
				     tlb[i].attributes != now.attributes))
			fail_msg("0x%llx: translation changed from 0x%llx (size 0x%llx) to 0x%llx "
				 "(size 0x%llx) without a flush",
				 sample[i], tlb[i].pa, tlb[i].size, now.pa, now.size);
		tlb[i] = now;
	}
}

static void tlb_flushed(u16 vmid)
{
	/* Entries of another VMID would stay. */
	assert_int_equal(vmid, VMID);
	tlb_look();
	memset(tlb, 0, sizeof(tlb));
}

/* An access to a page that is mapped, before and after a change, never ends in
 * a violation: it works, or it is repeated. */
static bool in_change;
static u64 model_page(u64 page);
static u64 page_address(u64 page);
static u64 touched_first, touched_pages;

static void never_judged(void)
{
	tlb_look();
	if (!in_change)
		return;
	for (u32 i = 0; i < 32; i++) {
		u64 page = fake_random_below(NUM_PAGES);

		/* What is being mapped or unmapped may be either. */
		if (page - touched_first < touched_pages || !model_page(page))
			continue;
		assert_true(stage2_translates(&s2, ipa_of(page_address(page)), false));
	}
}

static void never_judged_at_flush(u16 vmid)
{
	never_judged();
	tlb_flushed(vmid);
}

/* --- the model ------------------------------------------------------------------------------------- */

static u64 page_address(u64 page)
{
	return page < LOW_PAGES ? LOW_BASE + page * PAGE_SIZE :
				  HIGH_BASE + (page - LOW_PAGES) * PAGE_SIZE;
}

static u64 model_page(u64 page)
{
	return model[page];
}

static void model_map(u64 page, u64 count, u64 pa, u32 flags)
{
	for (u64 i = 0; i < count; i++)
		model[page + i] = (pa + i * PAGE_SIZE) | flags | BIT(8);
}

static int count_leaf(ipa_t ipa, u64 size, struct stage2_mapping mapping, void *arg)
{
	u64 *pages = arg;
	u64 page = ipa.v >= HIGH_BASE ? LOW_PAGES + (ipa.v - HIGH_BASE) / PAGE_SIZE :
					(ipa.v - LOW_BASE) / PAGE_SIZE;

	assert_true(size == PAGE_SIZE || size == SZ_2M || size == SZ_1G);
	assert_int_equal((ipa.v | mapping.pa.v) & (size - 1), 0);
	assert_true(page + size / PAGE_SIZE <= NUM_PAGES);
	for (u64 i = 0; i < size / PAGE_SIZE; i++)
		if (model[page + i] != ((mapping.pa.v + i * PAGE_SIZE) | mapping.flags | BIT(8)))
			fail_msg("0x%llx maps 0x%llx with 0x%x, the model says 0x%llx",
				 ipa.v + i * PAGE_SIZE, mapping.pa.v + i * PAGE_SIZE, mapping.flags,
				 model[page + i]);
	*pages += size / PAGE_SIZE;
	return 0;
}

/* Tables and model agree everywhere. */
static void compare(void)
{
	u64 walked = 0, mapped = 0;

	assert_int_equal(stage2_walk(&s2, count_leaf, &walked), 0);
	for (u32 i = 0; i < NUM_PAGES; i++)
		mapped += model[i] != 0;
	assert_int_equal(walked, mapped);
	if (copy_follows)
		assert_memory_equal(copy, s2.root, sizeof(copy));
	for (u32 i = 0; i < 200; i++) {
		u64 page = fake_random_below(NUM_PAGES), ipa = page_address(page);
		u64 offset = fake_random_below(PAGE_SIZE);
		struct leaf hardware = walk(copy, ipa);
		struct stage2_mapping m;

		assert_int_equal(stage2_lookup(&s2, ipa_of(ipa + offset), &m), model[page] != 0);
		assert_int_equal(hardware.valid, model[page] != 0);
		assert_int_equal(stage2_translates(&s2, ipa_of(ipa), false), model[page] & S2_READ);
		assert_int_equal(stage2_translates(&s2, ipa_of(ipa), true),
				 (model[page] & S2_WRITE) != 0);
		if (!model[page])
			continue;
		assert_int_equal(m.pa.v, (model[page] & ~PAGE_MASK) + offset);
		assert_int_equal(m.flags, model[page] & 0xff);
		assert_int_equal(hardware.pa + (ipa & (hardware.size - 1)),
				 model[page] & ~PAGE_MASK);
	}
}

/* --- single properties ----------------------------------------------------------------------------- */

static void test_descriptors(void **state)
{
	static const struct {
		u32 flags;
		u64 attributes;
	} cases[] = {
		{ 0, PT_S2_NORMAL },
		{ S2_READ, PT_S2_READ | PT_S2_NORMAL },
		{ S2_WRITE, PT_S2_WRITE | PT_S2_NORMAL },
		{ S2_READ | S2_WRITE, PT_S2_READ | PT_S2_WRITE | PT_S2_NORMAL },
		{ S2_READ | S2_NO_EXECUTE, PT_S2_READ | PT_S2_XN | PT_S2_NORMAL },
		/* Nothing is fetched from devices. */
		{ S2_READ | S2_DEVICE, PT_S2_READ | PT_S2_XN | PT_S2_DEVICE },
		{ S2_READ | S2_PAGES_ONLY, PT_S2_READ | PT_S2_NORMAL },
		{ S2_READ | S2_SEPARATE, PT_S2_READ | PT_S2_NORMAL | PT_SEPARATE },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 ipa = LOW_BASE + i * PAGE_SIZE;

		assert_int_equal(stage2_prepare_map(&s2, ipa_of(ipa), pa_of(0x12345000), PAGE_SIZE,
						    cases[i].flags, true),
				 0);
		stage2_map(&s2, ipa_of(ipa), pa_of(0x12345000), PAGE_SIZE, cases[i].flags);
		assert_int_equal(walk(s2.root, ipa).attributes,
				 cases[i].attributes | PT_VALID | PT_AF | PT_SH_INNER);
		assert_int_equal(walk(s2.root, ipa).pa, 0x12345000);
		assert_int_equal(walk(s2.root, ipa).size, PAGE_SIZE);
	}
}

static void map(u64 ipa, u64 pa, u64 size, u32 flags)
{
	assert_int_equal(stage2_prepare_map(&s2, ipa_of(ipa), pa_of(pa), size, flags, true), 0);
	stage2_map(&s2, ipa_of(ipa), pa_of(pa), size, flags);
}

static u32 tables(void)
{
	u64 digest;

	return fake_tables_digest(&s2, &digest);
}

static void test_largest_blocks(void **state)
{
	(void)state;
	/* A whole GiB: no table at all. */
	map(4 * SZ_1G, 8 * SZ_1G, SZ_1G, S2_READ);
	assert_int_equal(walk(copy, 4 * SZ_1G + 0x12345678).size, SZ_1G);
	assert_int_equal(tables(), 2);
	/* The same to a physical address that is not one. */
	map(5 * SZ_1G, SZ_2M, SZ_1G, S2_READ);
	assert_int_equal(walk(copy, 5 * SZ_1G).size, SZ_2M);
	assert_int_equal(tables(), 3);
	map(6 * SZ_1G, PAGE_SIZE, SZ_2M, S2_READ);
	assert_int_equal(walk(copy, 6 * SZ_1G).size, PAGE_SIZE);
	/* By pages only. */
	map(7 * SZ_1G, 8 * SZ_1G, SZ_2M, S2_READ | S2_PAGES_ONLY);
	assert_int_equal(walk(copy, 7 * SZ_1G).size, PAGE_SIZE);
	/* From the middle of a block on: pages, blocks, pages. */
	map(8 * SZ_1G + 0x1000, 0x1000, 3 * SZ_2M, S2_READ);
	assert_int_equal(walk(copy, 8 * SZ_1G + SZ_2M - 1).size, PAGE_SIZE);
	assert_int_equal(walk(copy, 8 * SZ_1G + SZ_2M).size, SZ_2M);
	assert_int_equal(walk(copy, 8 * SZ_1G + 3 * SZ_2M - 1).size, SZ_2M);
	assert_int_equal(walk(copy, 8 * SZ_1G + 3 * SZ_2M).size, PAGE_SIZE);
	assert_false(walk(copy, 8 * SZ_1G + 3 * SZ_2M + 0x1000).valid);
	assert_false(walk(copy, 8 * SZ_1G).valid);
}

/* A GiB that is mapped as one block, in a region that begins in front of it. */
static void test_block_inside_a_region(void **state)
{
	(void)state;
	map(4 * SZ_1G - SZ_2M, 8 * SZ_1G - SZ_2M, SZ_1G + SZ_2M, S2_READ);
	assert_int_equal(walk(copy, 4 * SZ_1G - SZ_2M).size, SZ_2M);
	assert_int_equal(walk(copy, 4 * SZ_1G).size, SZ_1G);
	assert_int_equal(walk(copy, 4 * SZ_1G).pa, 8 * SZ_1G);
	assert_int_equal(tables(), 3);
}

/* What is not there is not split. */
static void test_hole_is_not_split(void **state)
{
	u32 used;

	(void)state;
	map(4 * SZ_1G, SZ_2M, SZ_2M, S2_READ);
	used = page_pool_used();
	assert_int_equal(stage2_prepare_unmap(&s2, ipa_of(4 * SZ_1G + SZ_2M), PAGE_SIZE), 0);
	assert_int_equal(page_pool_used(), used);
	assert_int_equal(stage2_prepare_unmap(&s2, ipa_of(4 * SZ_1G), PAGE_SIZE), 0);
	assert_int_equal(page_pool_used(), used + 1);
}

/* Walkers see it when the call returns. */
static void test_synced_at_the_end(void **state)
{
	(void)state;
	map(4 * SZ_1G, SZ_2M, SZ_2M, S2_READ);
	assert_int_equal(fake_event_at(fake_events_total() - 1)->kind, EV_TABLE_SYNC);
	fake_events_clear();
	stage2_map(&s2, ipa_of(4 * SZ_1G), pa_of(SZ_2M), SZ_2M, S2_WRITE);
	assert_int_equal(fake_event_at(fake_events_total() - 1)->kind, EV_TABLE_SYNC);
	fake_events_clear();
	stage2_unmap(&s2, ipa_of(4 * SZ_1G), SZ_2M);
	assert_int_equal(fake_event_at(fake_events_total() - 1)->kind, EV_TABLE_SYNC);
}

static void test_lookup_flags(void **state)
{
	static const u32 flags[] = { 0,
				     S2_READ,
				     S2_WRITE,
				     S2_READ | S2_WRITE,
				     S2_READ | S2_NO_EXECUTE,
				     S2_WRITE | S2_DEVICE | S2_NO_EXECUTE };
	struct stage2_mapping m;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
		map(4 * SZ_1G, SZ_2M, SZ_2M, flags[i]);
		assert_true(stage2_lookup(&s2, ipa_of(4 * SZ_1G), &m));
		assert_int_equal(m.flags, flags[i]);
		assert_int_equal(stage2_translates(&s2, ipa_of(4 * SZ_1G), false),
				 !!(flags[i] & S2_READ));
		assert_int_equal(stage2_translates(&s2, ipa_of(4 * SZ_1G), true),
				 !!(flags[i] & S2_WRITE));
		stage2_unmap(&s2, ipa_of(4 * SZ_1G), SZ_2M);
	}
}

static void test_top_of_address_space(void **state)
{
	u64 top = 1ULL << STAGE2_IPA_BITS;
	struct stage2_mapping m;

	(void)state;
	map(top - PAGE_SIZE, 0x1000, PAGE_SIZE, S2_READ);
	assert_true(stage2_lookup(&s2, ipa_of(top - 1), &m));
	assert_int_equal(m.pa.v, 0x1fff);
	assert_false(stage2_lookup(&s2, ipa_of(top), &m));
	assert_false(stage2_lookup(&s2, ipa_of(~0ULL), &m));
	assert_false(stage2_translates(&s2, ipa_of(~0ULL), false));
	map(top - 2 * SZ_1G, 0, SZ_1G, S2_READ);
	assert_true(stage2_lookup(&s2, ipa_of(top - SZ_1G - 1), &m));
}

static void test_root_entries_only_at_creation(void **state)
{
	u64 before, after;
	u32 used = page_pool_used();

	(void)state;
	fake_tables_digest(&s2, &before);
	assert_int_equal(stage2_prepare_map(&s2, ipa_of(LOW_BASE), pa_of(0), SZ_2M, S2_READ, false),
			 -EINVAL);
	fake_tables_digest(&s2, &after);
	assert_int_equal(before, after);
	assert_int_equal(page_pool_used(), used);
}

/* A prepare that fails changes no translation, and its tables go at the end. */
static void test_prepare_map_fails(void **state)
{
	struct stage2_mapping m;
	u64 before, after;

	(void)state;
	map(LOW_BASE, SZ_1G, 0x5000, S2_READ);
	fake_tables_digest(&s2, &before);
	for (int n = 0; n < 3; n++) {
		page_alloc_fail_after(n);
		/* Needs three tables: the tail of one block, a root entry, the head. */
		assert_int_equal(stage2_prepare_map(&s2, ipa_of(LOW_BASE + SZ_1G - 0x1000),
						    pa_of(0x7000), 0x2000, S2_READ, true),
				 -ENOMEM);
		page_alloc_fail_after(-1);
		fake_tables_digest(&s2, &after);
		assert_int_equal(before, after);
		assert_false(stage2_lookup(&s2, ipa_of(LOW_BASE + SZ_1G - 0x1000), &m));
		teardown(NULL);
		setup(NULL);
		map(LOW_BASE, SZ_1G, 0x5000, S2_READ);
	}
	assert_int_equal(stage2_prepare_map(&s2, ipa_of(LOW_BASE + SZ_1G - 0x1000), pa_of(0x7000),
					    0x2000, S2_READ, true),
			 0);
	fake_tables_digest(&s2, &after);
	assert_int_equal(before, after);
}

/* What was prepared can be mapped without any allocation. */
static void test_map_allocates_nothing(void **state)
{
	(void)state;
	assert_int_equal(stage2_prepare_map(&s2, ipa_of(LOW_BASE + 0x3000), pa_of(0x3000),
					    SZ_1G + 5 * SZ_2M, S2_READ, true),
			 0);
	fake_pool_allocations();
	page_alloc_fail_after(0);
	stage2_map(&s2, ipa_of(LOW_BASE + 0x3000), pa_of(0x3000), SZ_1G + 5 * SZ_2M, S2_READ);
	assert_int_equal(fake_pool_allocations(), 0);
	page_alloc_fail_after(-1);
	assert_true(walk(copy, LOW_BASE + 0x3000).valid);
}

/* The steps of a replacement, as other CPUs see them. */
static u32 step;
static u64 split_address;

static void replacing(u16 vmid)
{
	const struct fake_event *last;

	assert_int_equal(vmid, VMID);
	step++;
	/* Broken: nothing is mapped, in the master and in the copies, ... */
	assert_false(walk(s2.root, split_address).valid);
	assert_false(walk(copy, split_address).valid);
	/* ... which was made visible to walkers before the flush, ... */
	last = fake_event_at(fake_events_total() - 2);
	assert_non_null(last);
	assert_int_equal(last->kind, EV_TABLE_SYNC);
	/* ... and who faults now repeats his access. */
	assert_int_equal(s2.sequence & 1, 1);
	assert_true(stage2_translates(&s2, ipa_of(split_address), true));
}

static void test_split_breaks_before_it_makes(void **state)
{
	static const u64 size[] = { SZ_2M, SZ_1G };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(size); i++) {
		u64 ipa = (4 + 2 * i) * SZ_1G;
		u32 sequence = s2.sequence;

		map(ipa, SZ_1G, size[i], S2_READ | S2_WRITE);
		split_address = ipa + 0x5000;
		fake_events_clear();
		fake_on_tlb_flush = replacing;
		step = 0;
		assert_int_equal(stage2_prepare_unmap(&s2, ipa_of(ipa + 0x3000), PAGE_SIZE), 0);
		assert_int_equal(step, i + 1);
		/* No translation changed. */
		assert_int_equal(walk(copy, ipa + 0x3000).pa, SZ_1G + 0x3000);
		assert_int_equal(walk(copy, ipa + 0x3000).size, PAGE_SIZE);
		/* Made visible again; nobody repeats for ever. */
		assert_int_equal(fake_event_at(fake_events_total() - 1)->kind, EV_TABLE_SYNC);
		assert_int_equal(s2.sequence, sequence + 2 * (i + 1));

		/* And back: join in one step for each level. */
		fake_events_clear();
		step = 0;
		stage2_collapse(&s2, ipa_of(ipa), size[i]);
		assert_int_equal(step, i + 1);
		assert_int_equal(walk(copy, ipa + 0x3000).size, size[i]);
		fake_on_tlb_flush = NULL;
	}
}

/* An access that fails while the tables change is repeated, whatever it is;
 * after that it is judged. */
static void test_translates(void **state)
{
	(void)state;
	map(LOW_BASE, 0x1000, PAGE_SIZE, S2_READ);
	assert_true(stage2_translates(&s2, ipa_of(LOW_BASE), false));
	assert_false(stage2_translates(&s2, ipa_of(LOW_BASE), true));
	assert_false(stage2_translates(&s2, ipa_of(LOW_BASE + 0x1000), false));
	s2.sequence++;
	assert_true(stage2_translates(&s2, ipa_of(LOW_BASE), true));
	assert_true(stage2_translates(&s2, ipa_of(LOW_BASE + 0x1000), false));
	s2.sequence++;
	assert_false(stage2_translates(&s2, ipa_of(LOW_BASE), true));
}

static void test_collapse_joins_only_what_is_equal(void **state)
{
	(void)state;
	map(LOW_BASE, 4 * SZ_1G, SZ_2M, S2_READ | S2_PAGES_ONLY);
	/* One page leads elsewhere. */
	stage2_unmap(&s2, ipa_of(LOW_BASE + 0x7000), PAGE_SIZE);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	stage2_map(&s2, ipa_of(LOW_BASE + 0x7000), pa_of(4 * SZ_1G + 0x8000), PAGE_SIZE, S2_READ);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	/* With other rights. */
	stage2_map(&s2, ipa_of(LOW_BASE + 0x7000), pa_of(4 * SZ_1G + 0x7000), PAGE_SIZE,
		   S2_READ | S2_WRITE);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	/* The last page differs. */
	stage2_map(&s2, ipa_of(LOW_BASE + 0x7000), pa_of(4 * SZ_1G + 0x7000), PAGE_SIZE, S2_READ);
	stage2_unmap(&s2, ipa_of(LOW_BASE + SZ_2M - PAGE_SIZE), PAGE_SIZE);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	stage2_map(&s2, ipa_of(LOW_BASE + SZ_2M - PAGE_SIZE), pa_of(4 * SZ_1G + SZ_2M - PAGE_SIZE),
		   PAGE_SIZE, S2_READ);
	/* The range must hold the whole block. */
	stage2_collapse(&s2, ipa_of(LOW_BASE + PAGE_SIZE), SZ_2M);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M - PAGE_SIZE);
	assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE).size, SZ_2M);

	/* Contiguous, but not at a multiple of the block. */
	map(LOW_BASE + SZ_2M, 4 * SZ_1G + PAGE_SIZE, SZ_2M, S2_READ);
	stage2_collapse(&s2, ipa_of(LOW_BASE), 2 * SZ_2M);
	assert_int_equal(walk(copy, LOW_BASE + SZ_2M).size, PAGE_SIZE);
}

static void test_separate_is_never_joined(void **state)
{
	u64 half = SZ_2M / 2;

	(void)state;
	/* Half of a block's pages are lent, then all. */
	map(LOW_BASE, SZ_1G, SZ_2M, S2_READ | S2_PAGES_ONLY);
	for (u32 i = 0; i < 2; i++) {
		stage2_unmap(&s2, ipa_of(LOW_BASE + i * half), half);
		stage2_flush(&s2);
		stage2_map(&s2, ipa_of(LOW_BASE + i * half), pa_of(SZ_1G + i * half), half,
			   S2_READ | S2_SEPARATE);
		stage2_collapse(&s2, ipa_of(LOW_BASE), SZ_2M);
		assert_int_equal(walk(copy, LOW_BASE).size, PAGE_SIZE);
	}
	/* Blocks of a GiB that are lent must stay blocks of 2 MiB. */
	map(4 * SZ_1G, 4 * SZ_1G, SZ_1G, S2_READ);
	assert_int_equal(stage2_prepare_unmap(&s2, ipa_of(4 * SZ_1G), SZ_2M), 0);
	stage2_unmap(&s2, ipa_of(4 * SZ_1G), SZ_1G);
	stage2_flush(&s2);
	stage2_map(&s2, ipa_of(4 * SZ_1G), pa_of(4 * SZ_1G), SZ_1G, S2_READ | S2_SEPARATE);
	stage2_collapse(&s2, ipa_of(4 * SZ_1G), SZ_1G);
	assert_int_equal(walk(copy, 4 * SZ_1G).size, SZ_2M);
	stage2_unmap(&s2, ipa_of(4 * SZ_1G), SZ_1G);
	assert_false(walk(copy, 4 * SZ_1G).valid);
}

static void test_flush_takes_the_vmid(void **state)
{
	(void)state;
	stage2_flush(&s2);
	assert_int_equal(fake_event_count(EV_TLB_FLUSH), 1);
	assert_int_equal(fake_event(EV_TLB_FLUSH, 0)->a, VMID);
}

/* Tables are visible to walkers before the entry that leads to them. */
static u64 *watched;
static u64 watched_before;

static void nothing_linked_yet(void)
{
	if (step++ == 0)
		assert_int_equal(*watched, watched_before);
}

static void test_new_tables_are_synced_first(void **state)
{
	(void)state;
	map(LOW_BASE, SZ_1G, PAGE_SIZE, S2_READ);
	watched = (u64 *)hyp_pa_to_va(pa_of(s2.root[LOW_BASE >> 30] & PT_ADDR_MASK)) + 1;
	watched_before = *watched;
	step = 0;
	fake_on_table_sync = nothing_linked_yet;
	assert_int_equal(stage2_prepare_map(&s2, ipa_of(LOW_BASE + SZ_2M), pa_of(0), PAGE_SIZE,
					    S2_READ, false),
			 0);
	assert_int_equal(step, 2);
	assert_int_not_equal(*watched, watched_before);
}

static int stop_at_third(ipa_t ipa, u64 size, struct stage2_mapping mapping, void *arg)
{
	u32 *count = arg;

	(void)ipa;
	(void)size;
	(void)mapping;
	return ++*count == 3 ? -77 : 0;
}

static void test_walk_stops(void **state)
{
	u32 count = 0;

	(void)state;
	map(LOW_BASE, SZ_1G, 5 * PAGE_SIZE, S2_READ);
	assert_int_equal(stage2_walk(&s2, stop_at_third, &count), -77);
	assert_int_equal(count, 3);
}

static void test_digest(void **state)
{
	u64 a, b;

	(void)state;
	map(LOW_BASE, SZ_1G, PAGE_SIZE, S2_READ);
	fake_tables_digest(&s2, &a);
	stage2_unmap(&s2, ipa_of(LOW_BASE), PAGE_SIZE);
	stage2_map(&s2, ipa_of(LOW_BASE), pa_of(SZ_1G), PAGE_SIZE, S2_WRITE);
	fake_tables_digest(&s2, &b);
	assert_int_not_equal(a, b);
	stage2_map(&s2, ipa_of(LOW_BASE), pa_of(SZ_1G + PAGE_SIZE), PAGE_SIZE, S2_READ);
	fake_tables_digest(&s2, &b);
	assert_int_not_equal(a, b);
	stage2_map(&s2, ipa_of(LOW_BASE), pa_of(SZ_1G), PAGE_SIZE, S2_READ);
	fake_tables_digest(&s2, &b);
	assert_int_equal(a, b);
}

/* --- random changes against the model ---------------------------------------------------------------- */

static void choose_samples(u64 first, u64 count)
{
	memset(tlb, 0, sizeof(tlb));
	for (u32 i = 0; i < TLB_SAMPLES; i++)
		sample[i] = i % 2 ? page_address(fake_random_below(NUM_PAGES)) :
				    page_address(first + fake_random_below(count));
	tlb_look();
}

/* A range of pages of all sizes, at all alignments, in one of the windows. */
static void choose_range(u64 *first, u64 *count)
{
	bool high = fake_random_below(3) == 0;
	u64 room = high ? HIGH_PAGES : LOW_PAGES, at, n;
	static const u64 steps[] = { 1, 1, 512, 512, 512 * 512 };
	u64 start_step = steps[fake_random_below(ARRAY_SIZE(steps))];
	u64 size_step = steps[fake_random_below(ARRAY_SIZE(steps))];

	at = fake_random_below(room) / start_step * start_step;
	n = size_step * (1 + fake_random_below(size_step == 1 ? 600 : 4));
	if (n > room - at)
		n = room - at;
	*first = at + (high ? LOW_PAGES : 0);
	*count = n;
}

/* Initially everything is mapped one to one, as root's memory is; then parts
 * are taken away and come back, as cells are created and destroyed. */
static void random_changes(bool fail)
{
	static u64 original[NUM_PAGES];
	u64 digest, now;
	u32 count, failures = 0;

	fake_random_seed();
	map(LOW_BASE, LOW_BASE, LOW_SIZE, S2_READ | S2_WRITE);
	model_map(0, LOW_PAGES, LOW_BASE, S2_READ | S2_WRITE);
	map(HIGH_BASE, HIGH_BASE, HIGH_SIZE, S2_READ | S2_DEVICE);
	model_map(LOW_PAGES, HIGH_PAGES, HIGH_BASE, S2_READ | S2_DEVICE | S2_NO_EXECUTE);
	memcpy(original, model, sizeof(model));
	compare();
	count = fake_tables_digest(&s2, &digest);
	assert_int_equal(count, 2);

	fake_on_table_sync = never_judged;
	fake_on_tlb_flush = never_judged_at_flush;
	for (u32 round = 0; round < 400; round++) {
		struct {
			u64 first, pages;
		} taken[4];
		u32 n = 1 + (u32)fake_random_below(ARRAY_SIZE(taken));

		bool refused = false;

		/* All are prepared before the first is taken; they may overlap. */
		in_change = true;
		touched_pages = 0;
		choose_samples(0, NUM_PAGES);
		for (u32 i = 0; i < n && !refused; i++) {
			choose_range(&taken[i].first, &taken[i].pages);
			choose_samples(taken[i].first, taken[i].pages);
			if (fail && fake_random_below(3) == 0)
				page_alloc_fail_after((int)fake_random_below(4));
			refused = stage2_prepare_unmap(&s2, ipa_of(page_address(taken[i].first)),
						       taken[i].pages * PAGE_SIZE) != 0;
			page_alloc_fail_after(-1);
		}
		/* Nothing has changed for anybody, failed or not. */
		in_change = false;
		if (round % 8 == 0 || refused)
			compare();
		failures += refused;
		for (u32 i = 0; i < n && !refused; i++) {
			in_change = true;
			touched_first = taken[i].first;
			touched_pages = taken[i].pages;
			choose_samples(taken[i].first, taken[i].pages);
			fake_pool_allocations();
			stage2_unmap(&s2, ipa_of(page_address(taken[i].first)),
				     taken[i].pages * PAGE_SIZE);
			assert_int_equal(fake_pool_allocations(), 0);
			in_change = false;
			memset(&model[taken[i].first], 0, taken[i].pages * 8);
		}
		stage2_flush(&s2);
		if (round % 8 == 0)
			compare();
		for (u32 i = 0; i < n && !refused; i++) {
			u64 first = taken[i].first, pages = taken[i].pages;
			u64 ipa = page_address(first);
			u32 flags = first < LOW_PAGES ? S2_READ | S2_WRITE : S2_READ | S2_DEVICE;

			in_change = true;
			touched_first = first;
			touched_pages = pages;
			choose_samples(first, pages);
			page_alloc_fail_after(0);
			stage2_map(&s2, ipa_of(ipa), pa_of(ipa), pages * PAGE_SIZE, flags);
			page_alloc_fail_after(-1);
			in_change = false;
			memcpy(&model[first], &original[first], pages * 8);
		}
		in_change = true;
		touched_pages = 0;
		choose_samples(0, NUM_PAGES);
		stage2_collapse(&s2, ipa_of(LOW_BASE), LOW_SIZE);
		stage2_collapse(&s2, ipa_of(HIGH_BASE), HIGH_SIZE);
		in_change = false;
		/* As before, to the last table. */
		assert_int_equal(fake_tables_digest(&s2, &now), count);
		assert_int_equal(now, digest);
		if (round % 8 == 0)
			compare();
	}
	compare();
	if (fail)
		assert_true(failures > 20);
}

static void test_random(void **state)
{
	(void)state;
	random_changes(false);
}

static void test_random_with_failures(void **state)
{
	(void)state;
	random_changes(true);
}

/* Any mappings to anywhere, as a cell's regions are, each mapped once. */
static void test_random_regions(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 40; round++) {
		u32 regions = 0;

		for (u32 i = 0; i < 40; i++) {
			u64 first, pages, pa, size;
			u32 flags = (u32)fake_random_below(16) | S2_READ;
			bool free_range = true;

			choose_range(&first, &pages);
			for (u64 p = 0; p < pages && free_range; p++)
				free_range = !model[first + p];
			if (!free_range)
				continue;
			if (fake_random_below(4) == 0)
				flags |= S2_PAGES_ONLY;
			/* Device memory says itself that it is not executable. */
			pa = fake_random_below(4) ? page_address(first) :
						    fake_random_below(1u << 26) * PAGE_SIZE;
			size = pages * PAGE_SIZE;
			if (flags & S2_PAGES_ONLY && pages > 512 * 20)
				continue;
			if (stage2_prepare_map(&s2, ipa_of(page_address(first)), pa_of(pa), size,
					       flags, true) != 0)
				continue;
			stage2_map(&s2, ipa_of(page_address(first)), pa_of(pa), size, flags);
			if (flags & S2_DEVICE)
				flags |= S2_NO_EXECUTE;
			model_map(first, pages, pa, flags & ~(u32)S2_PAGES_ONLY);
			regions++;
		}
		assert_true(regions > 0);
		compare();
		teardown(NULL);
		setup(NULL);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(descriptors),
		TEST(largest_blocks),
		TEST(block_inside_a_region),
		TEST(hole_is_not_split),
		TEST(synced_at_the_end),
		TEST(lookup_flags),
		TEST(top_of_address_space),
		TEST(root_entries_only_at_creation),
		TEST(prepare_map_fails),
		TEST(map_allocates_nothing),
		TEST(split_breaks_before_it_makes),
		TEST(translates),
		TEST(collapse_joins_only_what_is_equal),
		TEST(separate_is_never_joined),
		TEST(flush_takes_the_vmid),
		TEST(new_tables_are_synced_first),
		TEST(walk_stops),
		TEST(digest),
		TEST(random),
		TEST(random_with_failures),
		TEST(random_regions),
	};

	return cmocka_run_group_tests_name("stage2", tests, NULL, NULL);
}
