/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page pool: a bitmap, first fit. Protected by the management lock.
 */
#include <hyp/page_alloc.h>
#include <hyp/string.h>

static struct {
	u8 *base;
	u8 *bitmap;
	u32 pages;
	u32 used;
	/* Allocations until one fails; negative: never. */
	int fail_after;
} pool;

void page_pool_init(void *base, u32 pages)
{
	u32 own = (u32)((pages / 8 + PAGE_SIZE) / PAGE_SIZE);

	if (own > pages)
		own = pages;
	pool.bitmap = base;
	pool.base = base;
	pool.pages = pages;
	pool.used = own;
	pool.fail_after = -1;
	memset(pool.bitmap, 0, own * PAGE_SIZE);
	for (u32 i = 0; i < own; i++)
		pool.bitmap[i / 8] |= (u8)(1u << (i % 8));
}

static bool is_used(u32 page)
{
	return (pool.bitmap[page / 8] >> (page % 8)) & 1;
}

static void mark(u32 first, u32 count, bool used)
{
	for (u32 i = first; i < first + count; i++) {
		if (used)
			pool.bitmap[i / 8] |= (u8)(1u << (i % 8));
		else
			pool.bitmap[i / 8] &= (u8) ~(1u << (i % 8));
	}
}

void *page_alloc(u32 count, u32 align)
{
	if (pool.fail_after >= 0 && pool.fail_after-- == 0)
		return NULL;

	/* Aligned as an address, not as an index: the pool may start anywhere. */
	u32 first = (u32)(0 - ((u64)pool.base >> PAGE_SHIFT)) & (align - 1);

	for (; first < pool.pages && count <= pool.pages - first; first += align) {
		u32 n = 0;

		/* A full byte of the map is eight pages in use. */
		if (align == 1 && first % 8 == 0 && pool.bitmap[first / 8] == 0xff) {
			first += 7;
			continue;
		}
		while (n < count && !is_used(first + n))
			n++;
		if (n < count)
			continue;
		mark(first, count, true);
		pool.used += count;
		return memset(pool.base + first * PAGE_SIZE, 0, count * PAGE_SIZE);
	}
	return NULL;
}

void page_free(void *page, u32 count)
{
	if (!page)
		return;
	mark((u32)(((u8 *)page - pool.base) / PAGE_SIZE), count, false);
	pool.used -= count;
}

u32 page_pool_size(void)
{
	return pool.pages;
}

u32 page_pool_used(void)
{
	return pool.used;
}

void page_alloc_fail_after(int n)
{
	pool.fail_after = n;
}
