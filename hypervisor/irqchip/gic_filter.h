/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One filter for all banked interrupt registers of distributor and
 * redistributor: n bits per interrupt, some of them the cell's. Pure.
 */
#pragma once

#include <hyp/base.h>

/** How a register group behaves. */
enum gic_action {
	GIC_RAZ_WI, /**< closed */
	GIC_READ_ONLY, /**< read through, writes ignored */
	GIC_MASKED, /**< set or clear: own bits only, both ways */
	GIC_FIELDS, /**< read-modify-write of own fields */
	GIC_PRIORITY, /**< the same, and never the kick's priority */
};

/** Registers [offset, offset + size): `bits` per interrupt. */
struct gic_group {
	u32 offset;
	u32 size;
	u8 bits;
	enum gic_action action;
	/** Smallest access in bytes; larger ones up to 4 are allowed, too. */
	u8 min_width;
};

/** The group that holds `offset`, or NULL. `groups` is sorted. */
const struct gic_group *gic_find_group(const struct gic_group *groups, u32 count, u32 offset);

/**
 * Which of the 32 bits of the word at `offset` belong to own interrupts.
 * `owned`: bitmap of interrupts, bit n % 32 of word n / 32.
 */
u32 gic_owned_mask(const struct gic_group *group, u32 offset, const u32 *owned);

/** What to write for a GIC_FIELDS or GIC_PRIORITY group. */
u32 gic_merge(const struct gic_group *group, u32 old, u32 value, u32 mask);
