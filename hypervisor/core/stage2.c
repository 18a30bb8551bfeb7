/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stage-2 tables: map, unmap, split, join, look up. Changed under the
 * management lock only; other CPUs walk them meanwhile, in hardware and in
 * stage2_translates().
 */
#include <hyp/stage2.h>

#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/pt_format.h>
#include <hyp/page_alloc.h>

#define ENTRIES     512u
#define TABLE_FLAGS (PT_VALID | PT_TABLE)

static u64 *table_of(u64 entry)
{
	return hyp_pa_to_va(pa_of(entry & PT_ADDR_MASK));
}

static u64 table_entry(const u64 *table)
{
	return hyp_va_to_pa(table).v | TABLE_FLAGS;
}

static bool is_table(u64 entry)
{
	return (entry & TABLE_FLAGS) == TABLE_FLAGS;
}

static u64 attributes(u32 flags)
{
	u64 attr = PT_VALID | PT_AF | PT_SH_INNER;

	attr |= flags & S2_READ ? PT_S2_READ : 0;
	attr |= flags & S2_WRITE ? PT_S2_WRITE : 0;
	attr |= flags & S2_DEVICE ? PT_S2_DEVICE | PT_S2_XN : PT_S2_NORMAL;
	attr |= flags & S2_NO_EXECUTE ? PT_S2_XN : 0;
	attr |= flags & S2_SEPARATE ? PT_SEPARATE : 0;
	return attr;
}

static struct stage2_mapping mapping_of(u64 entry, u64 offset)
{
	struct stage2_mapping m = { .pa = pa_of((entry & PT_ADDR_MASK) + offset) };

	m.flags |= entry & PT_S2_READ ? S2_READ : 0;
	m.flags |= entry & PT_S2_WRITE ? S2_WRITE : 0;
	m.flags |= (entry & PT_S2_MEM_MASK) == PT_S2_DEVICE ? S2_DEVICE : 0;
	m.flags |= entry & PT_S2_XN ? S2_NO_EXECUTE : 0;
	return m;
}

static void write_entry(u64 *slot, u64 value)
{
	__atomic_store_n(slot, value, __ATOMIC_RELAXED);
}

static u64 chunk_size(u64 ipa, u64 end)
{
	return MIN((ipa & ~(SZ_2M - 1)) + SZ_2M, end) - ipa;
}

static bool is_block(u64 entry)
{
	return (entry & TABLE_FLAGS) == PT_VALID;
}

/* The level 2 entry for an address; NULL if the root has no table there. */
static u64 *l2_slot(const struct stage2 *s2, u64 ipa)
{
	u64 root = __atomic_load_n(&s2->root[ipa >> 30], __ATOMIC_RELAXED);

	return is_table(root) ? table_of(root) + ((ipa >> 21) & (ENTRIES - 1)) : NULL;
}

/* From `ipa` to the end of its 1 GiB, or to `end`. */
static u64 gib_rest(u64 ipa, u64 end)
{
	return MIN((ipa & ~(SZ_1G - 1)) + SZ_1G, end) - ipa;
}

static bool gib_fits(u64 ipa, u64 pa, u64 end, u32 flags)
{
	return gib_rest(ipa, end) == SZ_1G && !((ipa | pa) & (SZ_1G - 1)) &&
	       !(flags & S2_PAGES_ONLY);
}

/* A root entry, and the copies of the CPUs that use it. */
static void write_root(struct stage2 *s2, u64 index, u64 value)
{
	write_entry(&s2->root[index], value);
	if (s2->root_changed)
		s2->root_changed(s2, index);
}

static bool block_fits(u64 ipa, u64 pa, u64 size, u32 flags)
{
	return size == SZ_2M && !((ipa | pa) & (SZ_2M - 1)) && !(flags & S2_PAGES_ONLY);
}

int stage2_init(struct stage2 *s2, u16 vmid)
{
	s2->root = page_alloc(STAGE2_ROOT_PAGES, STAGE2_ROOT_PAGES);
	s2->vmid = vmid;
	s2->sequence = 0;
	return s2->root ? 0 : -ENOMEM;
}

void stage2_destroy(struct stage2 *s2)
{
	if (!s2->root)
		return;
	for (u32 i = 0; i < STAGE2_ROOT_ENTRIES; i++) {
		u64 *l2 = is_table(s2->root[i]) ? table_of(s2->root[i]) : NULL;

		for (u32 j = 0; l2 && j < ENTRIES; j++)
			if (is_table(l2[j]))
				page_free(table_of(l2[j]), 1);
		page_free(l2, 1);
	}
	page_free(s2->root, STAGE2_ROOT_PAGES);
	s2->root = NULL;
}

/*
 * Replace a valid entry by one that maps the same addresses differently:
 * break, flush, make (Arm ARM D8.14.1). A CPU that faults in between finds the
 * sequence number odd and repeats its access.
 */
