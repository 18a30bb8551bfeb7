/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stage-2 translation tables: three levels of 4 KiB granule tables for 40
 * bits of intermediate physical address (Arm ARM D8.2; the root is two
 * concatenated level 1 tables).
 *
 * Each CPU has a root of its own, a copy, which can be emptied to take that CPU
 * back. So root entries appear only when a cell is created, as tables, or as
 * 1 GiB blocks where a region has whole ones. Splitting or joining such a block
 * is the one change of a root entry later; root_changed then updates the copies.
 *
 * Changes are made in two steps: prepare may fail for lack of memory and
 * changes no translation; commit cannot fail.
 */
#pragma once

#include <hyp/base.h>

#define STAGE2_IPA_BITS     40
#define STAGE2_ROOT_ENTRIES (1U << (STAGE2_IPA_BITS - 30))
#define STAGE2_ROOT_PAGES   (STAGE2_ROOT_ENTRIES * 8 / PAGE_SIZE)

/* Permissions and kind of a mapping. */
#define S2_READ       0x1
#define S2_WRITE      0x2
#define S2_DEVICE     0x4
#define S2_NO_EXECUTE 0x8
#define S2_PAGES_ONLY 0x10
/* Never joined with its neighbours, so that it can be unmapped unprepared. */
#define S2_SEPARATE   0x20

struct stage2 {
	/* Master root; CPUs use copies. */
	u64 *root;
	u16 vmid;
	/* Odd while entries are being replaced; see stage2_translates(). */
	u32 sequence;
	/* Called after a master root entry was written, may be NULL. */
	void (*root_changed)(const struct stage2 *s2, u64 index);
};

/** A mapping that exists. */
struct stage2_mapping {
	pa_t pa;
	u32 flags;
};

/** Allocate an empty root. -ENOMEM. */
int stage2_init(struct stage2 *s2, u16 vmid) __must_check;

/** Free all tables. No CPU may use them, nor any TLB hold them. */
void stage2_destroy(struct stage2 *s2);

/**
 * Make sure that stage2_map() of exactly this range finds the tables it needs.
 * No translation changes; on -ENOMEM some tables may have been added, empty.
 * `create_root` allows new root entries: only before any CPU uses the tables.
 * -EINVAL: a root entry is missing and may not be created.
 */
int stage2_prepare_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, u32 flags,
		       bool create_root) __must_check;

/**
 * Split blocks so that stage2_unmap() of exactly this range takes no more than
 * the range. No translation changes; on -ENOMEM blocks may have been split:
 * stage2_collapse() joins them again.
 */
int stage2_prepare_unmap(struct stage2 *s2, ipa_t ipa, u64 size) __must_check;

/** Map a prepared range. What was mapped there before must be unmapped. */
void stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, u32 flags);

/**
 * Remove a prepared range. The caller flushes TLBs afterwards, once, with
 * stage2_flush().
 */
void stage2_unmap(struct stage2 *s2, ipa_t ipa, u64 size);

/**
 * Turn full tables of equal contiguous pages back into blocks, where the blocks
 * lie wholly in the range.
 */
void stage2_collapse(struct stage2 *s2, ipa_t ipa, u64 size);

/** Look one address up. False if nothing is mapped. */
bool stage2_lookup(const struct stage2 *s2, ipa_t ipa, struct stage2_mapping *mapping);

/**
 * Decides about a stage-2 fault: true if the access is permitted by now, or if
 * the tables are being changed at this moment. Then the access is repeated.
 */
bool stage2_translates(const struct stage2 *s2, ipa_t ipa, bool write);

/** Drop all TLB entries of this VMID on all CPUs, stage 1 and 2. */
void stage2_flush(const struct stage2 *s2);

/**
 * Call `fn` for each leaf mapping in order; stops at and returns the first
 * non-zero result.
 */
int stage2_walk(const struct stage2 *s2,
		int (*fn)(ipa_t ipa, u64 size, struct stage2_mapping mapping, void *arg),
		void *arg);
