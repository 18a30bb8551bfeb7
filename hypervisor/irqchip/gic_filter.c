/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One filter for all banked interrupt registers. Pure.
 */
#include "gic_filter.h"

#include "gic_regs.h"

u32 gic_owned_mask(struct gic_block block, u32 offset, const u32 *owned)
{
	u32 first = gic_kind_offset(block, offset) * 8 / block.bits;
	u32 bits = owned[first / 32] >> (first % 32);
	u32 field = block.bits == 8 ? 0xff : 3, mask = 0;

	if (block.bits == 1)
		return bits;
	for (u32 i = 0; i < 32; i += block.bits, bits >>= 1)
		if (bits & 1)
			mask |= field << i;
	return mask;
}

u32 gic_merge(struct gic_block block, u32 old, u32 value, u32 mask, u8 priority_bits)
{
	u32 merged = (old & ~mask) | (value & mask), lowest = priority_bits & -priority_bits;

	for (u32 i = 0; block.action == GIC_PRIORITY && i < 32; i += 8)
		if ((mask >> i & 0xff) && (merged >> i & priority_bits) == 0)
			merged = (merged & ~(0xffu << i)) | lowest << i;
	return merged;
}
