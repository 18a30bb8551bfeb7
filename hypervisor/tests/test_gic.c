/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt controller as cells see it: every register group of distributor
 * and redistributors, at every width and offset, for own and foreign interrupts
 * and CPUs; and what gicv3.c does to interrupts and CPU interfaces that change
 * hands. fake_gic.c keeps the registers, and fails on what the hardware has not.
 */
#include "fake.h"

#include <arch/sysregs.h>

#include <string.h>

#include "../irqchip/gic_filter.h"
#include "../irqchip/gic_regs.h"

#define GICD_END  0x10000u
/* A cell with CPUs 2 and 3 and these SPIs. */
#define SPI       40
#define HIGH_SPI  287
#define OTHER_SPI 41

static struct fake_config config;
static struct cell *cell;

static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	fake_cpu_offline(2);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.cpus[0] = 1 << 2 | 1 << 3;
	fake_config_irq(&config, HIGH_SPI);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cell = cell_find(1);
	fake_events_clear();
	return 0;
}

static enum mmio_result access(struct cell *by, u64 pa, u32 size, bool write, u64 *value)
{
	const struct mmio_window *w = mmio_find(&by->mmio, pa);
	struct mmio_access a = { .size = (u8)size, .write = write };
	enum mmio_result result;

	assert_non_null(w);
	a.offset = pa - w->range.base;
	a.value = write ? *value : 0;
	result = w->handler(by, w->arg, &a);
	/* As a load does; bits beyond the access do not count. */
	if (!write)
		*value = size < 8 ? a.value & (BIT(8 * size) - 1) : a.value;
	return result;
}

/* Accesses that must succeed. */
static u64 read_by(struct cell *by, u64 pa, u32 size)
{
	u64 value;

	assert_int_equal(access(by, pa, size, false, &value), MMIO_DONE);
	return value;
}

static void write_by(struct cell *by, u64 pa, u32 size, u64 value)
{
	assert_int_equal(access(by, pa, size, true, &value), MMIO_DONE);
}

static u64 gicd_reg(u32 offset)
{
	return FAKE_GICD_BASE + offset;
}

static u64 gicr_reg(u32 cpu, u32 offset)
{
	return FAKE_GICR_BASE + cpu * (u64)GICR_FRAME_SIZE + offset;
}

static bool owned(u32 intid)
{
	return intid == SPI || intid == HIGH_SPI;
}

/* --- distributor: one bit an interrupt --------------------------------------------------------------- */

static const struct {
	u32 set, clear;
	u32 *state;
} pairs[] = {
	{ GICD_ISENABLER, GICD_ICENABLER, fake_gic.enabled },
	{ GICD_ISPENDR, GICD_ICPENDR, fake_gic.pending },
	{ GICD_ISACTIVER, GICD_ICACTIVER, fake_gic.active },
};

static void test_bits_own_only(void **state)
{
	(void)state;
	for (u32 p = 0; p < ARRAY_SIZE(pairs); p++)
		for (u32 word = 0; word < 32; word++) {
			u32 mine = 0;

			for (u32 bit = 0; bit < 32; bit++)
				mine |= owned(word * 32 + bit) ? 1u << bit : 0;
			/* Set: own bits only appear. */
			pairs[p].state[word] = 0;
			write_by(cell, gicd_reg(pairs[p].set + word * 4), 4, ~0u);
			assert_int_equal(pairs[p].state[word], mine);
			/* Seen: own bits only, through both registers. */
			pairs[p].state[word] = ~0u;
			assert_int_equal(read_by(cell, gicd_reg(pairs[p].set + word * 4), 4), mine);
			assert_int_equal(read_by(cell, gicd_reg(pairs[p].clear + word * 4), 4),
					 mine);
			/* Cleared: own bits only. */
			write_by(cell, gicd_reg(pairs[p].clear + word * 4), 4, ~0u);
			assert_int_equal(pairs[p].state[word], ~mine);
			/* Zeroes change nothing. */
			write_by(cell, gicd_reg(pairs[p].set + word * 4), 4, 0);
			write_by(cell, gicd_reg(pairs[p].clear + word * 4), 4, 0);
			assert_int_equal(pairs[p].state[word], ~mine);
		}
}

/* SGIs and PPIs are not in the distributor, whatever a config says. */
static void test_bank_0(void **state)
{
	struct fake_gic before = fake_gic;

	(void)state;
	cell->irqs[0] = 0;
	for (u32 p = 0; p < ARRAY_SIZE(pairs); p++) {
		write_by(cell, gicd_reg(pairs[p].set), 4, ~0u);
		write_by(cell, gicd_reg(pairs[p].clear), 4, ~0u);
		write_by(&root_cell, gicd_reg(pairs[p].set), 4, ~0u);
	}
	assert_memory_equal(&before, &fake_gic, sizeof(before));
}

/* What belongs to a cell is not root's any more, and the other way round. */
static void test_root_too(void **state)
{
	(void)state;
	fake_gic.enabled[1] = 0;
	write_by(&root_cell, gicd_reg(GICD_ISENABLER + 4), 4, ~0u);
	assert_int_equal(fake_gic.enabled[1], ~(1u << (SPI - 32)));
	write_by(cell, gicd_reg(GICD_ISENABLER + 4), 4, ~0u);
	assert_int_equal(fake_gic.enabled[1], ~0u);
	write_by(&root_cell, gicd_reg(GICD_ICENABLER + 4), 4, ~0u);
	assert_int_equal(fake_gic.enabled[1], 1u << (SPI - 32));
}

/* Other widths than 32 bits are refused, and change nothing. */
static void test_bit_widths(void **state)
{
	(void)state;
	for (u32 p = 0; p < ARRAY_SIZE(pairs); p++)
		for (u32 size = 1; size <= 8; size *= 2) {
			u64 value = ~0ULL;

			if (size == 4)
				continue;
			pairs[p].state[1] = 0;
			assert_int_equal(access(cell, gicd_reg(pairs[p].set + (size == 8 ? 0 : 4)),
						size, true, &value),
					 MMIO_REFUSED);
			assert_int_equal(pairs[p].state[1], 0);
		}
}

/* --- distributor: fields ------------------------------------------------------------------------------ */

static void test_config_fields(void **state)
{
	(void)state;
	for (u32 word = 0; word < 64; word++) {
		u32 mine = 0;

		for (u32 i = 0; i < 16; i++)
			mine |= owned(word * 16 + i) ? 3u << (2 * i) : 0;
		fake_gic.config[word] = 0x55555555;
		write_by(cell, gicd_reg(GICD_ICFGR + word * 4), 4, 0xaaaaaaaa);
		assert_int_equal(fake_gic.config[word], (0x55555555 & ~mine) | (0xaaaaaaaa & mine));
		fake_gic.config[word] = ~0u;
		assert_int_equal(read_by(cell, gicd_reg(GICD_ICFGR + word * 4), 4), mine);
	}
}

