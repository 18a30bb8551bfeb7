/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of the fake machine: the hypervisor's own with the page pool in it,
 * root's RAM and device memory behind the temporary window, TLB and cache
 * upkeep as events. What EL2 may not touch at a moment is poisoned.
 */
#include "fake.h"

#include <arch/barrier.h>
#include <arch/paging.h>
#include <hyp/printk.h>
#include <hyp/page_alloc.h>

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_RANGES 16

struct memory {
	u64 pa;
	u64 size;
	u8 *host;
};

void (*fake_on_barrier)(void);
void (*fake_on_table_sync)(void);
void (*fake_on_tlb_flush)(u16 vmid);
void (*fake_on_cache_flush)(const void *va);
u32 fake_temporary_maps;
int fake_pool_fail_after = -1;
int fake_device_fail_after = -1;

static u8 *hv;
static u32 pool_pages;
static u8 *large_pool;
static u8 pool_used_map[FAKE_POOL_PAGES];
static u32 allocations;
static struct memory ram[MAX_RANGES], devices[MAX_RANGES];
/* What the temporary window shows at present. */
static u8 *window;
static u64 window_size;

/* page_alloc.c is compiled with these names, see build.mk. */
void pool_init(void *base, u32 pages);
void pool_free(void *page, u32 count);
void *pool_memset(void *s, int c, size_t n);

/* --- the hypervisor's own memory and the pool --------------------------------------------------- */

