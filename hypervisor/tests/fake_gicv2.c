/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of a GICv2's registers (Arm IHI 0048, chapter 4), as the non-secure
 * world sees them: bank 0 and the CPU interface are those of the CPU that
 * executes. Interrupts are never delivered; whether one would end a WFI can be
 * asked.
 */
#include "fake.h"

#include "../irqchip/gic_regs.h"

#include <string.h>

struct fake_gicv2 fake_gicv2;

static struct fake_gicv2 *const g = &fake_gicv2;

static u32 *bits_of(u64 offset, bool *clears)
{
	static const struct {
		u32 set, clear;
		u32 *spis;
		size_t bank;
	} kinds[] = {
		{ GICD_ISENABLER, GICD_ICENABLER, fake_gicv2.enabled,
		  offsetof(struct fake_gicv2_bank, enabled) },
		{ GICD_ISPENDR, GICD_ICPENDR, fake_gicv2.pending,
		  offsetof(struct fake_gicv2_bank, pending) },
		{ GICD_ISACTIVER, GICD_ICACTIVER, fake_gicv2.active,
		  offsetof(struct fake_gicv2_bank, active) },
	};

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		for (u32 second = 0; second < 2; second++) {
			u32 first = second ? kinds[i].clear : kinds[i].set;

			if (offset < first || offset >= first + 0x80u)
				continue;
			*clears = second;
			if (offset == first)
				return (u32 *)((u8 *)&g->bank[this_cpu()->id] + kinds[i].bank);
			return kinds[i].spis + (offset - first) / 4;
		}
	return NULL;
}

/* Interrupts of the secure world read as zero and ignore writes. */
static u32 ours(u64 offset)
{
	return ~g->secure[offset % 0x80 / 4];
}

static u8 *byte_field(u64 offset)
{
	if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 32)
		return g->bank[this_cpu()->id].priority + (offset - GICD_IPRIORITYR);
	if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 1024)
		return g->priority + (offset - GICD_IPRIORITYR);
	if (offset >= GICD_ITARGETSR && offset < GICD_ITARGETSR + 1024)
		return g->target + (offset - GICD_ITARGETSR);
	if (offset >= GICD_CPENDSGIR && offset < GICD_CPENDSGIR + 16)
		return g->bank[this_cpu()->id].sgi_sources + (offset - GICD_CPENDSGIR);
	if (offset >= GICD_SPENDSGIR && offset < GICD_SPENDSGIR + 16)
		return g->bank[this_cpu()->id].sgi_sources + (offset - GICD_SPENDSGIR);
	return NULL;
}

static bool is_secure(u64 offset)
{
	u32 intid = offset % 0x400;

	return offset < GICD_SGIR && g->secure[intid / 32] >> (intid % 32) & 1;
}

static u8 own_target(void)
{
	return g->num_cpus > 1 ? g->bank[this_cpu()->id].target : 0;
}

static u64 gicd_read(u64 offset, u32 bytes)
{
	bool clears;
	u64 value = 0;

	if (byte_field(offset)) {
		assert_true(bytes == 1 || bytes == 4);
		for (u32 i = 0; i < bytes; i++) {
			bool private = offset >= GICD_ITARGETSR && offset < GICD_ITARGETSR + 32;
			u8 byte = is_secure(offset + i) ? 0 :
				  private               ? own_target() :
							  *byte_field(offset + i);

			value |= (u64)byte << 8 * i;
		}
		return value;
	}
	assert_int_equal(bytes, 4);
	if (bits_of(offset, &clears))
		return *bits_of(offset, &clears) & ours(offset);
	if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 8)
		return g->bank[this_cpu()->id].config[(offset - GICD_ICFGR) / 4];
	if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 0x100)
		return g->config[(offset - GICD_ICFGR) / 4];
	switch (offset) {
	case GICD_CTLR:
		return g->ctlr;
	case GICD_TYPER:
		return (g->num_cpus - 1) << 5 | (g->num_irqs / 32 - 1);
	case GICD_IIDR:
		return 0x43b;
	case GICV2_PIDR2:
		return g->pidr2;
	default:
		return 0;
	}
}

static void write_byte(u64 offset, u8 value)
{
	if (is_secure(offset) || (offset >= GICD_ITARGETSR && offset < GICD_ITARGETSR + 32))
		return;
	if (offset >= GICD_SPENDSGIR)
		*byte_field(offset) |= value;
	else if (offset >= GICD_CPENDSGIR)
		*byte_field(offset) &= (u8)~value;
	else if (offset >= GICD_ITARGETSR)
		*byte_field(offset) = value & (u8)(BIT(g->num_cpus) - 1);
	else
		*byte_field(offset) = value & g->priority_mask;
}