static void test_priorities(void **state)
{
	(void)state;
	for (u32 size = 1; size <= 4; size *= 2)
		for (u32 intid = 0; intid < 1024; intid += size) {
			u8 expected[4];

			memset(fake_gic.priority, 0x50, sizeof(fake_gic.priority));
			write_by(cell, gicd_reg(GICD_IPRIORITYR + intid), size, 0xc0b0a090);
			for (u32 i = 0; i < size; i++)
				expected[i] = owned(intid + i) ? (u8)(0xc0b0a090 >> (8 * i)) : 0x50;
			assert_memory_equal(fake_gic.priority + intid, expected, size);
			for (u32 i = 0; i < 1024; i++)
				if (i - intid >= size)
					assert_int_equal(fake_gic.priority[i], 0x50);
			memset(fake_gic.priority, 0xff, sizeof(fake_gic.priority));
			for (u32 i = 0; i < size; i++)
				expected[i] = owned(intid + i) ? 0xff : 0;
			assert_int_equal(read_by(cell, gicd_reg(GICD_IPRIORITYR + intid), size),
					 (u64)expected[0] | (size > 1 ? expected[1] << 8 : 0) |
						 (size > 2 ? (u64)expected[2] << 16 |
								     (u64)expected[3] << 24 :
							     0));
		}
}

/* 0 to 7 is the kick's alone; on hardware with fewer bits, too. */
static void test_priority_is_clamped(void **state)
{
	(void)state;
	for (u32 value = 0; value < 256; value++) {
		u32 expected = value < 8 ? 8 : value & 0xf8;

		write_by(cell, gicd_reg(GICD_IPRIORITYR + SPI), 1, value);
		assert_int_equal(fake_gic.priority[SPI], expected);
		write_by(cell, gicd_reg(GICD_IPRIORITYR + SPI), 4, value);
		assert_int_equal(fake_gic.priority[SPI], expected);
		write_by(&root_cell, gicd_reg(GICD_IPRIORITYR + OTHER_SPI), 1, value);
		assert_int_equal(fake_gic.priority[OTHER_SPI], expected);
	}
	/* A foreign field stays what it is, even 0. */
	fake_gic.priority[OTHER_SPI] = 0;
	write_by(cell, gicd_reg(GICD_IPRIORITYR + SPI), 4, 0x40404040);
	assert_int_equal(fake_gic.priority[OTHER_SPI], 0);
	assert_int_equal(fake_gic.priority[SPI], 0x40);
}

/* --- distributor: routes ------------------------------------------------------------------------------ */

static void test_routes(void **state)
{
	static const struct {
		u64 route;
		bool good;
	} cases[] = {
		{ 2, true },
		{ 3, true },
		{ 0, false }, /* a CPU of root */
		{ 4, false }, /* no CPU at all */
		{ 0x100, false }, /* nor this */
		{ BIT(32) | 2, false },
		{ GICD_IROUTER_IRM | 2, false }, /* any CPU */
		{ GICD_IROUTER_IRM, false },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = cases[i].route;

		fake_gic.router[SPI] = 3;
		assert_int_equal(access(cell, gicd_reg(GICD_IROUTER + 8 * SPI), 8, true, &value),
				 cases[i].good ? MMIO_DONE : MMIO_REFUSED);
		assert_int_equal(fake_gic.router[SPI], cases[i].good ? cases[i].route : 3);
		/* In halves. */
		fake_gic.router[SPI] = 3;
		value = (u32)cases[i].route;
		if (cases[i].route >> 32 == 0)
			assert_int_equal(access(cell, gicd_reg(GICD_IROUTER + 8 * SPI), 4, true,
						&value),
					 cases[i].good ? MMIO_DONE : MMIO_REFUSED);
		value = cases[i].route >> 32;
		assert_int_equal(access(cell, gicd_reg(GICD_IROUTER + 8 * SPI + 4), 4, true,
					&value),
				 value ? MMIO_REFUSED : MMIO_DONE);
		assert_int_equal(fake_gic.router[SPI], cases[i].good ? cases[i].route : 3);
	}
	/* Root: to its own CPUs only. */
	fake_gic.router[OTHER_SPI] = 0;
	write_by(&root_cell, gicd_reg(GICD_IROUTER + 8 * OTHER_SPI), 8, 1);
	assert_int_equal(fake_gic.router[OTHER_SPI], 1);
	{
		u64 value = 2;

		assert_int_equal(access(&root_cell, gicd_reg(GICD_IROUTER + 8 * OTHER_SPI), 8, true,
					&value),
				 MMIO_REFUSED);
		assert_int_equal(fake_gic.router[OTHER_SPI], 1);
	}
}

static void test_route_reads(void **state)
{
	(void)state;
	fake_gic.router[SPI] = 0x1100000002;
	assert_int_equal(read_by(cell, gicd_reg(GICD_IROUTER + 8 * SPI), 8), 0x1100000002);
	assert_int_equal(read_by(cell, gicd_reg(GICD_IROUTER + 8 * SPI), 4), 2);
	assert_int_equal(read_by(cell, gicd_reg(GICD_IROUTER + 8 * SPI + 4), 4), 0x11);
}

/* Of others: zero, ignored. Also of the private interrupts, and of 1020 to 1023. */
static void test_foreign_routes(void **state)
{
	(void)state;
	for (u32 intid = 0; intid < 1024; intid++) {
		if (owned(intid))
			continue;
		fake_gic.router[intid] = 0x77;
		for (u32 size = 4; size <= 8; size += 4) {
			u64 at = gicd_reg(GICD_IROUTER + 8 * intid);

			assert_int_equal(read_by(cell, at, size), 0);
			write_by(cell, at, size, 2);
			write_by(cell, at, size, GICD_IROUTER_IRM);
		}
		assert_int_equal(fake_gic.router[intid], 0x77);
	}
}

/* --- distributor: the rest ---------------------------------------------------------------------------- */

static void test_set_spi(void **state)
{
	static const u32 offsets[] = { GICD_SETSPI_NSR, GICD_CLRSPI_NSR };

	(void)state;
	for (u32 i = 0; i < 2; i++)
		for (u32 intid = 0; intid < 1024; intid++) {
			fake_gic.setspi = fake_gic.clrspi = 0;
			write_by(cell, gicd_reg(offsets[i]), 4, intid);
			assert_int_equal(i ? fake_gic.clrspi : fake_gic.setspi,
					 owned(intid) ? intid : 0);
		}
	/* Write-only. */
	assert_int_equal(read_by(cell, gicd_reg(GICD_SETSPI_NSR), 4), 0);
}

static void test_identification(void **state)
{
	static const u32 offsets[] = { GICD_CTLR, GICD_TYPER, GICD_IIDR, GICD_PIDR2 };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct fake_gic before = fake_gic;
		u64 seen = read_by(cell, gicd_reg(offsets[i]), 4);

		assert_int_not_equal(seen, 0);
		assert_int_not_equal(seen, 0xdeadbeef);
		write_by(cell, gicd_reg(offsets[i]), 4, ~0u);
		assert_memory_equal(&before, &fake_gic, sizeof(before));
		assert_int_equal(read_by(cell, gicd_reg(offsets[i]), 4), seen);
	}
	assert_int_equal(read_by(cell, gicd_reg(GICD_PIDR2), 4), 0x3b);
	/* From the first of these registers on, by words. */
	fake_events_clear();
	read_by(cell, gicd_reg(GICD_ID_REGS), 4);
	assert_int_equal(fake_event_count(EV_IO_READ), 1);
	read_by(cell, gicd_reg(GICD_ID_REGS - 4), 4);
	assert_int_equal(fake_event_count(EV_IO_READ), 1);
	for (u32 offset = 0; offset < 12; offset++) {
		u64 value;

		assert_int_equal(access(cell, gicd_reg(offset), 1, false, &value), MMIO_REFUSED);
	}
	read_by(cell, gicd_reg(12), 1);
}

