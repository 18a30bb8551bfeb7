/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A redistributor frame as a cell sees it: its own CPUs' SGIs and PPIs, but
 * for the kick; identification of all. LPIs, groups and power are closed.
 */
#include <jailhouse/io.h>

#include "gic_regs.h"
#include "gic_filter.h"

u32 kick_bit;

static const struct gic_group groups[] = {
	{ GICR_CTLR, 8, 1, GIC_READ_ONLY, 4 }, /* with IIDR */
	{ GICR_TYPER, 8, 1, GIC_READ_ONLY, 4 },        { GICR_ID_REGS, 0x30, 1, GIC_READ_ONLY, 4 },
	{ GICR_ISENABLER0, 4, 1, GIC_MASKED, 4 },      { GICR_ICENABLER0, 4, 1, GIC_MASKED, 4 },
	{ GICR_ISPENDR0, 4, 1, GIC_MASKED, 4 },        { GICR_ICPENDR0, 4, 1, GIC_MASKED, 4 },
	{ GICR_ISACTIVER0, 4, 1, GIC_MASKED, 4 },      { GICR_ICACTIVER0, 4, 1, GIC_MASKED, 4 },
	{ GICR_IPRIORITYR, 0x20, 8, GIC_PRIORITY, 1 }, { GICR_ICFGR, 8, 2, GIC_FIELDS, 4 },
};

/* Last is forced onto the frame of the machine's highest CPU, so that a scan
 * ends where the cell's window does. */
static u64 typer(const struct cpu *cpu)
{
	u64 value = io_read64((volatile u8 *)cpu->gicr + GICR_TYPER);

	value &= ~GICR_TYPER_LAST;
	return cpu->id == cpu_count() - 1 ? value | GICR_TYPER_LAST : value;
}

static bool readable_by_all(const struct gic_group *group, u32 offset)
{
	return group->action == GIC_READ_ONLY && offset != GICR_CTLR;
}

static u32 read_only(const struct cpu *cpu, u32 offset)
{
	if (offset == GICR_TYPER)
		return (u32)typer(cpu);
	if (offset == GICR_TYPER + 4)
		return (u32)(typer(cpu) >> 32);
	return io_read32((volatile u8 *)cpu->gicr + offset);
}

enum mmio_result gicr_access(struct cell *cell, u64 arg, struct mmio_access *a)
{
	const struct cpu *cpu = cpu_get((u32)arg);
	u32 offset = a->offset & ~3u, shift = (a->offset & 3) * 8, mask, value;
	volatile u8 *reg = (volatile u8 *)cpu->gicr + offset;
	const struct gic_group *group;
	u32 own = ~kick_bit;

	if (a->offset & (a->size - 1))
		return MMIO_REFUSED;
	if (a->offset == GICR_TYPER && a->size == 8) {
		a->value = typer(cpu);
		return MMIO_DONE;
	}
	group = gic_find_group(groups, ARRAY_SIZE(groups), offset);
	if (!group || (!cell_owns_cpu(cell, cpu->id) && !readable_by_all(group, offset))) {
		a->value = 0;
		return MMIO_DONE;
	}
	if (a->size > 4 || a->size < group->min_width)
		return MMIO_REFUSED;
	if (group->action == GIC_READ_ONLY) {
		if (!a->write)
			a->value = read_only(cpu, offset);
		return MMIO_DONE;
	}

	mask = gic_owned_mask(group, offset, &own);
	if (!a->write) {
		a->value = (io_read32(reg) & mask) >> shift;
		return MMIO_DONE;
	}
	if (a->size < 4)
		mask &= (u32)((BIT(a->size * 8) - 1) << shift);
	value = (u32)(a->value << shift);
	/* Only CPUs of one cell write here: what they race for is theirs. */
	if (group->action == GIC_MASKED)
		io_write32(reg, value & mask);
	else
		io_write32(reg, gic_merge(group, io_read32(reg), value, mask));
	return MMIO_DONE;
}
