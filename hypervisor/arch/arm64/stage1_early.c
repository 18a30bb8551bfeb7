/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds this CPU's own EL2 map while the MMU is still off: runs at physical
 * addresses, touches only this CPU's area, uses no lock, no atomic and no
 * pointer that the linker computed.
 */
#include <hyp/base.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/header.h>

#include "private.h"

/* Stage-1 descriptors of the EL2 regime (Arm ARM D8.3): AP[1] is RES1. */
#define S1_TABLE  0x3ULL
#define S1_PAGE   0x3ULL
#define S1_BLOCK  0x1ULL
#define S1_NORMAL ((1ULL << 2) | (3ULL << 8) | BIT(10) | BIT(6))
#define S1_RO     BIT(7)
#define S1_XN     BIT(54)
#define S1_ADDR   0x0000fffffffff000ULL

extern char image_start[], text_start[], text_end[], rodata_end[], boot_page[];

struct builder {
	u64 area;
	u64 image;
	u64 *root;
};

static u64 *new_table(const struct builder *b)
{
	struct cpu_private *private = (struct cpu_private *)(b->area + PERCPU_PRIVATE);
	u32 n = private->tables_used++;

	/* The driver zeroed the area. */
	return n < PERCPU_NUM_TABLES ? (u64 *)(b->area + PERCPU_TABLES + n * PAGE_SIZE) : NULL;
}

static u64 *next_level(const struct builder *b, u64 *slot)
{
	u64 *table;

	if (*slot)
		return (u64 *)(*slot & S1_ADDR);
	table = new_table(b);
	if (table)
		*slot = (u64)table | S1_TABLE;
	return table;
}

static bool map_pages(const struct builder *b, u64 va, u64 pa, u64 size, u64 attr)
{
	for (u64 done = 0, n; done < size; done += n) {
		u64 at = va + done;
		u64 *l2 = next_level(b, &b->root[at >> 30 & 511]);
		u64 *l3;

		if (!l2)
			return false;
		n = PAGE_SIZE;
		if (!((at | (pa + done)) & (SZ_2M - 1)) && size - done >= SZ_2M &&
		    !l2[at >> 21 & 511]) {
			n = SZ_2M;
			l2[at >> 21 & 511] = (pa + done) | attr | S1_BLOCK;
			continue;
		}
		l3 = next_level(b, &l2[at >> 21 & 511]);
		if (!l3)
			return false;
		l3[at >> 12 & 511] = (pa + done) | attr | S1_PAGE;
	}
	return true;
}

static bool map_image(const struct builder *b, const struct jailhouse_header *header)
{
	u64 text = (u64)text_start - b->image, text_len = (u64)text_end - (u64)text_start;
	u64 rodata_len = (u64)rodata_end - (u64)text_end;
	u64 data = text + text_len + rodata_len;
	u64 image = b->image;

	return map_pages(b, HYP_BASE, image, text, S1_NORMAL | S1_RO | S1_XN) &&
	       map_pages(b, HYP_BASE + text, image + text, text_len, S1_NORMAL | S1_RO) &&
	       map_pages(b, HYP_BASE + text + text_len, image + text + text_len, rodata_len,
			 S1_NORMAL | S1_RO | S1_XN) &&
	       map_pages(b, HYP_BASE + data, image + data, header->core_size - data,
			 S1_NORMAL | S1_XN);
}

/* Returns the physical address of the root table, or 0 if tables ran out. */
u64 stage1_early_build(u64 area, u64 image);
u64 stage1_early_build(u64 area, u64 image)
{
	const struct jailhouse_header *header = (const void *)image;
	u64 percpu_end = header->core_size + header->max_cpus * header->percpu_size;
	const struct jailhouse_system *config = (const void *)(image + percpu_end);
	u64 size = config->hypervisor_memory.size;
	u64 attr = S1_NORMAL | S1_XN;
	struct builder b = { .area = area, .image = image };

	b.root = new_table(&b);
	if (!map_image(&b, header))
		return 0;
	for (u32 n = 0; n < header->max_cpus; n++) {
		u64 offset = header->core_size + n * header->percpu_size;

		if (!map_pages(&b, HYP_BASE + offset, image + offset, PAGE_SIZE, attr))
			return 0;
	}
	/* Config and pool. A size that is nonsense fails here or in init_config. */
	if (size < percpu_end || size > SZ_1G / 4 ||
	    !map_pages(&b, HYP_BASE + percpu_end, image + percpu_end, size - percpu_end, attr))
		return 0;
	if (!map_pages(&b, LOCAL_STACK, area + PERCPU_STACK, PERCPU_STACK_SIZE, attr) ||
	    !map_pages(&b, LOCAL_PRIVATE, area + PERCPU_PRIVATE, PAGE_SIZE, attr) ||
	    !map_pages(&b, LOCAL_PUBLIC, area + PERCPU_PUBLIC, PAGE_SIZE, attr) ||
	    !map_pages(&b, LOCAL_TABLES, area + PERCPU_TABLES, PERCPU_NUM_TABLES * PAGE_SIZE, attr))
		return 0;
	/* The boot code, one to one, for the moments when the MMU goes on or off. */
	if (!map_pages(&b, (u64)boot_page, (u64)boot_page, PAGE_SIZE, S1_NORMAL | S1_RO))
		return 0;
	return (u64)b.root;
}