/* Every offset and width: the hardware is never asked for what it has not, and
 * nothing of others is seen or changed. */
static void sweep(struct cell *by, u64 base, u64 size, bool write)
{
	for (u64 offset = 0; offset < size; offset++) {
		/* The middle of large equal blocks adds nothing. */
		if (offset % 0x20000 > 0x1200 && offset % 0x20000 < 0x6000)
			offset += 0x100;
		if (offset >= 0x8100 && offset < 0xff00)
			offset += 0x700;
		for (u32 width = 1; width <= 8; width *= 2) {
			u64 value = fake_random();

			if (offset + width > size)
				continue;
			if (offset & (width - 1)) {
				assert_int_equal(access(by, base + offset, width, write, &value),
						 MMIO_REFUSED);
				continue;
			}
			access(by, base + offset, width, write, &value);
		}
	}
}

static void test_sweep_distributor(void **state)
{
	struct fake_gic after;

	(void)state;
	fake_random_seed();
	memset(fake_gic.router, 0x11, sizeof(fake_gic.router));
	sweep(cell, FAKE_GICD_BASE, GICD_SIZE, false);
	after = fake_gic;
	sweep(cell, FAKE_GICD_BASE, GICD_SIZE, true);
	for (u32 intid = 0; intid < 1024; intid++) {
		u32 w = intid / 32, b = intid % 32;

		if (owned(intid))
			continue;
		assert_int_equal(fake_gic.enabled[w] >> b & 1, after.enabled[w] >> b & 1);
		assert_int_equal(fake_gic.pending[w] >> b & 1, after.pending[w] >> b & 1);
		assert_int_equal(fake_gic.active[w] >> b & 1, after.active[w] >> b & 1);
		assert_int_equal(fake_gic.group[w] >> b & 1, after.group[w] >> b & 1);
		assert_int_equal(fake_gic.priority[intid], after.priority[intid]);
		assert_int_equal(fake_gic.router[intid], after.router[intid]);
		assert_int_equal(fake_gic.config[intid / 16] >> (intid % 16 * 2) & 3,
				 after.config[intid / 16] >> (intid % 16 * 2) & 3);
	}
	assert_int_equal(fake_gic.ctlr, after.ctlr);
	/* Own interrupts stay in group 1, above the kick's priority. */
	assert_true(fake_gic.group[1] >> 8 & 1);
	assert_true(fake_gic.priority[SPI] >= 8);
}

/* --- redistributors ------------------------------------------------------------------------------------ */

static void test_private_bits(void **state)
{
	static const u32 set[] = { GICR_ISENABLER0, GICR_ISPENDR0, GICR_ISACTIVER0 };
	static const u32 clear[] = { GICR_ICENABLER0, GICR_ICPENDR0, GICR_ICACTIVER0 };

	(void)state;
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++)
		for (u32 i = 0; i < 3; i++) {
			u32 *bits = i == 0 ? &fake_gic.rd[cpu].enabled :
				    i == 1 ? &fake_gic.rd[cpu].pending :
					     &fake_gic.rd[cpu].active;
			/* All but the kick, on own CPUs. */
			u32 mine = cpu >= 2 ? ~(1u << FAKE_KICK_IRQ) : 0;

			*bits = 0;
			write_by(cell, gicr_reg(cpu, set[i]), 4, ~0u);
			assert_int_equal(*bits, mine);
			*bits = ~0u;
			assert_int_equal(read_by(cell, gicr_reg(cpu, set[i]), 4), mine);
			write_by(cell, gicr_reg(cpu, clear[i]), 4, ~0u);
			assert_int_equal(*bits, ~mine);
		}
}

static void test_private_fields(void **state)
{
	(void)state;
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++) {
		bool own = cpu >= 2;

		for (u32 word = 0; word < 2; word++) {
			u32 kick = word ? 3u << (FAKE_KICK_IRQ - 16) * 2 : 0;

			fake_gic.rd[cpu].config[word] = 0x55555555;
			write_by(cell, gicr_reg(cpu, GICR_ICFGR + 4 * word), 4, 0xaaaaaaaa);
			assert_int_equal(fake_gic.rd[cpu].config[word],
					 own ? (0xaaaaaaaa & ~kick) | (0x55555555 & kick) :
					       0x55555555);
		}
		for (u32 intid = 0; intid < 32; intid++) {
			u8 *priority = &fake_gic.rd[cpu].priority[intid];

			*priority = 0;
			write_by(cell, gicr_reg(cpu, GICR_IPRIORITYR + intid), 1, 0x03);
			assert_int_equal(*priority, own && intid != FAKE_KICK_IRQ ? 8 : 0);
			/* One byte of the word, and no other. */
			memset(fake_gic.rd[cpu].priority, 0x18, 32);
			write_by(cell, gicr_reg(cpu, GICR_IPRIORITYR + intid), 1, 0xa8);
			for (u32 n = 0; n < 32; n++)
				assert_int_equal(fake_gic.rd[cpu].priority[n],
						 own && n == intid && n != FAKE_KICK_IRQ ? 0xa8 :
											   0x18);
			*priority = 0;
			write_by(cell, gicr_reg(cpu, GICR_IPRIORITYR + (intid & ~3u)), 4, ~0u);
			assert_int_equal(*priority, own && intid != FAKE_KICK_IRQ ? 0xf8 : 0);
			assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_IPRIORITYR + intid), 1),
					 *priority);
		}
	}
}

/* Regions of two frames at `first`, or of all the rest; and of two at `second`. */
static void list_redistributors(u64 first, u64 second)
{
	struct fake_system *s = &fake_system;
	u64 two = 2 * (u64)GICR_FRAME_SIZE;

	s->header.root_cell.flags |= JAILHOUSE_CELL_EXTENDED;
	s->ext = (struct jailhouse_ext_header){ JAILHOUSE_EXT_MAGIC, sizeof(s->ext), 0 };
	for (u32 n = 0; n < 2; n++) {
		u64 base = n ? second : first;

		if (!base)
			continue;
		s->gicr[n] = (struct jailhouse_ext_gicr_region){
			{ JAILHOUSE_EXT_GICR_REGION, 0, sizeof(s->gicr[n]) },
			base,
			base == FAKE_GICR_BASE ? two : (FAKE_CPUS - 2) * (u64)GICR_FRAME_SIZE
		};
		s->ext.num_records++;
		s->ext.size += sizeof(s->gicr[n]);
	}
}

/* Who is there is no secret; the scan ends at the last CPU of the machine. */
static void test_frames_are_identified(void **state)
{
	(void)state;
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++) {
		u64 typer = read_by(cell, gicr_reg(cpu, GICR_TYPER), 8);

		assert_int_equal(typer >> 32, cpu);
		assert_int_equal(!!(typer & GICR_TYPER_LAST), cpu == FAKE_CPUS - 1);
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_TYPER), 4), (u32)typer);
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_TYPER + 4), 4), typer >> 32);
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_IIDR), 4), 0x43b);
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_ID_REGS + 0x18), 4), 0x3b);
		fake_gic.rd[cpu].ctlr = 0x77;
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_CTLR), 4), cpu >= 2 ? 0x77 : 0);
		/* What the second page begins with is nobody's. */
		fake_events_clear();
		assert_int_equal(read_by(cell, gicr_reg(cpu, GICR_SGI_BASE), 4), 0);
		assert_int_equal(fake_event_count(EV_IO_READ), 0);
		/* Of these registers TYPER alone has 64 bits. */
		assert_int_equal(access(cell, gicr_reg(cpu, GICR_ID_REGS), 8, false, &typer),
				 MMIO_REFUSED);
	}
}

