/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page pool. Double frees, pages handed out twice and use after free are
 * caught by fake_memory.c in every suite.
 */
#include "fake.h"

#include <hyp/page_alloc.h>

#include <string.h>

static int setup(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

static bool is_zero(const void *page, u64 size)
{
	const u8 *p = page;

	for (u64 i = 0; i < size; i++)
		if (p[i])
			return false;
	return true;
}

static void test_counts(void **state)
{
	void *a, *b;
	u32 own;

	(void)state;
	fake_pool_init(100);
	own = page_pool_used();
	assert_int_equal(page_pool_size(), 100);
	assert_int_equal(own, 1);
	a = page_alloc(1, 1);
	b = page_alloc(3, 1);
	assert_int_equal(page_pool_used(), own + 4);
	page_free(a, 1);
	assert_int_equal(page_pool_used(), own + 3);
	page_free(b, 3);
	assert_int_equal(page_pool_used(), own);
	page_free(NULL, 5);
	assert_int_equal(page_pool_used(), own);
}

static void test_zeroed_when_reused(void **state)
{
	u8 *a;

	(void)state;
	a = page_alloc(4, 1);
	assert_true(is_zero(a, 4 * PAGE_SIZE));
	memset(a, 0xff, 4 * PAGE_SIZE);
	page_free(a, 4);
	assert_ptr_equal(page_alloc(4, 1), a);
	assert_true(is_zero(a, 4 * PAGE_SIZE));
}

static void test_exhaustion(void **state)
{
	void *pages[100], *more;
	u32 n = 0;

	(void)state;
	fake_pool_init(64);
	while ((pages[n] = page_alloc(1, 1)))
		n++;
	assert_int_equal(n, 63);
	assert_int_equal(page_pool_used(), 64);
	assert_null(page_alloc(1, 1));
	/* A hole of one page does not hold two. */
	page_free(pages[10], 1);
	assert_null(page_alloc(2, 1));
	more = page_alloc(1, 1);
	assert_ptr_equal(more, pages[10]);
	/* The last page is used, too, and nothing beyond it. */
	page_free(pages[62], 1);
	page_free(pages[61], 1);
	assert_null(page_alloc(3, 1));
	assert_ptr_equal(page_alloc(2, 1), pages[61]);
}

static void test_alignment_is_of_the_address(void **state)
{
	(void)state;
	for (u32 align = 1, shift = 0; align <= 64; align *= 2, shift += 3) {
		void *first, *second;

		/* Where the image ends is no multiple of anything but pages. */
		fake_pool_start = FAKE_HV_POOL + shift * PAGE_SIZE;
		fake_pool_init(512);
		first = page_alloc(align, align);
		second = page_alloc(align, align);
		assert_non_null(first);
		assert_non_null(second);
		assert_int_equal((uintptr_t)first % (align * PAGE_SIZE), 0);
		assert_int_equal((uintptr_t)second % (align * PAGE_SIZE), 0);
		/* Nothing is wasted: the next such address behind the bitmap. */
		assert_true((u8 *)first - fake_pool_base() <= (long)(align * PAGE_SIZE));
		assert_true((u8 *)second - (u8 *)first == (long)(align * PAGE_SIZE));
	}
}

/* So many pages that their bitmap takes several itself. */
static void test_large_pool(void **state)
{
	u8 *first;

	(void)state;
	fake_pool_large(2 * 8 * PAGE_SIZE);
	assert_int_equal(page_pool_used(), 3);
	first = page_alloc(1, 1);
	assert_int_equal(first - fake_pool_base(), 3 * PAGE_SIZE);
	assert_int_equal((u8 *)page_alloc(1, 1) - first, PAGE_SIZE);
}

static void test_too_large(void **state)
{
	(void)state;
	fake_pool_init(64);
	assert_null(page_alloc(64, 1));
	assert_null(page_alloc(65, 1));
	assert_null(page_alloc(~0u, 1));
	assert_non_null(page_alloc(63, 1));
}

static void test_fail_after(void **state)
{
	(void)state;
	page_alloc_fail_after(2);
	assert_non_null(page_alloc(1, 1));
	assert_non_null(page_alloc(1, 1));
	assert_null(page_alloc(1, 1));
	/* Only that one. */
	assert_non_null(page_alloc(1, 1));
	page_alloc_fail_after(0);
	assert_null(page_alloc(1, 1));
	page_alloc_fail_after(0);
	page_alloc_fail_after(-1);
	assert_non_null(page_alloc(1, 1));
}

/* Against a list of what was handed out: no overlap, alignment, counts. */
static void test_random(void **state)
{
	struct {
		u8 *page;
		u32 count;
	} held[64] = { 0 };
	u32 used;

	(void)state;
	fake_random_seed();
	fake_pool_init(200);
	used = page_pool_used();
	for (u32 round = 0; round < 20000; round++) {
		u32 i = (u32)fake_random_below(ARRAY_SIZE(held));

		if (held[i].page) {
			for (u64 b = 0; b < held[i].count * PAGE_SIZE; b += 512)
				assert_int_equal(held[i].page[b], i + 1);
			page_free(held[i].page, held[i].count);
			used -= held[i].count;
			held[i].page = NULL;
		} else {
			u32 align = 1u << fake_random_below(4);

			held[i].count = 1 + (u32)fake_random_below(9);
			held[i].page = page_alloc(held[i].count, align);
			if (held[i].page) {
				assert_int_equal((uintptr_t)held[i].page % (align * PAGE_SIZE), 0);
				memset(held[i].page, (int)i + 1, held[i].count * PAGE_SIZE);
				used += held[i].count;
			} else {
				/* Only with a reason: nine pages are always found in an
				 * empty pool. */
				assert_true(used > 9);
			}
		}
		assert_int_equal(page_pool_used(), used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_counts, setup),
		cmocka_unit_test_setup(test_zeroed_when_reused, setup),
		cmocka_unit_test_setup(test_exhaustion, setup),
		cmocka_unit_test_setup(test_alignment_is_of_the_address, setup),
		cmocka_unit_test_setup(test_large_pool, setup),
		cmocka_unit_test_setup(test_too_large, setup),
		cmocka_unit_test_setup(test_fail_after, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests_name("page_alloc", tests, NULL, NULL);
}
