/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns what: every physical page, SPI and CPU belongs to one cell, or to
 * the hypervisor, or is declared shared by all its users. Pure: reads cells
 * and configs, changes nothing.
 */
#pragma once

#include <hyp/cell.h>

/** Registers of the interrupt controller that the hypervisor filters, or gives
 *  to every cell. */
struct gic_frame {
	struct range range;
	const char *what;
};

/** Regions of redistributors. */
#define MAX_GICR_REGIONS 8

/** The range that the hypervisor keeps for itself, and the distributor and
 *  per-CPU parts of the interrupt controller (size 0: none). No region may cover
 *  them. */
struct machine {
	struct range hypervisor;
	struct gic_frame gic[1 + MAX_GICR_REGIONS];
	/** Of these, what all cells have mapped: each CPU sees its own there. */
	struct range banked;
};

extern struct machine machine;

/**
 * May `cell`, not yet in the list, be added? Returns 0 or a negative errno
 * with a reason.
 */
int ownership_check_new(const struct cell *cell) __must_check;

/** What is known about a physical address, for reports; valid under cell_lock. */
struct owner_info {
	/* NULL: no cell. */
	const struct cell *cell;
	/* Index in that cell's config, and the region. */
	u32 region;
	const struct jailhouse_memory *mem;
	/* "the hypervisor's memory" and the like, or NULL. */
	const char *what;
	/* Name from the extension block, or NULL. */
	const char *name;
};

struct owner_info ownership_find(u64 pa);

/**
 * Check the invariants over all cells: no page, SPI or CPU with two owners,
 * and no mapping outside its cell's regions. 0, or -EIO with a reason.
 */
int ownership_selftest(void) __must_check;