static void test_private_widths(void **state)
{
	static const u32 words[] = { GICR_ISENABLER0, GICR_ICPENDR0, GICR_ISACTIVER0, GICR_ICFGR };

	(void)state;
	for (u32 write = 0; write < 2; write++)
		for (u32 size = 1; size <= 8; size *= 2) {
			u64 value = 0;

			for (u32 i = 0; i < ARRAY_SIZE(words); i++)
				assert_int_equal(access(cell, gicr_reg(3, words[i]), size, write,
							&value),
						 size == 4 ? MMIO_DONE : MMIO_REFUSED);
			assert_int_equal(access(cell, gicr_reg(3, GICR_IPRIORITYR), size, write,
						&value),
					 size <= 4 ? MMIO_DONE : MMIO_REFUSED);
		}
}

/* LPIs, groups and power are closed, also on own CPUs. */
static void test_closed_registers(void **state)
{
	static const u32 offsets[] = { GICR_CTLR, GICR_WAKER, 0x0070, 0x0078, GICR_IGROUPR0,
				       0x00a0,    0x00b0,     0x0040, 0x10d00 };
	struct fake_gic before = fake_gic;

	(void)state;
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++)
		for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
			write_by(cell, gicr_reg(cpu, offsets[i]), 4, ~0u);
			if (offsets[i] != GICR_CTLR)
				assert_int_equal(read_by(cell, gicr_reg(cpu, offsets[i]), 4), 0);
		}
	assert_memory_equal(&before, &fake_gic, sizeof(before));
}

/* Two regions, the second listed first, and one that holds no CPU of ours. */
static void test_regions_of_redistributors(void **state)
{
	u64 half = FAKE_GICR_BASE + 2 * (u64)GICR_FRAME_SIZE;

	(void)state;
	fake_reset();
	list_redistributors(half, FAKE_GICR_BASE);
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		assert_ptr_equal(gicr_frame_cpu(n), cpu_get((n + 2) % FAKE_CPUS));
		assert_int_equal(gicr_frame_is_last(n), n == FAKE_CPUS - 3);
	}
	assert_int_equal(machine.gic[1].range.base, half);
	assert_int_equal(machine.gic[1].range.size, (FAKE_CPUS - 2) * (u64)GICR_FRAME_SIZE);
	assert_int_equal(machine.gic[2].range.base, FAKE_GICR_BASE);
	assert_int_equal(machine.gic[2].range.size, 2 * (u64)GICR_FRAME_SIZE);
	assert_int_equal(machine.gic[3].range.size, 0);
	assert_int_equal(root_cell_init(&fake_system.header), 0);
	cell = &root_cell;
	/* Each frame is where it is. A scan of both as one ends behind both. */
	for (u32 cpu = 0; cpu < FAKE_CPUS; cpu++) {
		u64 typer = read_by(cell, gicr_reg(cpu, GICR_TYPER), 8);

		assert_int_equal(typer >> 32, cpu);
		assert_int_equal(!!(typer & GICR_TYPER_LAST), cpu == FAKE_CPUS - 1);
	}
}

/* More frames than CPUs: who scans them takes none for its own. */
static void test_frames_without_cpu(void **state)
{
	(void)state;
	fake_reset();
	cpu_get(1)->arrived = false;
	list_redistributors(FAKE_GICR_BASE + 2 * (u64)GICR_FRAME_SIZE, FAKE_GICR_BASE);
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	assert_null(gicr_frame_cpu(3));
	assert_int_equal(root_cell_init(&fake_system.header), 0);
	assert_int_equal(read_by(&root_cell, gicr_reg(1, GICR_TYPER), 8) >> 32, ~0u);
	assert_int_equal(read_by(&root_cell, gicr_reg(1, GICR_TYPER + 4), 4), ~0u);
	assert_int_equal((u32)read_by(&root_cell, gicr_reg(1, GICR_TYPER), 8), 0);
	assert_int_equal(read_by(&root_cell, gicr_reg(1, GICR_ISENABLER0), 4), 0);
}

/* The scan of a region goes on behind the last CPU, and numbers behind the last frame are nobody's. */
static void test_more_frames_than_cpus(void **state)
{
	(void)state;
	fake_reset();
	fake_cpus(3);
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	assert_ptr_equal(gicr_frame_cpu(2), cpu_get(2));
	assert_null(gicr_frame_cpu(3));
	assert_null(gicr_frame_cpu(MAX_FRAMES));
	assert_false(gicr_frame_is_last(MAX_FRAMES));
}

/* One region more than there may be: the first eight count. */
static void test_too_many_regions(void **state)
{
	struct fake_system *s = &fake_system;

	(void)state;
	fake_reset();
	list_redistributors(0, 0);
	for (u32 n = 0; n < 9; n++) {
		s->gicr[n] = (struct jailhouse_ext_gicr_region){
			{ JAILHOUSE_EXT_GICR_REGION, 0, sizeof(s->gicr[n]) },
			FAKE_GICR_BASE + n % FAKE_CPUS * (u64)GICR_FRAME_SIZE,
			GICR_FRAME_SIZE,
		};
		s->ext.num_records++;
		s->ext.size += sizeof(s->gicr[n]);
	}
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	assert_ptr_equal(gicr_frame_cpu(7), cpu_get(3));
	assert_null(gicr_frame_cpu(8));
	/* A window for each, where they do not lie on each other. */
	for (u32 n = 0; n < MAX_GICR_REGIONS; n++)
		machine.gic[1 + n].range = range_of(0xa0000000 + n * 0x100000, 0x20000);
	memset(&root_cell.mmio, 0, sizeof(root_cell.mmio));
	assert_int_equal(gicv3_irqchip.add_windows(&root_cell), 0);
	for (u32 n = 0; n < 9; n++)
		assert_int_not_equal(root_cell.mmio.windows[n].range.size, 0);
	assert_int_equal(root_cell.mmio.windows[9].range.size, 0);
}

/* A CPU in a cluster: its redistributor names all four affinities. */
static void test_affinity_of_frames(void **state)
{
	(void)state;
	fake_reset();
	fake_gic_affinity[2] = 0x12345678;
	cpu_get(2)->mpidr = 0x1200345678;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	assert_ptr_equal(gicr_frame_cpu(2), cpu_get(2));
	fake_reset();
	fake_gic_affinity[2] = 0x13345678;
	cpu_get(2)->mpidr = 0x1200345678;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), -ENODEV);
}

/* CPUs whose redistributors are in no region. */
static void test_region_is_missing(void **state)
{
	(void)state;
	fake_reset();
	list_redistributors(FAKE_GICR_BASE, 0);
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), -ENODEV);
	assert_non_null(strstr(fake_reason(), "there is no redistributor for CPU 2"));
}

