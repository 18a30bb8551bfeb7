/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One filter for all banked interrupt registers of distributor and
 * redistributor: n bits per interrupt, some of them the cell's. Pure.
 *
 * The first 4 KiB of a frame consist of blocks of 0x80 bytes; all registers of
 * a block behave alike, and a kind of register starts at a multiple of its
 * size for 1024 interrupts (Arm IHI 0069, 12.8 and 12.10).
 */
#pragma once

#include <hyp/base.h>

/** How a block of registers behaves. */
enum gic_action {
	GIC_RAZ_WI, /**< closed */
	GIC_V2_ONLY, /**< the same, but special in a GICv2 */
	GIC_MASKED, /**< set or clear: own bits only, both ways */
	GIC_FIELDS, /**< read-modify-write of own fields */
	GIC_PRIORITY, /**< the same, and never the kick's priority */
};

#define GIC_BLOCK_SHIFT 7
#define GIC_NUM_BLOCKS  32

struct gic_block {
	/** enum gic_action */
	u8 action;
	/** Bits per interrupt: 1, 2 or 8. */
	u8 bits;
	/** Smallest access in bytes; larger ones up to 4 are allowed, too. */
	u8 min_width;
};

/** Offset of a register from the first of its kind. */
static inline u32 gic_kind_offset(struct gic_block block, u32 offset)
{
	return offset & (0x80u * block.bits - 1);
}

/**
 * Which of the 32 bits of the word at `offset` belong to own interrupts.
 * `owned`: bitmap of interrupts, bit n % 32 of word n / 32.
 */
u32 gic_owned_mask(struct gic_block block, u32 offset, const u32 *owned);

/** What to write for a GIC_FIELDS or GIC_PRIORITY block; `priority_bits` are
 *  those that a priority has. */
u32 gic_merge(struct gic_block block, u32 old, u32 value, u32 mask, u8 priority_bits);
