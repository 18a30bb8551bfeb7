/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of a GICv2's distributor that a GICv3 with affinity routing
 * does not have: targets and SGIs. Called by gic_dist.c.
 */
#include <arch/spinlock.h>
#include <jailhouse/io.h>

#include "gic_filter.h"
#include "gic_regs.h"

u32 gicv2_targets(const struct cell *cell)
{
	u32 targets = 0;

	for (u64 cpus = cell->cpus; cpus; cpus &= cpus - 1)
		targets |= gicv2_target_of[__builtin_ctzll(cpus) % GICV2_MAX_CPUS];
	return targets;
}

static enum mmio_result itargetsr(struct cell *cell, struct mmio_access *a)
{
	const struct gic_block block = { GIC_FIELDS, 8, 1 };
	u32 offset = a->offset & ~3u, shift = (a->offset & 3) * 8, value = (u32)(a->value << shift);
	u32 mask = gic_owned_mask(block, offset, cell->irqs), foreign;

	if (a->size > 4)
		return MMIO_REFUSED;
	if (!a->write) {
		a->value = (io_read32(gicd + offset) & mask) >> shift;
		return MMIO_DONE;
	}
	if (a->size < 4)
		mask &= (u32)((BIT(a->size * 8) - 1) << shift);
	/* Those of SGIs and PPIs are read only. */
	if (offset < GICD_ITARGETSR + 32 || !mask)
		return MMIO_DONE;
	spin_lock(&gicd_lock);
	foreign = value & mask & ~(gicv2_targets(cell) * 0x01010101u);
	if (!foreign)
		gicd_write_bytes(gicd + offset, value, mask);
	spin_unlock(&gicd_lock);
	return foreign ? MMIO_REFUSED : MMIO_DONE;
}

/* Targets outside the cell are dropped, the others are served. */
static void sgir(const struct cell *cell, u32 value)
{
	u32 allowed = gicv2_targets(cell), own = gicv2_target_of[this_cpu()->id], list;

	switch (value >> 24 & 3) {
	case 0: /* those in the list */
		list = value >> 16 & allowed;
		break;
	case 1: /* all others */
		list = allowed & ~own;
		break;
	case 2: /* the sender */
		list = own;
		break;
	default:
		list = 0;
	}
	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_VSGI);
	if (list)
		io_write32(gicd + GICD_SGIR, list << 16 | (value & 0xf));
}

enum mmio_result gicv2_register(struct cell *cell, struct mmio_access *a)
{
	u32 offset = (u32)a->offset;
	volatile u8 *reg = gicd + offset;

	if (offset < GICD_SGIR)
		return itargetsr(cell, a);
	/* SGIs that are pending on this very CPU. */
	if (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + 16) {
		if (a->size > 4)
			return MMIO_REFUSED;
		reg = gicd + (offset & ~3u);
		if (a->write)
			io_write32(reg, (u32)a->value << (offset & 3) * 8);
		else
			a->value = io_read32(reg) >> (offset & 3) * 8;
		return MMIO_DONE;
	}
	if (a->size != 4)
		return MMIO_REFUSED;
	if (offset == GICD_SGIR && a->write)
		sgir(cell, (u32)a->value);
	else if (offset >= GICV2_ID_REGS && !a->write)
		a->value = io_read32(reg);
	return MMIO_DONE;
}