static void test_sweep_redistributors(void **state)
{
	struct fake_gic before;

	(void)state;
	fake_random_seed();
	sweep(cell, FAKE_GICR_BASE, FAKE_CPUS * (u64)GICR_FRAME_SIZE, false);
	before = fake_gic;
	sweep(cell, FAKE_GICR_BASE, FAKE_CPUS * (u64)GICR_FRAME_SIZE, true);
	/* CPUs 0 and 1 are root's. */
	assert_memory_equal(before.rd, fake_gic.rd, 2 * sizeof(before.rd[0]));
	for (u32 cpu = 2; cpu < FAKE_CPUS; cpu++) {
		assert_int_equal(fake_gic.rd[cpu].priority[FAKE_KICK_IRQ],
				 before.rd[cpu].priority[FAKE_KICK_IRQ]);
		assert_int_equal((fake_gic.rd[cpu].enabled ^ before.rd[cpu].enabled) & kick_bit, 0);
		assert_int_equal((fake_gic.rd[cpu].pending ^ before.rd[cpu].pending) & kick_bit, 0);
		assert_int_equal(fake_gic.rd[cpu].group, before.rd[cpu].group);
		assert_int_equal(fake_gic.rd[cpu].waker, before.rd[cpu].waker);
		assert_int_equal(fake_gic.rd[cpu].ctlr, before.rd[cpu].ctlr);
	}
}

/* --- pure parts ---------------------------------------------------------------------------------------- */

static void test_owned_mask(void **state)
{
	static const u8 bits[] = { 1, 2, 8 };

	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 2000; round++) {
		u8 n = bits[fake_random_below(3)];
		struct gic_block block = { GIC_FIELDS, n, 1 };
		u32 owned_bits[32], word = (u32)fake_random_below(32 * n), mask;

		for (u32 i = 0; i < 32; i++)
			owned_bits[i] = (u32)fake_random();
		mask = gic_owned_mask(block, word * 4, owned_bits);
		for (u32 i = 0; i < 32; i++) {
			u32 intid = (word * 32 + i) / n;

			assert_int_equal(mask >> i & 1, owned_bits[intid / 32] >> (intid % 32) & 1);
		}
	}
}

static void test_merge(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 5000; round++) {
		struct gic_block fields = { GIC_FIELDS, 2, 4 }, priority = { GIC_PRIORITY, 8, 1 };
		u32 old = (u32)fake_random(), value = (u32)fake_random(), mask = 0;

		for (u32 i = 0; i < 32; i += 8)
			mask |= fake_random_below(2) ? 0xffu << i : 0;
		if (fake_random_below(2))
			value &= 0x0f0f0f0f;
		assert_int_equal(gic_merge(fields, old, value, mask, 0xf8),
				 (old & ~mask) | (value & mask));
		for (u32 i = 0; i < 32; i += 8) {
			u8 merged = (u8)(gic_merge(priority, old, value, mask, 0xf8) >> i);
			u8 wanted = (u8)(value >> i);

			assert_int_equal(merged, !(mask >> i & 1) ? (u8)(old >> i) :
						 wanted < 8       ? 8 :
								    wanted);
		}
	}
}

/* --- what changes hands -------------------------------------------------------------------------------- */

