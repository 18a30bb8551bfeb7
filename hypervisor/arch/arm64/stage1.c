/* SPDX-License-Identifier: GPL-2.0 */
/*
 * EL2's map once it is on: addresses of the linear part, the device blocks
 * that all CPUs share, this CPU's window to foreign memory. The map itself is
 * built by stage1_early.c.
 */
#include <arch/barrier.h>
#include <arch/image.h>
#include <arch/paging.h>
#include <hyp/page_alloc.h>

#include "private.h"
#include <arch/sysregs.h>

#define S1_TABLE  3ULL
#define S1_PAGE   3ULL
#define S1_COMMON (BIT(10) | BIT(6) | BIT(54)) /* AF, AP[1] RES1, XN */
#define S1_NORMAL (S1_COMMON | (1ULL << 2) | (3ULL << 8))
#define S1_DEVICE S1_COMMON
#define S1_ADDR   0x0000fffffffff000ULL
#define ENTRIES   512u

/* Read by entry.S, too. */
u64 image_phys_base;

/* Level 2 entries of the device blocks, filled at enable by the leader. */
static u64 device_blocks[DEVICE_BLOCKS];
static u32 device_pages;

void *hyp_pa_to_va(pa_t pa)
{
	return (void *)(pa.v - image_phys_base + HYP_BASE);
}

pa_t hyp_va_to_pa(const void *va)
{
	return pa_of((u64)va - HYP_BASE + image_phys_base);
}

/* Our tables lie in our own area; the root is the first of them. */
static u64 *own_table(u64 entry)
{
	u64 root = read_sysreg(ttbr0_el2) & S1_ADDR & ~1ULL;

	return (u64 *)(LOCAL_TABLES + ((entry & S1_ADDR) - root));
}

static u64 *level2(u64 va)
{
	u64 *root = (u64 *)LOCAL_TABLES;

	return own_table(root[va >> 30 & (ENTRIES - 1)]);
}

void stage1_init(u64 image_pa)
{
	u64 *l3 = own_table(level2(TEMP_BASE)[TEMP_BASE >> 21 & (ENTRIES - 1)]);

	/* Every CPU writes the same value. */
	image_phys_base = image_pa;
	this_private()->window = l3 + (TEMP_BASE >> PAGE_SHIFT & (ENTRIES - 1));
}

void arch_adopt_map(void)
{
	u64 *l2 = level2(DEVICE_BASE) + (DEVICE_BASE >> 21 & (ENTRIES - 1));

	for (u32 i = 0; i < DEVICE_BLOCKS; i++)
		l2[i] = device_blocks[i];
	/* New entries before the accesses that use them; nothing was cached,
	 * since invalid entries are not (Arm ARM D8.13). */
	dsb_ish();
	isb();
}

volatile void *map_device(pa_t pa, u64 size)
{
	u64 offset = pa.v & PAGE_MASK;
	u32 pages = (u32)((offset + size + PAGE_MASK) >> PAGE_SHIFT), first = device_pages;

	if (pages > DEVICE_BLOCKS * ENTRIES - first)
		return NULL;
	for (u32 n = first; n < first + pages; n++) {
		u64 *l3;

		if (!device_blocks[n / ENTRIES]) {
			l3 = page_alloc(1, 1);
			if (!l3)
				return NULL;
			device_blocks[n / ENTRIES] = hyp_va_to_pa(l3).v | S1_TABLE;
		}
		l3 = hyp_pa_to_va(pa_of(device_blocks[n / ENTRIES] & S1_ADDR));
		l3[n % ENTRIES] = ((pa.v & ~PAGE_MASK) + (n - first) * PAGE_SIZE) | S1_DEVICE |
				  S1_PAGE;
	}
	device_pages += pages;
	arch_adopt_map();
	return (volatile u8 *)DEVICE_BASE + first * PAGE_SIZE + offset;
}

u32 remap_pool_size(void)
{
	return DEVICE_BLOCKS * ENTRIES;
}

u32 remap_pool_used(void)
{
	return device_pages;
}

/* Invalidate the window; it is nobody's but this CPU's. */
void unmap_temporary(void)
{
	struct cpu_private *p = this_private();

	for (u64 i = 0; i < p->window_pages; i++)
		__atomic_store_n(&p->window[i], 0, __ATOMIC_RELAXED);
	__asm__ volatile("dsb nshst" : : : "memory");
	for (u64 i = 0; i < p->window_pages; i++)
		__asm__ volatile("tlbi vae2, %0" : : "r"((TEMP_BASE >> PAGE_SHIFT) + i) : "memory");
	__asm__ volatile("dsb nsh" : : : "memory");
	isb();
	p->window_pages = 0;
}

static void *show(pa_t pa, u64 size, u64 attr)
{
	struct cpu_private *p = this_private();
	u64 offset = pa.v & PAGE_MASK;

	/* Break before make. */
	unmap_temporary();
	p->window_pages = (offset + size + PAGE_MASK) >> PAGE_SHIFT;
	for (u64 i = 0; i < p->window_pages; i++)
		__atomic_store_n(&p->window[i],
				 ((pa.v & ~PAGE_MASK) + i * PAGE_SIZE) | attr | S1_PAGE,
				 __ATOMIC_RELAXED);
	/* The entries before the accesses that the caller makes with them. */
	__asm__ volatile("dsb nshst" : : : "memory");
	isb();
	return (u8 *)TEMP_BASE + offset;
}

void *map_temporary(pa_t pa, u64 size)
{
	return show(pa, size, S1_NORMAL);
}

volatile void *map_temporary_device(pa_t pa, u64 size)
{
	return show(pa, size, S1_DEVICE);
}