static u8 *hv_memory(void)
{
	if (!hv) {
		u8 *raw = mmap(NULL, 2 * FAKE_HV_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		assert_ptr_not_equal(raw, MAP_FAILED);
		hv = (u8 *)(((uintptr_t)raw + FAKE_HV_SIZE - 1) & ~(uintptr_t)(FAKE_HV_SIZE - 1));
	}
	return hv;
}

/* The pool clears pages when it hands them out, and its bitmap once: from then
 * on they may be used. */
void *pool_memset(void *s, int c, size_t n)
{
	ASAN_UNPOISON_MEMORY_REGION(s, n);
	if (pool_pages) {
		u64 first = (u64)((u8 *)s - hv_memory() - fake_pool_start) / PAGE_SIZE;

		allocations++;
		for (u64 i = first; i < first + n / PAGE_SIZE; i++) {
			assert_true(i < pool_pages);
			/* Handed out twice? */
			assert_int_equal(pool_used_map[i], 0);
			pool_used_map[i] = 1;
		}
	}
	return memset(s, c, n);
}

void page_pool_init(void *base, u32 pages)
{
	assert_true(pages <= FAKE_POOL_PAGES);
	large_pool = NULL;
	assert_ptr_equal(base, hv_memory() + fake_pool_start);
	memset(pool_used_map, 0, sizeof(pool_used_map));
	ASAN_UNPOISON_MEMORY_REGION(base, FAKE_HV_SIZE - fake_pool_start);
	/* What an earlier owner left must not be seen by anybody. */
	memset(base, 0xa5, pages * PAGE_SIZE);
	ASAN_POISON_MEMORY_REGION(base, FAKE_HV_SIZE - fake_pool_start);
	pool_pages = 0;
	pool_init(base, pages);
	pool_pages = pages;
	for (u32 i = 0; i < page_pool_used(); i++)
		pool_used_map[i] = 2;
	allocations = 0;
	if (fake_pool_fail_after >= 0)
		page_alloc_fail_after(fake_pool_fail_after);
}

void page_free(void *page, u32 count)
{
	u64 first = (u64)((u8 *)page - hv_memory() - fake_pool_start) / PAGE_SIZE;

	if (!page) {
		pool_free(page, count);
		return;
	}
	assert_int_equal((uintptr_t)page % PAGE_SIZE, 0);
	for (u64 i = first; i < first + count; i++) {
		assert_true(i < pool_pages);
		/* Freed twice, or never handed out? */
		assert_int_equal(pool_used_map[i], 1);
		pool_used_map[i] = 0;
	}
	pool_free(page, count);
	ASAN_POISON_MEMORY_REGION(page, count * PAGE_SIZE);
}

void fake_pool_init(u32 pages)
{
	page_pool_init(hv_memory() + fake_pool_start, pages);
}

u8 *fake_pool_base(void)
{
	return large_pool ? large_pool : hv_memory() + fake_pool_start;
}

void fake_pool_large(u32 pages)
{
	void *base = mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(base, MAP_FAILED);
	large_pool = base;
	pool_pages = 0;
	pool_init(base, pages);
}

void fake_pool_map(u8 *map)
{
	memcpy(map, pool_used_map, sizeof(pool_used_map));
}

u32 fake_pool_allocations(void)
{
	u32 n = allocations;

	allocations = 0;
	return n;
}

void *hyp_pa_to_va(pa_t pa)
{
	if (pa.v - FAKE_CONSOLE_PA < PAGE_SIZE)
		return (u8 *)&console_page + (pa.v - FAKE_CONSOLE_PA);
	assert_in_range(pa.v, FAKE_HV_BASE, FAKE_HV_BASE + FAKE_HV_SIZE - 1);
	return hv_memory() + (pa.v - FAKE_HV_BASE);
}

pa_t hyp_va_to_pa(const void *va)
{
	const u8 *p = va, *page = (const u8 *)&console_page;

	if (va == &fake_header)
		return pa_of(FAKE_HV_BASE);
	if (p >= page && p < page + PAGE_SIZE)
		return pa_of(FAKE_CONSOLE_PA + (u64)(p - page));
	assert_true(p >= hv_memory() && p < hv_memory() + FAKE_HV_SIZE);
	return pa_of(FAKE_HV_BASE + (u64)(p - hv_memory()));
}

/* --- foreign memory ------------------------------------------------------------------------------ */

static void add(struct memory *list, u64 pa, u64 size)
{
	for (u32 i = 0; i < MAX_RANGES; i++) {
		if (list[i].host)
			continue;
		list[i] = (struct memory){ pa, size, calloc(1, size) };
		ASAN_POISON_MEMORY_REGION(list[i].host, size);
		return;
	}
	fail_msg("too many ranges of fake memory");
}

static u8 *find(const struct memory *list, u64 pa, u64 size)
{
	for (u32 i = 0; i < MAX_RANGES; i++)
		if (list[i].host &&
		    range_covers(range_of(list[i].pa, list[i].size), range_of(pa, size)))
			return list[i].host + (pa - list[i].pa);
	return NULL;
}

static void forget(struct memory *list)
{
	for (u32 i = 0; i < MAX_RANGES; i++) {
		if (list[i].host)
			ASAN_UNPOISON_MEMORY_REGION(list[i].host, list[i].size);
		free(list[i].host);
		list[i].host = NULL;
	}
}

void fake_memory_reset(void);
void fake_memory_reset(void)
{
	forget(ram);
	forget(devices);
	window = NULL;
	fake_temporary_maps = 0;
	fake_device_fail_after = -1;
	fake_pool_fail_after = -1;
	fake_on_barrier = NULL;
	fake_on_table_sync = NULL;
	fake_on_tlb_flush = NULL;
	fake_on_cache_flush = NULL;
}

void fake_ram_add(u64 pa, u64 size)
{
	add(ram, pa, size);
}

void fake_device_add(u64 pa, u64 size)
{
	add(devices, pa, size);
	ASAN_UNPOISON_MEMORY_REGION(find(devices, pa, size), size);
}

u8 *fake_device(u64 pa)
{
	return find(devices, pa, 1);
}

void fake_ram_write(u64 pa, const void *data, u64 size)
{
	u8 *host = find(ram, pa, size);

	assert_non_null(host);
	ASAN_UNPOISON_MEMORY_REGION(host, size);
	memcpy(host, data, size);
	ASAN_POISON_MEMORY_REGION(host, size);
}

void fake_ram_read(u64 pa, void *data, u64 size)
{
	u8 *host = find(ram, pa, size);

	assert_non_null(host);
	ASAN_UNPOISON_MEMORY_REGION(host, size);
	memcpy(data, host, size);
	ASAN_POISON_MEMORY_REGION(host, size);
}

void unmap_temporary(void)
{
	if (window)
		ASAN_POISON_MEMORY_REGION(window, window_size);
	window = NULL;
}

bool fake_temporary_shown(void)
{
	return window != NULL;
}

/* The real one may show what lies around in the same pages; this one shows
 * what was asked for. */
void *map_temporary(pa_t pa, u64 size)
{
	u8 *host = find(ram, pa.v, size);

	fake_temporary_maps++;
	/* Root sees a page of zeroes, and the console page. */
	if (range_covers(range_of(FAKE_HV_BASE, FAKE_HV_SIZE), range_of(pa.v, size)))
		return hyp_pa_to_va(pa);
	unmap_temporary();
	if (!host)
		fail_msg("EL2 maps 0x%llx, which is no memory", pa.v);
	assert_true((pa.v & PAGE_MASK) + size <= TEMPORARY_SIZE);
	ASAN_UNPOISON_MEMORY_REGION(host, size);
	window = host;
	window_size = size;
	return host;
}

volatile void *map_temporary_device(pa_t pa, u64 size)
{
	volatile u8 *model = fake_bus_find(pa.v);
	u8 *host = find(devices, pa.v, size);

	assert_true((pa.v & PAGE_MASK) + size <= TEMPORARY_SIZE);
	if (model)
		return model;
	if (!host)
		fail_msg("EL2 maps 0x%llx, which is no device", pa.v);
	return host;
}

volatile void *map_device(pa_t pa, u64 size)
{
	volatile u8 *model = fake_bus_find(pa.v);

	(void)size;
	if (fake_device_fail_after == 0)
		return NULL;
	if (fake_device_fail_after > 0)
		fake_device_fail_after--;
	return model ? model : fake_device(pa.v);
}

u32 remap_pool_size(void)
{
	return 1234;
}

u32 remap_pool_used(void)
{
	return 56;
}

/* --- TLBs, caches, barriers ---------------------------------------------------------------------- */

void fake_barrier(const char *name)
{
	fake_record((struct fake_event){ .kind = EV_BARRIER, .name = name });
	if (fake_on_barrier)
		fake_on_barrier();
}

void table_sync(void)
{
	fake_record((struct fake_event){ .kind = EV_TABLE_SYNC });
	if (fake_on_table_sync)
		fake_on_table_sync();
}

void tlb_flush_vmid(u16 vmid)
{
	fake_record((struct fake_event){ .kind = EV_TLB_FLUSH, .a = vmid });
	if (fake_on_tlb_flush)
		fake_on_tlb_flush(vmid);
}

void cache_flush(const void *va, u64 size)
{
	fake_record((struct fake_event){ .kind = EV_CACHE_FLUSH, .a = (uintptr_t)va, .b = size });
	if (fake_on_cache_flush)
		fake_on_cache_flush(va);
}

void memory_flush(pa_t pa, u64 size, bool zero)
{
	fake_record(
		(struct fake_event){ .kind = EV_MEMORY_FLUSH, .a = pa.v, .b = size, .c = zero });
}