static void test_moved_interrupt(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_gic.enabled[1] |= 1 << 8;
	fake_gic.pending[1] |= 1 << 8;
	fake_gic.active[1] |= 1 << 8;
	fake_gic.priority[SPI] = 0x30;
	fake_gic.config[SPI / 16] |= 2u << (SPI % 16 * 2);
	fake_events_clear();
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(fake_gic.enabled[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.pending[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.active[1] & 1 << 8, 0);
	assert_int_equal(fake_gic.router[SPI], 2);
	/* The cell sees no settings of root's. */
	assert_int_equal(fake_gic.priority[SPI], GIC_DEFAULT_PRIORITY);
	assert_int_equal(fake_gic.config[SPI / 16] >> (SPI % 16 * 2) & 3, 0);
	/* Nor root the cell's: it finds its own again. */
	cell = cell_find(1);
	write_by(cell, gicd_reg(GICD_IPRIORITYR + SPI), 1, 0x70);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(fake_gic.priority[SPI], 0x30);
	assert_int_equal(fake_gic.config[SPI / 16] >> (SPI % 16 * 2) & 3, 2);
	assert_int_equal(fake_gic.router[SPI], 0);
}

/* It is masked, and the distributor says that this took effect, before it is
 * cleared and routed elsewhere. */
static void test_masked_before_moved(void **state)
{
	u64 base = (uintptr_t)gicd;
	bool disabled = false, waited = false;

	(void)state;
	gicv3_irqchip.move_irq(SPI, cpu_get(3), cell, cell);
	for (u32 i = 0; i < fake_events_total(); i++) {
		const struct fake_event *e = fake_event_at(i);

		if (e->kind == EV_IO_WRITE && e->a == base + GICD_ICENABLER + 4)
			disabled = true;
		if (e->kind == EV_IO_READ && e->a == base + GICD_CTLR && !(e->c & GICD_CTLR_RWP))
			waited = disabled;
		if (e->kind == EV_IO_WRITE && e->a == base + GICD_IROUTER + 8 * SPI)
			assert_true(waited);
	}
	assert_true(waited);
}

/* A distributor that never finishes a write is reported, not waited for. */
static void test_distributor_hangs(void **state)
{
	(void)state;
	fake_gic_hangs = true;
	gicv3_irqchip.move_irq(SPI, cpu_get(3), cell, cell);
	fake_gic_hangs = false;
	assert_int_equal(fake_gic.router[SPI], 3);
	assert_non_null(strstr(fake_log(), "The interrupt distributor did not finish a write\n"));
}

/* Interrupts of others that were routed to a CPU that left, or to any. */
static void test_confine(void **state)
{
	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_gic.router[60] = 3;
	fake_gic.router[61] = GICD_IROUTER_IRM;
	fake_gic.router[62] = 1;
	fake_gic.router[63] = 0x55;
	fake_gic.router[287] = 2;
	/* Behind the last that there is. */
	fake_gic.router[288] = 2;
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(fake_gic.router[60], 0);
	assert_int_equal(fake_gic.router[61], 0);
	assert_int_equal(fake_gic.router[288], 2);
	assert_int_equal(fake_gic.router[62], 1);
	assert_int_equal(fake_gic.router[63], 0);
	assert_int_equal(fake_gic.router[SPI], 2);
	assert_int_equal(fake_gic.router[HIGH_SPI], 2);
}

/* A CPU that rests can be woken by the kick and by nothing else. */
static void test_scrub_of_cpu(void **state)
{
	(void)state;
	fake_run_on(3);
	/* What the PPIs were like before. */
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	fake_gic.rd[3].config[1] = 0x44444444;
	assert_int_equal(gicv3_irqchip.cpu_init(this_cpu()), 0);
	fake_gic.rd[3].enabled = 0;
	fake_sysreg_write("ICC_SRE_EL2", 0);
	gicv3_irqchip.cpu_scrub(this_cpu());
	assert_int_equal(fake_gic.rd[3].enabled, kick_bit);
	memset(&fake_gic.rd[3], 0xff, sizeof(fake_gic.rd[3]));
	fake_sysreg_write("ICC_CTLR_EL1", 6 << 8 | 3);
	fake_sysreg_write("ICC_SRE_EL2", 0);
	fake_sysreg_write("ICC_BPR1_EL1", 5);
	fake_events_clear();
	gicv3_irqchip.cpu_scrub(this_cpu());
	assert_int_equal(fake_gic.rd[3].config[1] | 3 << (FAKE_KICK_IRQ - 16) * 2,
			 0x44444444 | 3 << (FAKE_KICK_IRQ - 16) * 2);
	assert_int_equal(fake_sysreg_read("ICC_SRE_EL2"), 0xf);
	assert_int_equal(fake_sysreg_read("ICC_CTLR_EL1"), 0);
	assert_string_equal(fake_barrier_after("ICC_SRE_EL2"), "isb");
	assert_string_equal(fake_barrier_after(NULL), "isb");
	assert_int_equal(fake_gic.rd[3].enabled, kick_bit);
	assert_int_equal(fake_gic.rd[3].pending, 0);
	assert_int_equal(fake_gic.rd[3].active, 0);
	for (u32 n = 0; n < 32; n++)
		assert_int_equal(fake_gic.rd[3].priority[n], n == FAKE_KICK_IRQ ? 0 : 0xa0);
	/* The kick is an edge. */
	assert_int_equal(fake_gic.rd[3].config[1] >> (FAKE_KICK_IRQ - 16) * 2 & 2, 2);
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0xff);
	assert_int_equal(fake_sysreg_read("ICC_IGRPEN1_EL1"), 1);
	assert_int_equal(fake_sysreg_read("ICC_BPR1_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 0);
}

/* Active priorities: as many registers as the interface has. A wait keeps them,
 * a scrub does not. */
static void test_active_priorities(void **state)
{
	(void)state;
	fake_run_on(3);
	for (u32 bits = 5; bits <= 7; bits++) {
		fake_sysregs_reset();
		fake_sysreg_write("ICC_CTLR_EL1", (bits - 1) << 8);
		fake_sysreg_write("ICC_AP1R0_EL1", 1);
		fake_sysreg_write("ICC_AP1R1_EL1", 2);
		fake_sysreg_write("ICC_AP1R2_EL1", 4);
		fake_sysreg_write("ICC_AP1R3_EL1", 8);
		gicv3_irqchip.wait_for_cell(this_cpu());
		assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 1);
		assert_int_equal(fake_sysreg_read("ICC_AP1R1_EL1"), 2);
		assert_int_equal(fake_sysreg_read("ICC_AP1R2_EL1"), 4);
		assert_int_equal(fake_sysreg_read("ICC_AP1R3_EL1"), 8);
		gicv3_irqchip.cpu_scrub(this_cpu());
		assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 0);
		assert_int_equal(fake_sysreg_read("ICC_AP1R1_EL1"), bits < 6 ? 2 : 0);
		assert_int_equal(fake_sysreg_read("ICC_AP1R2_EL1"), bits < 7 ? 4 : 0);
		assert_int_equal(fake_sysreg_read("ICC_AP1R3_EL1"), bits < 7 ? 8 : 0);
	}
}

static void test_enter(void **state)
{
	(void)state;
	fake_run_on(3);
	fake_gic.rd[3].pending = ~0u;
	fake_sysreg_write("ICC_SRE_EL2", 0xf);
	fake_sysreg_write("ICC_CTLR_EL1", 3);
	fake_sysreg_write("ICC_BPR1_EL1", 5);
	fake_sysreg_write("ICC_PMR_EL1", 0xff);
	fake_sysreg_write("ICC_IGRPEN1_EL1", 1);
	fake_sysreg_write("ICC_AP1R0_EL1", 1);
	fake_sysreg_write("ICH_VMCR_EL2", ~0ULL);
	gicv3_irqchip.cpu_enter(this_cpu(), cell);
	assert_int_equal(fake_sysreg_read("ICC_CTLR_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICC_BPR1_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICH_VMCR_EL2"), 0);
	assert_int_equal(fake_sysreg_read("ICC_SRE_EL2"), ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
	assert_string_equal(fake_barrier_after("ICC_SRE_EL2"), "isb");
	assert_string_equal(fake_barrier_after(NULL), "isb");
	/* SGI sends and group 0 trap; the interface is closed as after reset. */
	assert_int_equal(fake_sysreg_read("ICH_HCR_EL2"), ICH_HCR_TC | ICH_HCR_TALL0);
	assert_int_equal(fake_sysreg_read("ICC_SRE_EL2") & ICC_SRE_ENABLE, 0);
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICC_IGRPEN1_EL1"), 0);
	assert_int_equal(fake_gic.rd[3].pending, 0);
}

/* Root gets its interface as it was set up at enable, and is never kicked. */
static void test_enter_root(void **state)
{
	(void)state;
	fake_run_on(1);
	fake_sysreg_write("ICH_HCR_EL2", ICH_HCR_TC);
	fake_sysreg_write("ICC_CTLR_EL1", ICC_CTLR_EOIMODE);
	fake_gic.rd[1].enabled = 0;
	fake_sysreg_write("ICC_SRE_EL2", 0xd);
	assert_int_equal(gicv3_irqchip.cpu_init(this_cpu()), 0);
	fake_sysreg_write("ICC_SRE_EL2", 0);
	fake_sysreg_write("ICC_CTLR_EL1", ICC_CTLR_EOIMODE);
	fake_sysreg_write("ICC_IGRPEN1_EL1", 1);
	fake_sysreg_write("ICC_AP1R0_EL1", 1);
	fake_gic.rd[1].enabled = ~0u;
	gicv3_irqchip.cpu_enter(this_cpu(), &root_cell);
	assert_int_equal(fake_sysreg_read("ICC_SRE_EL2"), 0xd);
	assert_int_equal(fake_sysreg_read("ICC_IGRPEN1_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 0);
	assert_int_equal(fake_sysreg_read("ICH_VMCR_EL2"),
			 0xf0ULL << ICH_VMCR_VPMR_SHIFT | ICH_VMCR_VEOIM | ICH_VMCR_VENG1);
	assert_string_equal(fake_barrier_after("ICC_SRE_EL2"), "isb");
	assert_string_equal(fake_barrier_after(NULL), "isb");
	assert_int_equal(fake_sysreg_read("ICH_HCR_EL2"), 0);
	assert_int_equal(fake_sysreg_read("ICC_CTLR_EL1") & ICC_CTLR_EOIMODE, 0);
	assert_true(fake_sysreg_read("ICH_VMCR_EL2") & ICH_VMCR_VEOIM);
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0xf0);
	assert_int_equal(fake_gic.rd[1].enabled, ~kick_bit);
}

/* Whatever a cell did to its interface: while it waits it is open for the kick,
 * and afterwards as it was. */
static void test_wait_for_cell(void **state)
{
	static const u64 pmr[] = { 0, 8, 0xf0, 0xff };
	bool opened = false;

	(void)state;
	fake_run_on(3);
	for (u32 i = 0; i < ARRAY_SIZE(pmr); i++)
		for (u32 enable = 0; enable < 2; enable++) {
			fake_sysreg_write("ICC_PMR_EL1", pmr[i]);
			fake_sysreg_write("ICC_IGRPEN1_EL1", enable);
			fake_sysreg_write("ICC_BPR1_EL1", 5);
			fake_sysreg_write("ICC_AP1R0_EL1", 0xffff);
			fake_events_clear();
			gicv3_irqchip.wait_for_cell(this_cpu());
			/* The interface is open when it waits, and closed when it returns. */
			assert_int_equal(fake_event_count(EV_BARRIER), 3);
			assert_string_equal(fake_event(EV_BARRIER, 0)->name, "isb");
			assert_string_equal(fake_event(EV_BARRIER, 1)->name, "dsb sy");
			assert_string_equal(fake_barrier_after(NULL), "isb");
			for (u32 n = 0; n < fake_event_count(EV_SYSREG_WRITE); n++) {
				const struct fake_event *e = fake_event(EV_SYSREG_WRITE, n);

				opened |= strcmp(e->name, "ICC_IGRPEN1_EL1") == 0 && e->a == 1;
				if (strcmp(e->name, "ICC_PMR_EL1") == 0)
					assert_true(e->a != 0 || n > 3);
			}
			assert_true(opened);
			assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), pmr[i]);
			assert_int_equal(fake_sysreg_read("ICC_IGRPEN1_EL1"), enable);
			assert_int_equal(fake_sysreg_read("ICC_BPR1_EL1"), 5);
			assert_int_equal(fake_sysreg_read("ICC_AP1R0_EL1"), 0xffff);
		}
}

static void test_wake_and_wait(void **state)
{
	(void)state;
	gicv3_irqchip.wake(cpu_get(3));
	assert_int_equal(fake_gic.rd[3].pending, kick_bit);
	assert_int_equal(fake_gic.rd[2].pending, 0);
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
	fake_events_clear();
	gicv3_irqchip.wait(cpu_get(3));
	assert_int_equal(fake_gic.rd[3].pending, 0);
	/* Cleared, known to be cleared, and only then another look at the request. */
	assert_int_equal(fake_event_at(0)->kind, EV_IO_WRITE);
	assert_int_equal(fake_event_at(1)->kind, EV_IO_READ);
	assert_int_equal(fake_event_at(1)->a, fake_event_at(0)->a);
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
}

/* A kick that came late can have been taken in a cell, and never ended. */
static void test_wake_although_active(void **state)
{
	(void)state;
	fake_gic.rd[3].active = ~0u;
	gicv3_irqchip.wake(cpu_get(3));
	assert_int_equal(fake_gic.rd[3].active, ~kick_bit);
	assert_int_equal(fake_gic.rd[3].pending, kick_bit);
}

/* --- priorities: the three views of decision 0014 ------------------------------------------------------- */

static const struct view {
	bool two_states, full_pmr;
	/* Bits that distributor and mask show. */
	u8 distributor, mask;
} views[] = {
	{ false, true, 0xf8, 0xf8 },
	{ true, false, 0xf0, 0xf0 },
	{ true, true, 0xf0, 0xf8 },
};
static const struct view *view;
static bool waited, kick_comes_through;
/* How far the mask is open, above the priority of the kick. */
static u32 open_above_kick;

/* What the hardware compares (IHI 0069, 4.8.1 and 4.8.6). */
static u32 raw_priority(u32 seen)
{
	return view->two_states ? 0x80 | seen >> 1 : seen;
}

static u32 raw_mask(u32 seen)
{
	return view->full_pmr ? seen : 0x80 | seen >> 1;
}

static u64 mask_register(const char *name, u64 value)
{
	return strcmp(name, "ICC_PMR_EL1") == 0 ? value & view->mask : value;
}

static void look_at_mask(void)
{
	u32 kick = raw_priority(fake_gic.rd[0].priority[FAKE_KICK_IRQ]);
	u32 mask = raw_mask((u32)fake_sysreg_read("ICC_PMR_EL1"));

	waited = true;
	kick_comes_through = kick < mask;
	open_above_kick = mask - kick;
}

static void enable_with_view(const struct view *v)
{
	view = v;
	fake_reset();
	fake_gic_priority_mask = v->distributor;
	if (v->two_states)
		fake_gic.ctlr &= ~(u32)GICD_CTLR_DS;
	fake_on_sysreg_write = mask_register;
	fake_on_wfi = look_at_mask;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	/* PRIbits: 5, in every view. */
	fake_sysreg_write("ICC_CTLR_EL1", 4 << 8);
	fake_sysreg_write("ICC_PMR_EL1", 0xf0);
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), 0);
}

