/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The distributor as a cell sees it: its own SPIs, and identification.
 */
#include <arch/spinlock.h>
#include <jailhouse/io.h>

#include "gic_regs.h"
#include "gic_filter.h"

volatile u8 *gicd;
/* Protects read-modify-write sequences of distributor registers. */
static u32 gicd_lock;

/* Sorted. What is not here is RAZ/WI: also the groups, since all interrupts
 * are group 1, as with two security states. Bank 0 is in the redistributors. */
static const struct gic_group groups[] = {
	{ GICD_CTLR, 12, 1, GIC_READ_ONLY, 4 },     { GICD_ISENABLER, 0x80, 1, GIC_MASKED, 4 },
	{ GICD_ICENABLER, 0x80, 1, GIC_MASKED, 4 }, { GICD_ISPENDR, 0x80, 1, GIC_MASKED, 4 },
	{ GICD_ICPENDR, 0x80, 1, GIC_MASKED, 4 },   { GICD_ISACTIVER, 0x80, 1, GIC_MASKED, 4 },
	{ GICD_ICACTIVER, 0x80, 1, GIC_MASKED, 4 }, { GICD_IPRIORITYR, 0x400, 8, GIC_PRIORITY, 1 },
	{ GICD_ICFGR, 0x100, 2, GIC_FIELDS, 4 },    { GICD_ID_REGS, 0x30, 1, GIC_READ_ONLY, 4 },
};

/* GICD_IROUTERn, 64 bits each, also in halves. The target must be a CPU of the
 * cell; 1-of-N would reach all. */
static enum mmio_result irouter(struct cell *cell, struct mmio_access *a)
{
	u32 intid = (u32)(a->offset - GICD_IROUTER) / 8;
	volatile u8 *reg = gicd + (a->offset & ~7ULL);
	u64 value;

	if (!cell_owns_irq(cell, intid)) {
		a->value = 0;
		return MMIO_DONE;
	}
	value = io_read64(reg);
	if (!a->write) {
		a->value = a->size == 8 ? value : (u32)(value >> (a->offset & 4) * 8);
		return MMIO_DONE;
	}
	if (a->size == 8)
		value = a->value;
	else if (a->offset & 4)
		value = (u32)value | a->value << 32;
	else
		value = (value & ~0xffffffffULL) | a->value;
	{
		const struct cpu *cpu = cpu_by_mpidr(value);

		if ((value & GICD_IROUTER_IRM) || !cpu || !cell_owns_cpu(cell, cpu->id))
			return MMIO_REFUSED;
	}
	io_write64(reg, value);
	return MMIO_DONE;
}

/* GICD_SETSPI_NSR and GICD_CLRSPI_NSR: by number. */
static void setspi(const struct cell *cell, const struct mmio_access *a)
{
	if (a->write && cell_owns_irq(cell, a->value & 0x3ff))
		io_write32(gicd + a->offset, a->value & 0x3ff);
}

enum mmio_result gicd_access(struct cell *cell, u64 arg __unused_arg, struct mmio_access *a)
{
	const struct gic_group *group;
	u32 offset = a->offset & ~3u, shift = (a->offset & 3) * 8, mask, value;
	volatile u8 *reg = gicd + offset;

	if (a->offset & (a->size - 1))
		return MMIO_REFUSED;
	if (a->offset >= GICD_IROUTER && a->offset < GICD_IROUTER + 8 * NUM_INTIDS && a->size >= 4)
		return irouter(cell, a);
	if (offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR) {
		setspi(cell, a);
		a->value = 0;
		return MMIO_DONE;
	}
	group = gic_find_group(groups, ARRAY_SIZE(groups), offset);
	if (!group) {
		a->value = 0;
		return MMIO_DONE;
	}
	if (a->size > 4 || a->size < group->min_width)
		return MMIO_REFUSED;
	if (group->action == GIC_READ_ONLY) {
		if (!a->write)
			a->value = io_read32(reg);
		return MMIO_DONE;
	}

	mask = gic_owned_mask(group, offset, cell->irqs);
	if (!a->write) {
		value = mask ? io_read32(reg) & mask : 0;
		a->value = value >> shift;
		return MMIO_DONE;
	}
	if (a->size < 4)
		mask &= (u32)((BIT(a->size * 8) - 1) << shift);
	value = (u32)(a->value << shift);
	if (!mask)
		return MMIO_DONE;
	if (group->action == GIC_MASKED) {
		io_write32(reg, value & mask);
		return MMIO_DONE;
	}
	spin_lock(&gicd_lock);
	io_write32(reg, gic_merge(group, io_read32(reg), value, mask));
	spin_unlock(&gicd_lock);
	return MMIO_DONE;
}
