/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A redistributor frame as a cell sees it: its own CPUs' SGIs and PPIs, but
 * for the kick; identification of all. LPIs, groups and power are closed.
 */
#include <jailhouse/io.h>

#include "gic_regs.h"
#include "gic_filter.h"

u32 kick_bit;

/* Of the second page of a frame. Only the first word of each kind, or the
 * fields of 32 interrupts, exist. */
static const struct gic_block blocks[GIC_NUM_BLOCKS] = {
	[GICD_ISENABLER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICENABLER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ISPENDR >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICPENDR >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ISACTIVER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICACTIVER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_IPRIORITYR >> GIC_BLOCK_SHIFT] = { GIC_PRIORITY, 8, 1 },
	[GICD_ICFGR >> GIC_BLOCK_SHIFT] = { GIC_FIELDS, 2, 4 },
};

/* Where the window ends with the last frame of ours, Last is forced onto it, so
 * that a scan ends there. A frame without a CPU of ours has no affinity. */
static u64 typer(const struct cpu *cpu, u32 frame)
{
	u64 value = ~0ULL << 32;

	if (cpu)
		value = io_read64((volatile u8 *)cpu->gicr + GICR_TYPER);
	value &= ~GICR_TYPER_LAST;
	return gicr_frame_is_last(frame) ? value | GICR_TYPER_LAST : value;
}

/* The first page of a frame: identification for all, control for the owner. */
static enum mmio_result control_page(const struct cpu *cpu, u32 frame, bool own,
				     struct mmio_access *a)
{
	u32 offset = (u32)a->offset;

	if (a->write)
		return MMIO_DONE;
	if (offset == GICR_TYPER && a->size == 8)
		a->value = typer(cpu, frame);
	else if (offset == GICR_TYPER)
		a->value = (u32)typer(cpu, frame);
	else if (offset == GICR_TYPER + 4)
		a->value = typer(cpu, frame) >> 32;
	else if (!cpu)
		return MMIO_DONE;
	else if (offset != GICR_IIDR && !(own && offset == GICR_CTLR) && offset < GICR_ID_REGS)
		return MMIO_DONE;
	else if (a->size != 4)
		return MMIO_REFUSED;
	else
		a->value = io_read32((volatile u8 *)cpu->gicr + offset);
	return MMIO_DONE;
}

enum mmio_result gicr_access(struct cell *cell, u64 first, struct mmio_access *a)
{
	u32 frame = (u32)(first + (a->offset >> gicr_frame_shift));
	const struct cpu *cpu = gicr_frame_cpu(frame);
	u32 offset, shift = (a->offset & 3) * 8, mask, value, own = ~kick_bit;
	struct gic_block block;
	volatile u8 *reg;

	if ((u32)a->offset & (a->size - 1))
		return MMIO_REFUSED;
	value = (u32)(a->value << shift);
	a->offset &= BIT(gicr_frame_shift) - 1;
	if (a->offset < GICR_SGI_BASE)
		return control_page(cpu, frame, cpu && cell_owns_cpu(cell, cpu->id), a);

	/* Beyond the two pages that we know (and have mapped) nothing is. */
	offset = (a->offset - GICR_SGI_BASE) & ~3u;
	if (!cpu || offset >> GIC_BLOCK_SHIFT >= GIC_NUM_BLOCKS || !cell_owns_cpu(cell, cpu->id))
		return MMIO_DONE;
	block = blocks[offset >> GIC_BLOCK_SHIFT];
	if (block.action == GIC_RAZ_WI || gic_kind_offset(block, offset) >= 4u * block.bits)
		return MMIO_DONE;
	if (a->size > 4 || a->size < block.min_width)
		return MMIO_REFUSED;

	reg = (volatile u8 *)cpu->gicr + GICR_SGI_BASE + offset;
	mask = gic_owned_mask(block, offset, &own);
	if (!a->write) {
		a->value = (io_read32(reg) & mask) >> shift;
		return MMIO_DONE;
	}
	if (a->size < 4)
		mask &= (u32)((BIT(a->size * 8) - 1) << shift);
	/* Only CPUs of one cell write here: what they race for is theirs. */
	if (block.action == GIC_MASKED)
		io_write32(reg, value & mask);
	else
		io_write32(reg, gic_merge(block, io_read32(reg), value, mask, gic_priority_bits));
	return MMIO_DONE;
}