static void gicd_write(u64 offset, u32 bytes, u64 value)
{
	bool clears;
	u32 *bits;

	if (byte_field(offset)) {
		assert_true(bytes == 1 || bytes == 4);
		for (u32 i = 0; i < bytes; i++)
			write_byte(offset + i, (u8)(value >> 8 * i));
		return;
	}
	assert_int_equal(bytes, 4);
	bits = bits_of(offset, &clears);
	if (bits)
		*bits = clears ? *bits & ~((u32)value & ours(offset)) :
				 *bits | ((u32)value & ours(offset));
	else if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 8)
		g->bank[this_cpu()->id].config[(offset - GICD_ICFGR) / 4] = (u32)value;
	else if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 0x100)
		g->config[(offset - GICD_ICFGR) / 4] = (u32)value;
	else if (offset == GICD_SGIR)
		g->sgir = (u32)value, g->sgis++;
	else
		fail_msg("EL2 writes GICD + 0x%llx", offset);
}

static u32 *gicc_register(u64 offset)
{
	struct fake_gicv2_bank *bank = &g->bank[this_cpu()->id];

	if (offset >= GICC_APR && offset < GICC_APR + 4 * ARRAY_SIZE(bank->apr))
		return bank->apr + (offset - GICC_APR) / 4;
	return offset == GICC_CTLR ? &bank->ctlr :
	       offset == GICC_PMR  ? &bank->pmr :
	       offset == GICC_BPR  ? &bank->bpr :
	       offset == GICC_DIR  ? &bank->dir :
				     NULL;
}

static u64 gicc_read(u64 offset, u32 bytes)
{
	assert_int_equal(bytes, 4);
	if (offset == GICC_IIDR)
		return g->iidr;
	if (!gicc_register(offset) || offset == GICC_DIR)
		fail_msg("EL2 reads GICC + 0x%llx", offset);
	return *gicc_register(offset);
}

static void gicc_write(u64 offset, u32 bytes, u64 value)
{
	assert_int_equal(bytes, 4);
	if (!gicc_register(offset))
		fail_msg("EL2 writes GICC + 0x%llx", offset);
	*gicc_register(offset) = (u32)value & (offset == GICC_PMR ? g->priority_mask : ~0u);
	if (offset == GICC_DIR)
		g->dirs++;
}

bool fake_gicv2_wakes(u32 cpu, u32 intid)
{
	const struct fake_gicv2_bank *bank = &g->bank[cpu];
	u32 word = intid / 32, bit = 1u << intid % 32;

	for (u32 i = 0; i < ARRAY_SIZE(bank->apr); i++)
		if (bank->apr[i])
			return false;
	return (g->enabled[word] & g->pending[word] & ~g->active[word] & bit) &&
	       (g->target[intid] & bank->target) && (bank->ctlr & GICC_CTLR_ENABLE) &&
	       bank->bpr == 0 && g->priority[intid] < bank->pmr;
}

void fake_gicv2_forget(void);

void fake_gicv2_init(u32 cpus)
{
	fake_gicv2_forget();
	memset(g, 0, sizeof(*g));
	g->num_cpus = cpus;
	g->num_irqs = 288;
	g->pidr2 = 0x2b;
	g->iidr = 0x0202143b;
	g->priority_mask = 0xf8;
	g->ctlr = 1;
	/* As Linux leaves it: priority 0xa0, SPIs to CPU 0. */
	memset(g->priority, 0xa0, sizeof(g->priority));
	memset(g->target, 1, sizeof(g->target));
	for (u32 n = 0; n < ARRAY_SIZE(g->bank); n++) {
		g->bank[n].enabled = 0x0800ffff;
		g->bank[n].ctlr = GICC_CTLR_ENABLE | 0x60 | BIT(9);
		g->bank[n].pmr = 0xf0;
		g->bank[n].target = (u8)(1 << (n ^ 1));
		memset(g->bank[n].priority, 0xa0, 32);
	}
	fake_bus_add(FAKE_GICD_BASE, GICV2_GICD_SIZE, gicd_read, gicd_write);
	fake_bus_add(FAKE_GICC_BASE, GICC_SIZE, gicc_read, gicc_write);
}