static void test_priorities_are_probed(void **state)
{
	static const u8 bits[] = { 0xf8, 0xf0, 0xf0 };

	(void)state;
	for (u32 n = 0; n < ARRAY_SIZE(views); n++) {
		enable_with_view(&views[n]);
		assert_int_equal(gic_priority_bits, bits[n]);
		assert_int_equal(fake_gic.rd[0].priority[FAKE_KICK_IRQ], 0);
	}
}

/* Whatever a cell sets, the kick is above it: also for a mask of 5 bits. */
static void test_cells_stay_below_the_kick(void **state)
{
	(void)state;
	for (u32 n = 0; n < ARRAY_SIZE(views); n++) {
		enable_with_view(&views[n]);
		for (u32 value = 0; value < 256; value++) {
			struct gic_block block = { GIC_PRIORITY, 8, 1 };
			u32 set = gic_merge(block, 0, value, 0xff, gic_priority_bits) &
				  view->distributor;

			assert_true((raw_priority(set) & 0xf8) > (raw_priority(0) & 0xf8));
		}
	}
}

/* The mask is opened for the kick, no further, however the cell set it, and is what it was after. */
static void test_wait_with_any_mask(void **state)
{
	(void)state;
	for (u32 n = 0; n < ARRAY_SIZE(views); n++) {
		enable_with_view(&views[n]);
		for (u32 pmr = 0; pmr < 256; pmr++) {
			u64 seen;

			fake_sysreg_write("ICC_PMR_EL1", pmr);
			seen = fake_sysreg_read("ICC_PMR_EL1");
			waited = kick_comes_through = false;
			gicv3_irqchip.wait_for_cell(cpu_get(0));
			assert_true(waited && kick_comes_through);
			/* It was closed: now as little as possible is let through. */
			if (raw_mask((u32)seen) <= raw_priority(0))
				assert_true(open_above_kick <= 0x10);
			assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), seen);
		}
	}
}

/* Its PPI is not ours to set up: another one must be named. */
static void test_kick_of_the_secure_world(void **state)
{
	(void)state;
	fake_reset();
	fake_gic_priority_mask = 0;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	fake_sysreg_write("ICC_PMR_EL1", 0x50);
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), -EBUSY);
	/* That was found out by a write, which is undone. */
	assert_int_equal(fake_sysreg_read("ICC_PMR_EL1"), 0x50);
	assert_non_null(strstr(fake_reason(), "belongs to the secure world"));
}

/* PPIs that Linux has set up meanwhile stay as they are. */
static void test_cpu_exit_restores_the_kick_only(void **state)
{
	(void)state;
	fake_reset();
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	fake_gic.rd[0].config[1] = 0x44444444;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), 0);
	fake_gic.rd[0].config[1] ^= 0xf;
	gicv3_irqchip.cpu_exit(cpu_get(0));
	assert_int_equal(fake_gic.rd[0].config[1], 0x4444444b);
}

