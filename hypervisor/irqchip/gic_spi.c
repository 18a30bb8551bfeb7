/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SPIs that change hands: what of their settings goes with them. Common to
 * GICv2 and GICv3; where they are routed to is not here.
 */
#include <arch/spinlock.h>
#include <hyp/printk.h>
#include <jailhouse/io.h>

#include "gic_regs.h"

/* What root had set for an SPI that a cell has now. */
static struct {
	u8 priority;
	u8 config;
} root_setting[NUM_INTIDS];

void gic_probe_priority(volatile u8 *reg, u64 mask)
{
	io_write8(reg, 0xff);
	gic_priority_bits = io_read8(reg) & (u8)mask;
}

static u8 irq_config(u32 intid)
{
	return io_read32(gicd + GICD_ICFGR + intid / 16 * 4) >> (intid % 16 * 2) & 3;
}

void gic_set_config(volatile u8 *reg, u32 intid, u32 config)
{
	u32 shift = intid % 16 * 2;

	spin_lock(&gicd_lock);
	io_write32(reg, (io_read32(reg) & ~(3u << shift)) | config << shift);
	spin_unlock(&gicd_lock);
}

static void set_irq(u32 intid, u8 priority, u8 config)
{
	io_write8(gicd + GICD_IPRIORITYR + intid, priority);
	gic_set_config(gicd + GICD_ICFGR + intid / 16 * 4, intid, config);
}

int gicd_check_irqs(const struct cell *cell)
{
	u32 count = gicd_num_irqs();

	for (u32 intid = count; intid < NUM_INTIDS; intid++)
		if (cell_owns_irq(cell, intid))
			return (int)reason(-EINVAL,
					   "interrupt %u (SPI %u) does not exist: the last of this "
					   "machine is %u (SPI %u)",
					   intid, intid - 32, count - 1, count - 33);
	return 0;
}

void gicd_hand_over(u32 intid, const struct cell *from, const struct cell *to)
{
	u32 word = intid / 32 * 4, bit = 1u << (intid % 32);

	io_write32(gicd + GICD_ICPENDR + word, bit);
	io_write32(gicd + GICD_ICACTIVER + word, bit);
	if (cell_is_root(from)) {
		root_setting[intid].priority = io_read8(gicd + GICD_IPRIORITYR + intid);
		root_setting[intid].config = irq_config(intid);
	}
	if (cell_is_root(to))
		set_irq(intid, root_setting[intid].priority, root_setting[intid].config);
	else
		set_irq(intid, GIC_DEFAULT_PRIORITY, 0);
}