static void replace_begin(struct stage2 *s2)
{
	__atomic_fetch_add(&s2->sequence, 1, __ATOMIC_SEQ_CST);
}

static void replace_end(struct stage2 *s2)
{
	table_sync();
	__atomic_fetch_add(&s2->sequence, 1, __ATOMIC_SEQ_CST);
}

static void replace_entry(struct stage2 *s2, u64 *slot, u64 value)
{
	replace_begin(s2);
	write_entry(slot, 0);
	table_sync();
	tlb_flush_vmid(s2->vmid);
	write_entry(slot, value);
	replace_end(s2);
}

static void replace_root(struct stage2 *s2, u64 index, u64 value)
{
	replace_begin(s2);
	write_root(s2, index, 0);
	table_sync();
	tlb_flush_vmid(s2->vmid);
	write_root(s2, index, value);
	replace_end(s2);
}

static int split_root(struct stage2 *s2, u64 index)
{
	u64 *l2 = page_alloc(1, 1);

	if (!l2)
		return -ENOMEM;
	for (u64 i = 0; i < ENTRIES; i++)
		l2[i] = s2->root[index] + i * SZ_2M;
	replace_root(s2, index, table_entry(l2));
	return 0;
}

static int split(struct stage2 *s2, u64 *slot)
{
	u64 *l3 = page_alloc(1, 1);

	if (!l3)
		return -ENOMEM;
	for (u32 i = 0; i < ENTRIES; i++)
		l3[i] = (*slot | PT_TABLE) + i * PAGE_SIZE;
	replace_entry(s2, slot, table_entry(l3));
	return 0;
}

int stage2_prepare_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, u32 flags, bool create_root)
{
	u64 end = ipa.v + size;

	for (u64 at = ipa.v, n; at < end; at += n) {
		u64 *slot = l2_slot(s2, at), *table;

		n = chunk_size(at, end);
		if (!slot) {
			if (!create_root)
				return -EINVAL;
			if (gib_fits(at, pa.v + (at - ipa.v), end, flags)) {
				n = SZ_1G;
				continue;
			}
			table = page_alloc(1, 1);
			if (!table)
				return -ENOMEM;
			write_root(s2, at >> 30, table_entry(table));
			slot = l2_slot(s2, at);
		}
		if (*slot || block_fits(at, pa.v + (at - ipa.v), n, flags))
			continue;
		table = page_alloc(1, 1);
		if (!table)
			return -ENOMEM;
		/* Before its link, the empty table must be visible to walkers. */
		table_sync();
		write_entry(slot, table_entry(table));
	}
	table_sync();
	return 0;
}

int stage2_prepare_unmap(struct stage2 *s2, ipa_t ipa, u64 size)
{
	u64 end = ipa.v + size;

	for (u64 at = ipa.v, n; at < end; at += n) {
		u64 *slot;

		if (is_block(s2->root[at >> 30]) && split_root(s2, at >> 30) != 0)
			return -ENOMEM;
		slot = l2_slot(s2, at);
		n = chunk_size(at, end);
		if (!slot) {
			n = gib_rest(at, end);
			continue;
		}
		if (n < SZ_2M && (*slot & PT_VALID) && !is_table(*slot) && split(s2, slot) != 0)
			return -ENOMEM;
	}
	return 0;
}

void stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, u32 flags)
{
	u64 end = ipa.v + size, attr = attributes(flags);

	for (u64 at = ipa.v, n; at < end; at += n) {
		u64 *slot = l2_slot(s2, at), target = pa.v + (at - ipa.v);

		n = chunk_size(at, end);
		if (!slot) {
			/* stage2_prepare_map() saw to it that a block fits. */
			write_root(s2, at >> 30, target | attr);
			n = SZ_1G;
			continue;
		}
		if (!is_table(*slot)) {
			write_entry(slot, target | attr);
			continue;
		}
		for (u64 i = 0; i < n / PAGE_SIZE; i++)
			write_entry(table_of(*slot) + (((at >> PAGE_SHIFT) + i) & (ENTRIES - 1)),
				    (target + i * PAGE_SIZE) | attr | PT_TABLE);
	}
	table_sync();
}

void stage2_unmap(struct stage2 *s2, ipa_t ipa, u64 size)
{
	u64 end = ipa.v + size;

	for (u64 at = ipa.v, n; at < end; at += n) {
		u64 *slot = l2_slot(s2, at);

		n = chunk_size(at, end);
		if (!slot) {
			n = gib_rest(at, end);
			continue;
		}
		if (!is_table(*slot)) {
			write_entry(slot, 0);
			continue;
		}
		for (u64 i = 0; i < n / PAGE_SIZE; i++)
			write_entry(table_of(*slot) + (((at >> PAGE_SHIFT) + i) & (ENTRIES - 1)),
				    0);
	}
	table_sync();
}

