/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of a GICv3's registers (Arm IHI 0069, chapter 12): set and clear
 * pairs, widths, one security state. Interrupts are never delivered.
 */
#include "fake.h"

#include "../irqchip/gic_regs.h"

#include <string.h>

struct fake_gic fake_gic;
bool fake_gic_hangs;
u32 fake_gic_affinity[8];
u8 fake_gic_priority_mask;
u32 fake_gic_typer;

static u32 num_frames;

/* Set and clear registers: what a write does to the state behind both. */
static bool set_clear(u32 *state, u32 set_offset, u32 clear_offset, u64 offset, u32 bytes,
		      u64 value)
{
	if (offset >= set_offset && offset < set_offset + 0x80u)
		state[(offset - set_offset) / 4] |= (u32)value;
	else if (offset >= clear_offset && offset < clear_offset + 0x80u)
		state[(offset - clear_offset) / 4] &= ~(u32)value;
	else
		return false;
	assert_int_equal(bytes, 4);
	return true;
}

static const u32 *banked(u64 offset, u32 set_offset, u32 clear_offset, const u32 *state)
{
	if (offset >= set_offset && offset < set_offset + 0x80u)
		return state + (offset - set_offset) / 4;
	if (offset >= clear_offset && offset < clear_offset + 0x80u)
		return state + (offset - clear_offset) / 4;
	return NULL;
}

static u64 read_bytes(const void *at, u32 bytes)
{
	u64 value = 0;

	memcpy(&value, at, bytes);
	return value;
}

static u64 gicd_read(u64 offset, u32 bytes)
{
	const struct fake_gic *g = &fake_gic;
	const u32 *word = NULL;

	if (offset >= GICD_IROUTER && offset < GICD_IROUTER + 8 * 1024) {
		assert_true(bytes >= 4);
		return read_bytes((const u8 *)g->router + (offset - GICD_IROUTER), bytes);
	}
	if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 1024) {
		assert_true(bytes == 1 || bytes == 4);
		return read_bytes(g->priority + (offset - GICD_IPRIORITYR), bytes);
	}
	assert_int_equal(bytes, 4);
	if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 0x100)
		return g->config[(offset - GICD_ICFGR) / 4];
	if (offset >= GICD_IGROUPR && offset < GICD_IGROUPR + 0x80)
		return g->group[(offset - GICD_IGROUPR) / 4];
	word = word ? word : banked(offset, GICD_ISENABLER, GICD_ICENABLER, g->enabled);
	word = word ? word : banked(offset, GICD_ISPENDR, GICD_ICPENDR, g->pending);
	word = word ? word : banked(offset, GICD_ISACTIVER, GICD_ICACTIVER, g->active);
	if (word)
		return *word;
	switch (offset) {
	case GICD_CTLR:
		if (fake_gic_hangs)
			return g->ctlr | GICD_CTLR_RWP;
		if (g->rwp_polls) {
			fake_gic.rwp_polls--;
			return g->ctlr | GICD_CTLR_RWP;
		}
		return g->ctlr;
	case GICD_TYPER:
		return fake_gic_typer;
	case GICD_IIDR:
		return 0x43b;
	case GICD_PIDR2:
		return 0x3b;
	default:
		return 0;
	}
}

static void gicd_write(u64 offset, u32 bytes, u64 value)
{
	struct fake_gic *g = &fake_gic;

	if (offset >= GICD_IROUTER && offset < GICD_IROUTER + 8 * 1024) {
		assert_true(bytes >= 4);
		memcpy((u8 *)g->router + (offset - GICD_IROUTER), &value, bytes);
	} else if (offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + 1024) {
		assert_true(bytes == 1 || bytes == 4);
		value &= fake_gic_priority_mask * 0x01010101u;
		memcpy(g->priority + (offset - GICD_IPRIORITYR), &value, bytes);
	} else if (set_clear(g->enabled, GICD_ISENABLER, GICD_ICENABLER, offset, bytes, value) ||
		   set_clear(g->pending, GICD_ISPENDR, GICD_ICPENDR, offset, bytes, value) ||
		   set_clear(g->active, GICD_ISACTIVER, GICD_ICACTIVER, offset, bytes, value)) {
		/* Disabling takes effect when RWP says so. */
		if (offset >= GICD_ICENABLER && offset < GICD_ICENABLER + 0x80)
			g->rwp_polls = 2;
	} else {
		assert_int_equal(bytes, 4);
		if (offset >= GICD_ICFGR && offset < GICD_ICFGR + 0x100)
			g->config[(offset - GICD_ICFGR) / 4] = (u32)value;
		else if (offset >= GICD_IGROUPR && offset < GICD_IGROUPR + 0x80)
			g->group[(offset - GICD_IGROUPR) / 4] = (u32)value;
		else if (offset == GICD_CTLR)
			g->ctlr = (u32)value;
		else if (offset == GICD_SETSPI_NSR)
			g->setspi = (u32)value;
		else if (offset == GICD_CLRSPI_NSR)
			g->clrspi = (u32)value;
		else
			fail_msg("EL2 writes GICD + 0x%llx", offset);
	}
}

