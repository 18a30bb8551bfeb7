/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The distributor as a cell sees it: its own SPIs, and identification.
 */
#include <arch/barrier.h>
#include <arch/spinlock.h>
#include <hyp/irqchip.h>
#include <jailhouse/io.h>

#include "gic_regs.h"
#include "gic_filter.h"

volatile u8 *gicd;
u32 gicd_lock;
u8 gic_priority_bits;

/* What is not here is RAZ/WI: also the groups, since all interrupts are group
 * 1, as with two security states. Bank 0 of a GICv3 is in the redistributors:
 * no cell owns it here. In a GICv2 all do, each CPU has its own. */
static const struct gic_block blocks[GIC_NUM_BLOCKS] = {
	[GICD_ISENABLER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICENABLER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ISPENDR >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICPENDR >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ISACTIVER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_ICACTIVER >> GIC_BLOCK_SHIFT] = { GIC_MASKED, 1, 4 },
	[GICD_IPRIORITYR >> GIC_BLOCK_SHIFT...(GICD_IPRIORITYR + 0x3ff) >>
		GIC_BLOCK_SHIFT] = { GIC_PRIORITY, 8, 1 },
	[GICD_ICFGR >> GIC_BLOCK_SHIFT...(GICD_ICFGR + 0xff) >>
		GIC_BLOCK_SHIFT] = { GIC_FIELDS, 2, 4 },
	[GICD_ITARGETSR >> GIC_BLOCK_SHIFT...(GICD_ITARGETSR + 0x3ff) >>
		GIC_BLOCK_SHIFT] = { .action = GIC_V2_ONLY },
	[GICD_SGIR >> GIC_BLOCK_SHIFT... GICV2_ID_REGS >>
		GIC_BLOCK_SHIFT] = { .action = GIC_V2_ONLY },
};

u32 gicd_num_irqs(void)
{
	/* GICD_TYPER.ITLinesNumber: 32 * (N + 1) INTIDs. */
	return MIN(((io_read32(gicd + GICD_TYPER) & 0x1f) + 1) * 32, 1020u);
}

void irq_set_pending(u32 intid)
{
	/* Data before the interrupt; its partner is the receiver's acknowledge. */
	dsb_ish();
	io_write32(gicd + GICD_ISPENDR + intid / 32 * 4, 1u << (intid % 32));
}

void gicd_write_bytes(volatile u8 *reg, u32 value, u32 mask)
{
	for (u32 i = 0; i < 4; i++)
		if (mask >> i * 8 & 0xff)
			io_write8(reg + i, (u8)(value >> i * 8));
}

/* Under the lock, so that no CPU leaves the cell between check and write. */
static bool set_route(const struct cell *cell, volatile u8 *reg, u64 route)
{
	const struct cpu *cpu = cpu_by_mpidr(route);
	bool allowed;

	spin_lock(&gicd_lock);
	allowed = !(route & GICD_IROUTER_IRM) && cpu && cell_owns_cpu(cell, cpu->id);
	if (allowed)
		io_write64(reg, route);
	spin_unlock(&gicd_lock);
	return allowed;
}

/* GICD_IROUTERn, 64 bits each, also in halves. The target must be a CPU of the
 * cell; 1-of-N would reach all. */
static enum mmio_result irouter(struct cell *cell, struct mmio_access *a)
{
	u32 intid = (u32)(a->offset - GICD_IROUTER) / 8;
	volatile u8 *reg = gicd + (a->offset & ~7ULL);
	u64 value;

	if (!cell_owns_irq(cell, intid))
		return MMIO_DONE;
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
	return set_route(cell, reg, value) ? MMIO_DONE : MMIO_REFUSED;
}

/* GICD_SETSPI_NSR and GICD_CLRSPI_NSR: by number. */
static void setspi(const struct cell *cell, const struct mmio_access *a)
{
	if (a->write && cell_owns_irq(cell, a->value & 0x3ff))
		io_write32(gicd + a->offset, a->value & 0x3ff);
}

/* Control, identification, and registers that name their interrupt. */
static enum mmio_result other_register(struct cell *cell, u64 v2, struct mmio_access *a)
{
	u32 offset = (u32)a->offset;

	/* A GICv2's end in its one page; what the window has beyond is not mapped. */
	if (!a->write && (offset <= GICD_IIDR + 3 || (!v2 && offset >= GICD_ID_REGS))) {
		if (a->size != 4)
			return MMIO_REFUSED;
		a->value = io_read32(gicd + offset);
	} else if (v2) {
		return MMIO_DONE;
	} else if (offset >= GICD_IROUTER && offset < GICD_IROUTER + 8 * NUM_INTIDS &&
		   a->size >= 4) {
		return irouter(cell, a);
	} else if (offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR) {
		setspi(cell, a);
	}
	return MMIO_DONE;
}

enum mmio_result gicd_access(struct cell *cell, u64 v2, struct mmio_access *a)
{
	u32 offset = a->offset & ~3u, shift = (a->offset & 3) * 8, mask, value;
	volatile u8 *reg = gicd + offset;
	struct gic_block block;

	if ((u32)a->offset & (a->size - 1))
		return MMIO_REFUSED;
	value = (u32)(a->value << shift);
	if (offset < GICD_IGROUPR || offset >> GIC_BLOCK_SHIFT >= GIC_NUM_BLOCKS)
		return other_register(cell, v2, a);
	block = blocks[offset >> GIC_BLOCK_SHIFT];
	if (block.action <= GIC_V2_ONLY)
		return block.action && v2 ? gicv2_register(cell, a) : MMIO_DONE;
	if (a->size > 4 || a->size < block.min_width)
		return MMIO_REFUSED;

	mask = gic_owned_mask(block, offset, cell->irqs);
	if (!mask)
		return MMIO_DONE;
	if (!a->write) {
		a->value = (io_read32(reg) & mask) >> shift;
		return MMIO_DONE;
	}
	if (a->size < 4)
		mask &= (u32)((BIT(a->size * 8) - 1) << shift);
	switch (block.action) {
	case GIC_MASKED:
		io_write32(reg, value & mask);
		break;
	case GIC_PRIORITY:
		gicd_write_bytes(reg, gic_merge(block, 0, value, mask, gic_priority_bits), mask);
		break;
	default:
		/* Of SGIs and PPIs it is fixed, as in a GIC-400; see decision 13. */
		if (offset < GICD_ICFGR + 8)
			break;
		spin_lock(&gicd_lock);
		io_write32(reg, gic_merge(block, io_read32(reg), value, mask, 0));
		spin_unlock(&gicd_lock);
	}
	return MMIO_DONE;
}