/* The block that a full table of contiguous, equal entries can become, or 0. */
static u64 joined(const u64 *table, u64 step, u64 entry_type)
{
	u64 first = table[0];

	if ((first & TABLE_FLAGS) != entry_type || (first & PT_SEPARATE) ||
	    ((first & PT_ADDR_MASK) & (step * ENTRIES - 1)))
		return 0;
	for (u32 i = 1; i < ENTRIES; i++)
		if (table[i] != first + i * step)
			return 0;
	return first & ~PT_TABLE;
}

static void collapse_chunk(struct stage2 *s2, u64 *slot)
{
	u64 *l3 = is_table(*slot) ? table_of(*slot) : NULL;
	u64 block = l3 ? joined(l3, PAGE_SIZE, PT_VALID | PT_TABLE) : 0;

	if (block) {
		replace_entry(s2, slot, block);
		page_free(l3, 1);
	}
}

void stage2_collapse(struct stage2 *s2, ipa_t ipa, u64 size)
{
	u64 end = ipa.v + size;

	for (u64 at = (ipa.v + SZ_2M - 1) & ~(SZ_2M - 1), n; at + SZ_2M <= end; at += n) {
		u64 *slot = l2_slot(s2, at);

		n = slot ? SZ_2M : gib_rest(at, end);
		if (slot)
			collapse_chunk(s2, slot);
	}
	for (u64 at = (ipa.v + SZ_1G - 1) & ~(SZ_1G - 1); at + SZ_1G <= end; at += SZ_1G) {
		u64 *l2 = l2_slot(s2, at);
		u64 block = l2 ? joined(l2, SZ_2M, PT_VALID) : 0;

		if (block) {
			replace_root(s2, at >> 30, block);
			page_free(l2, 1);
		}
	}
}

bool stage2_lookup(const struct stage2 *s2, ipa_t ipa, struct stage2_mapping *mapping)
{
	u64 entry, offset = SZ_1G - 1;

	if (ipa.v >> STAGE2_IPA_BITS)
		return false;
	entry = __atomic_load_n(&s2->root[ipa.v >> 30], __ATOMIC_RELAXED);
	if (is_table(entry)) {
		entry = __atomic_load_n(table_of(entry) + ((ipa.v >> 21) & (ENTRIES - 1)),
					__ATOMIC_RELAXED);
		offset = SZ_2M - 1;
		if (is_table(entry)) {
			entry = __atomic_load_n(table_of(entry) +
							((ipa.v >> PAGE_SHIFT) & (ENTRIES - 1)),
						__ATOMIC_RELAXED);
			offset = PAGE_MASK;
		}
	}
	if (!(entry & PT_VALID))
		return false;
	*mapping = mapping_of(entry, ipa.v & offset);
	return true;
}

bool stage2_translates(const struct stage2 *s2, ipa_t ipa, bool write)
{
	u32 before = __atomic_load_n(&s2->sequence, __ATOMIC_ACQUIRE);
	struct stage2_mapping mapping;
	bool permitted;

	permitted = stage2_lookup(s2, ipa, &mapping) &&
		    (mapping.flags & (write ? S2_WRITE : S2_READ));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return permitted || (before & 1) ||
	       __atomic_load_n(&s2->sequence, __ATOMIC_RELAXED) != before;
}

void stage2_flush(const struct stage2 *s2)
{
	tlb_flush_vmid(s2->vmid);
}

/* The entries of one table, or the entry itself if it is a block. */
struct level {
	const u64 *entries;
	u32 count;
	u64 step;
};

static struct level level_below(const u64 *entry, u64 block_size)
{
	if (is_table(*entry))
		return (struct level){ table_of(*entry), ENTRIES, block_size / ENTRIES };
	return (struct level){ entry, 1, block_size };
}

int stage2_walk(const struct stage2 *s2,
		int (*fn)(ipa_t ipa, u64 size, struct stage2_mapping mapping, void *arg), void *arg)
{
	for (u64 i = 0; i < STAGE2_ROOT_ENTRIES; i++) {
		struct level l2 = level_below(&s2->root[i], SZ_1G);

		for (u64 j = 0; j < l2.count; j++) {
			struct level l3 = l2.count > 1 ? level_below(&l2.entries[j], SZ_2M) :
							 (struct level){ l2.entries, 1, SZ_1G };

			for (u64 k = 0; k < l3.count; k++) {
				u64 at = (i << 30) + j * SZ_2M + k * PAGE_SIZE;
				int ret = 0;

				if (l3.entries[k] & PT_VALID)
					ret = fn(ipa_of(at), l3.step, mapping_of(l3.entries[k], 0),
						 arg);
				if (ret)
					return ret;
			}
		}
	}
	return 0;
}