static void test_interrupt_that_does_not_exist(void **state)
{
	static struct fake_snapshot before;

	(void)state;
	assert_int_equal(cell_destroy(1), 0);
	fake_config_irq(&config, 288);
	fake_config_place(&config);
	fake_snapshot(&before);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EINVAL);
	assert_non_null(strstr(fake_reason(), "interrupt 288 (SPI 256) does not exist: the last of "
					      "this machine is 287 (SPI 255)"));
	fake_snapshot_equal(&before, "an interrupt that does not exist");
}

/* A word of priorities holds interrupts of several cells, which are set at the same time. */
static void test_only_own_priorities_are_written(void **state)
{
	(void)state;
	write_by(cell, gicd_reg(GICD_IPRIORITYR + (SPI & ~3u)), 4, 0x40404040);
	assert_int_equal(fake_event_count(EV_IO_WRITE), 1);
	assert_int_equal(fake_event(EV_IO_WRITE, 0)->a, (uintptr_t)gicd + GICD_IPRIORITYR + SPI);
	assert_int_equal(fake_event(EV_IO_WRITE, 0)->b, 1);
}

/* Enable and disable of a CPU leave the interface as it was found. */
static void test_cpu_init_and_exit(void **state)
{
	static const char *const regs[] = { "ICC_CTLR_EL1", "ICC_PMR_EL1", "ICC_SRE_EL2",
					    "ICH_HCR_EL2", "ICH_VMCR_EL2" };
	struct fake_gic before;

	(void)state;
	fake_reset();
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	for (u32 i = 0; i < ARRAY_SIZE(regs); i++)
		fake_sysreg_write(regs[i], 0x111 * (i + 1) | 7);
	fake_gic.rd[0].priority[FAKE_KICK_IRQ] = 0x70;
	fake_gic.rd[0].group = ~kick_bit;
	fake_gic.rd[0].pending = fake_gic.rd[0].active = 0;
	before = fake_gic;
	fake_gic.rd[0].pending = kick_bit;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), 0);
	assert_int_equal(fake_gic.rd[0].pending, 0);
	assert_int_equal(fake_gic.rd[0].priority[FAKE_KICK_IRQ], 0);
	assert_int_equal(fake_gic.rd[0].group & kick_bit, kick_bit);
	assert_int_equal(fake_gic.rd[0].config[1] >> (FAKE_KICK_IRQ - 16) * 2 & 3, GIC_EDGE);
	assert_int_equal(fake_sysreg_read("ICC_CTLR_EL1") & ICC_CTLR_EOIMODE, 0);
	assert_string_equal(fake_barrier_after(NULL), "isb");
	/* A kick that came, and was taken, and never ended. */
	fake_gic.rd[0].enabled |= kick_bit;
	fake_gic.rd[0].pending |= kick_bit;
	fake_gic.rd[0].active |= kick_bit | 0x80;
	fake_events_clear();
	gicv3_irqchip.cpu_exit(cpu_get(0));
	assert_string_equal(fake_barrier_after(NULL), "isb");
	/* The distributor is as it was before the interface is. */
	assert_string_equal(fake_event(EV_BARRIER, 0)->name, "dsb sy");
	for (u32 i = 0; i < ARRAY_SIZE(regs); i++)
		assert_int_equal(fake_sysreg_read(regs[i]), 0x111 * (i + 1) | 7);
	assert_memory_equal(&before, &fake_gic, sizeof(before));
}

/* What is active at the switch would stay so for ever. */
static void test_cpu_init_ends_active(void **state)
{
	(void)state;
	fake_reset();
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	fake_gic.rd[0].active = 0x4;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), 0);
	assert_int_equal(fake_gic.rd[0].active, 0);
}

static void test_cpu_init_refuses(void **state)
{
	struct fake_gic before;

	(void)state;
	fake_reset();
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), 0);
	before = fake_gic;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), -EIO);
	fake_sysreg_write("ICC_SRE_EL2", ICC_SRE_SRE);
	fake_gic.rd[0].ctlr = GICR_CTLR_ENABLE_LPIS;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), -EBUSY);
	assert_non_null(strstr(fake_reason(), "its=off"));
	fake_gic.rd[0].ctlr = 0;
	fake_gic.rd[0].enabled |= kick_bit;
	assert_int_equal(gicv3_irqchip.cpu_init(cpu_get(0)), -EBUSY);
	assert_non_null(strstr(fake_reason(), "maintenance_irq"));
	fake_gic.rd[0].enabled = before.rd[0].enabled;
	assert_memory_equal(&before, &fake_gic, sizeof(before));
}

static void test_init_refuses(void **state)
{
	(void)state;
	fake_reset();
	fake_gic.ctlr &= ~(u32)GICD_CTLR_ARE_NS;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), -EIO);
	/* The distributor, then a redistributor for each CPU. */
	for (int n = 0; n <= FAKE_CPUS; n++) {
		fake_reset();
		fake_device_fail_after = n;
		assert_int_equal(gicv3_irqchip.init(&fake_system.header), -ENOMEM);
		assert_non_null(strstr(fake_reason(), n ? "a redistributor" : "distributor"));
	}
	fake_reset();
	cpu_get(2)->arrived = true;
	cpu_get(2)->mpidr = 0x100;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), -ENODEV);
	assert_non_null(strstr(fake_reason(), "CPU 2"));
	fake_reset();
	fake_device_add(0xa0000000, GICD_SIZE);
	fake_system.header.platform_info.arm.gicd_base = 0xa0000000;
	assert_int_equal(gicv3_irqchip.init(&fake_system.header), -ENODEV);
	assert_non_null(strstr(fake_reason(), "no GICv3"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(bits_own_only),
		TEST(bank_0),
		TEST(root_too),
		TEST(bit_widths),
		TEST(config_fields),
		TEST(priorities),
		TEST(priority_is_clamped),
		TEST(routes),
		TEST(route_reads),
		TEST(foreign_routes),
		TEST(set_spi),
		TEST(identification),
		TEST(sweep_distributor),
		TEST(private_bits),
		TEST(private_fields),
		TEST(frames_are_identified),
		TEST(private_widths),
		TEST(closed_registers),
		TEST(sweep_redistributors),
		TEST(regions_of_redistributors),
		TEST(frames_without_cpu),
		TEST(more_frames_than_cpus),
		TEST(too_many_regions),
		TEST(affinity_of_frames),
		TEST(region_is_missing),
		TEST(owned_mask),
		TEST(merge),
		TEST(moved_interrupt),
		TEST(masked_before_moved),
		TEST(confine),
		TEST(scrub_of_cpu),
		TEST(active_priorities),
		TEST(enter),
		TEST(enter_root),
		TEST(distributor_hangs),
		TEST(wait_for_cell),
		TEST(wake_and_wait),
		TEST(wake_although_active),
		TEST(priorities_are_probed),
		TEST(cells_stay_below_the_kick),
		TEST(wait_with_any_mask),
		TEST(kick_of_the_secure_world),
		TEST(cpu_exit_restores_the_kick_only),
		TEST(interrupt_that_does_not_exist),
		TEST(only_own_priorities_are_written),
		TEST(cpu_init_and_exit),
		TEST(cpu_init_ends_active),
		TEST(cpu_init_refuses),
		TEST(init_refuses),
	};

	return cmocka_run_group_tests_name("gic", tests, NULL, NULL);
}