static u64 frame_typer(u32 n)
{
	/* Affinity n, processor number n, Last on the last frame that exists. */
	return (u64)fake_gic_affinity[n] << 32 | (u64)n << 8 |
	       (n == num_frames - 1 ? GICR_TYPER_LAST : 0);
}

static u64 gicr_read(u64 address, u32 bytes)
{
	u32 n = (u32)(address / GICR_FRAME_SIZE);
	u64 offset = address % GICR_FRAME_SIZE;
	const u32 *word = NULL;

	if (offset >= GICR_IPRIORITYR && offset < GICR_IPRIORITYR + 32) {
		assert_true(bytes == 1 || bytes == 4);
		return read_bytes(fake_gic.rd[n].priority + (offset - GICR_IPRIORITYR), bytes);
	}
	if (offset == GICR_TYPER && bytes == 8)
		return frame_typer(n);
	assert_int_equal(bytes, 4);
	if (offset == GICR_ISENABLER0 || offset == GICR_ICENABLER0)
		word = &fake_gic.rd[n].enabled;
	else if (offset == GICR_ISPENDR0 || offset == GICR_ICPENDR0)
		word = &fake_gic.rd[n].pending;
	else if (offset == GICR_ISACTIVER0 || offset == GICR_ICACTIVER0)
		word = &fake_gic.rd[n].active;
	else if (offset == GICR_IGROUPR0)
		word = &fake_gic.rd[n].group;
	else if (offset == GICR_ICFGR || offset == GICR_ICFGR + 4)
		word = &fake_gic.rd[n].config[(offset - GICR_ICFGR) / 4];
	else if (offset == GICR_CTLR)
		word = &fake_gic.rd[n].ctlr;
	else if (offset == GICR_WAKER)
		word = &fake_gic.rd[n].waker;
	if (word)
		return *word;
	if (offset == GICR_TYPER || offset == GICR_TYPER + 4)
		return (u32)(frame_typer(n) >> (offset - GICR_TYPER) * 8);
	return offset == GICR_IIDR ? 0x43b : offset == GICR_ID_REGS + 0x18 ? 0x3b : 0;
}

static void gicr_write(u64 address, u32 bytes, u64 value)
{
	u32 n = (u32)(address / GICR_FRAME_SIZE), v = (u32)value;
	u64 offset = address % GICR_FRAME_SIZE;

	if (offset >= GICR_IPRIORITYR && offset < GICR_IPRIORITYR + 32) {
		assert_true(bytes == 1 || bytes == 4);
		value &= fake_gic_priority_mask * 0x01010101u;
		memcpy(fake_gic.rd[n].priority + (offset - GICR_IPRIORITYR), &value, bytes);
		return;
	}
	assert_int_equal(bytes, 4);
	switch (offset) {
	case GICR_ISENABLER0:
		fake_gic.rd[n].enabled |= v;
		break;
	case GICR_ICENABLER0:
		fake_gic.rd[n].enabled &= ~v;
		break;
	case GICR_ISPENDR0:
		fake_gic.rd[n].pending |= v;
		break;
	case GICR_ICPENDR0:
		fake_gic.rd[n].pending &= ~v;
		break;
	case GICR_ISACTIVER0:
		fake_gic.rd[n].active |= v;
		break;
	case GICR_ICACTIVER0:
		fake_gic.rd[n].active &= ~v;
		break;
	case GICR_IGROUPR0:
		fake_gic.rd[n].group = v;
		break;
	case GICR_ICFGR:
	case GICR_ICFGR + 4:
		fake_gic.rd[n].config[(offset - GICR_ICFGR) / 4] = v;
		break;
	default:
		fail_msg("EL2 writes GICR %u + 0x%llx", n, offset);
	}
}

void fake_frames_reset(void);
void fake_gic_init(u32 cpus)
{
	fake_frames_reset();
	for (u32 n = 0; n < ARRAY_SIZE(fake_gic_affinity); n++)
		fake_gic_affinity[n] = n;
	struct fake_gic *g = &fake_gic;

	assert_true(cpus <= ARRAY_SIZE(g->rd));
	memset(g, 0, sizeof(*g));
	num_frames = cpus;
	fake_gic_priority_mask = 0xf8;
	fake_gic_typer = 0x7a0008;
	/* As Linux leaves it: group 1 everywhere, priority 0xa0, SPIs to CPU 0. */
	g->ctlr = GICD_CTLR_ARE_NS | GICD_CTLR_DS | 2;
	memset(g->group, 0xff, sizeof(g->group));
	memset(g->priority, 0xa0, sizeof(g->priority));
	for (u32 n = 0; n < cpus; n++) {
		g->rd[n].group = ~0u;
		g->rd[n].enabled = 0x0800ffff;
		memset(g->rd[n].priority, 0xa0, 32);
	}
	fake_bus_add(FAKE_GICD_BASE, GICD_SIZE, gicd_read, gicd_write);
	fake_bus_add(FAKE_GICR_BASE, cpus * (u64)GICR_FRAME_SIZE, gicr_read, gicr_write);
}
