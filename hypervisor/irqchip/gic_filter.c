/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One filter for all banked interrupt registers. Pure.
 */
#include "gic_regs.h"
#include "gic_filter.h"

const struct gic_group *gic_find_group(const struct gic_group *groups, u32 count, u32 offset)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (offset < groups[mid].offset)
			high = mid;
		else if (offset - groups[mid].offset < groups[mid].size)
			return &groups[mid];
		else
			low = mid + 1;
	}
	return NULL;
}

u32 gic_owned_mask(const struct gic_group *group, u32 offset, const u32 *owned)
{
	u32 per_word = 32 / group->bits;
	u32 first = (offset - group->offset) / 4 * per_word;
	u32 bits = owned[first / 32] >> (first % 32);
	u32 field = group->bits == 8 ? 0xff : 3, mask = 0;

	if (group->bits == 1)
		return bits;
	for (u32 i = 0; i < per_word; i++)
		if (bits >> i & 1)
			mask |= field << (i * group->bits);
	return mask;
}

u32 gic_merge(const struct gic_group *group, u32 old, u32 value, u32 mask)
{
	u32 merged = (old & ~mask) | (value & mask);

	for (u32 i = 0; group->action == GIC_PRIORITY && i < 32; i += 8)
		if ((mask >> i & 0xff) && (merged >> i & 0xf8) == 0)
			merged = (merged & ~(0xffu << i)) | GIC_CELL_PRIORITY_MIN << i;
	return merged;
}
