/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GICv2 as cells see it: what its distributor has beyond that of a GICv3, and
 * GICC_DIR, for own and foreign interrupts and CPUs; the kick, one SPI for all
 * CPUs; and what gicv2.c does to interrupts and CPU interfaces that change
 * hands. fake_gicv2.c keeps the registers, and fails on what the hardware has not.
 */
#include "fake.h"

#include <hyp/mmio.h>

#include <string.h>

#include "../irqchip/gic_filter.h"
#include "../irqchip/gic_regs.h"

/* A cell with CPUs 2 and 3 and these SPIs. */
#define SPI      40
#define HIGH_SPI 285
/* The last one. */
#define KICK     287

static struct fake_gicv2 *const gic = &fake_gicv2;
static const struct irqchip *const chip = &gicv2_irqchip;
static struct fake_config config;
static struct cell *cell;

static u32 target_of(u32 cpu)
{
	return gic->bank[cpu].target;
}

static void init_cpus(void)
{
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		fake_run_on(n);
		assert_int_equal(chip->cpu_init(cpu_get(n)), 0);
	}
	fake_run_on(0);
}

static int setup(void **state)
{
	(void)state;
	fake_with_gicv2 = true;
	fake_machine_init();
	init_cpus();
	fake_cpu_offline(2);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.cpus[0] = 1 << 2 | 1 << 3;
	fake_config_irq(&config, HIGH_SPI);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cell = cell_find(1);
	fake_run_on(3);
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
	if (!write)
		*value = size < 8 ? a.value & (BIT(8 * size) - 1) : a.value;
	return result;
}

static u64 read_by(struct cell *by, u64 offset, u32 size)
{
	u64 value;

	assert_int_equal(access(by, FAKE_GICD_BASE + offset, size, false, &value), MMIO_DONE);
	return value;
}

static enum mmio_result try_write(struct cell *by, u64 offset, u32 size, u64 value)
{
	return access(by, FAKE_GICD_BASE + offset, size, true, &value);
}

static void write_by(struct cell *by, u64 offset, u32 size, u64 value)
{
	assert_int_equal(try_write(by, offset, size, value), MMIO_DONE);
}

static bool owned(u32 intid)
{
	return intid < 32 || intid == SPI || intid == HIGH_SPI;
}

/* --- filters ----------------------------------------------------------------------------------- */

/* Of SPIs own ones only; of SGIs and PPIs all, of the CPU that executes. */
static void test_bits_own_only(void **state)
{
	static const struct {
		u32 set, clear;
		u32 *spis, *private;
	} pairs[] = {
		{ GICD_ISENABLER, GICD_ICENABLER, fake_gicv2.enabled, &fake_gicv2.bank[3].enabled },
		{ GICD_ISPENDR, GICD_ICPENDR, fake_gicv2.pending, &fake_gicv2.bank[3].pending },
		{ GICD_ISACTIVER, GICD_ICACTIVER, fake_gicv2.active, &fake_gicv2.bank[3].active },
	};
	struct fake_gicv2_bank others[3];

	(void)state;
	memcpy(others, gic->bank, sizeof(others));
	for (u32 p = 0; p < ARRAY_SIZE(pairs); p++)
		for (u32 word = 0; word < 32; word++) {
			u32 *bits = word ? pairs[p].spis + word : pairs[p].private, mine = 0;

			for (u32 bit = 0; bit < 32; bit++)
				mine |= owned(word * 32 + bit) ? 1u << bit : 0;
			*bits = 0;
			write_by(cell, pairs[p].set + word * 4, 4, ~0u);
			assert_int_equal(*bits, mine);
			*bits = ~0u;
			assert_int_equal(read_by(cell, pairs[p].set + word * 4, 4), mine);
			assert_int_equal(read_by(cell, pairs[p].clear + word * 4, 4), mine);
			write_by(cell, pairs[p].clear + word * 4, 4, ~0u);
			assert_int_equal(*bits, ~mine);
			for (u32 size = 1; size <= 2; size++)
				assert_int_equal(try_write(cell, pairs[p].set + word * 4, size, 1),
						 MMIO_REFUSED);
			if (word % 2 == 0)
				assert_int_equal(try_write(cell, pairs[p].set + word * 4, 8, 1),
						 MMIO_REFUSED);
		}
	assert_memory_equal(others, gic->bank, sizeof(others));
}

/* The kick belongs to nobody, not even to root. */
static void test_kick_is_hidden(void **state)
{
	static const u32 offsets[] = { GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR,
				       GICD_ICPENDR,   GICD_ISACTIVER, GICD_ICACTIVER };
	struct cell *const cells[] = { &root_cell, cell };
	u32 word = KICK / 32 * 4, bit = 1u << KICK % 32;

	(void)state;
	assert_true(gic->enabled[KICK / 32] & bit);
	gic->pending[KICK / 32] |= bit;
	for (u32 n = 0; n < 2; n++) {
		struct fake_gicv2 before = *gic;

		for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
			assert_int_equal(read_by(cells[n], offsets[i] + word, 4) & bit, 0);
			write_by(cells[n], offsets[i] + word, 4, bit);
		}
		write_by(cells[n], GICD_IPRIORITYR + KICK, 1, 0x80);
		write_by(cells[n], GICD_ITARGETSR + KICK, 1, target_of(0));
		write_by(cells[n], GICD_ICFGR + KICK / 16 * 4, 4, 0);
		/* Only the configuration of its neighbours changed. */
		assert_int_equal(gic->config[KICK / 16] >> KICK % 16 * 2 & 3, 2);
		memcpy(before.config, gic->config, sizeof(before.config));
		assert_memory_equal(&before, gic, sizeof(before));
		assert_int_equal(read_by(cells[n], GICD_ITARGETSR + KICK, 1), 0);
	}
}

/* That of SGIs and PPIs is fixed: in QEMU one field of it is for the PPIs of all CPUs. */
static void test_config_of_bank_0(void **state)
{
	struct cell *const cells[] = { &root_cell, cell };

	(void)state;
	for (u32 n = 0; n < 2; n++)
		for (u32 word = 0; word < 2; word++) {
			u32 *reg = gic->bank[3].config + word;

			*reg = 0x55555555;
			write_by(cells[n], GICD_ICFGR + word * 4, 4, 0xaaaaaaaa);
			assert_int_equal(*reg, 0x55555555);
			assert_int_equal(read_by(cells[n], GICD_ICFGR + word * 4, 4), 0x55555555);
		}
}

static void test_config_fields(void **state)
{
	(void)state;
	for (u32 word = 2; word < 64; word++) {
		u32 *reg = gic->config + word, mine = 0;

		for (u32 i = 0; i < 16; i++)
			mine |= owned(word * 16 + i) ? 3u << 2 * i : 0;
		*reg = 0x55555555;
		write_by(cell, GICD_ICFGR + word * 4, 4, 0xaaaaaaaa);
		assert_int_equal(*reg, (0x55555555 & ~mine) | (0xaaaaaaaa & mine));
		assert_int_equal(read_by(cell, GICD_ICFGR + word * 4, 4), *reg & mine);
	}
}

/* 0 is the kick's alone, at every width. */
static void test_priorities(void **state)
{
	(void)state;
	for (u32 intid = 0; intid < 1024; intid++)
		for (u32 value = 0; value < 256; value += 3) {
			u8 *reg = intid < 32 ? gic->bank[3].priority + intid :
					       gic->priority + intid;

			*reg = 0x50;
			write_by(cell, GICD_IPRIORITYR + intid, 1, value);
			assert_int_equal(*reg, !owned(intid) ? 0x50 : value < 8 ? 8 : value & 0xf8);
			*reg = 0x50;
			write_by(cell, GICD_IPRIORITYR + (intid & ~3u), 4, value * 0x01010101u);
			assert_int_equal(*reg, !owned(intid) ? 0x50 : value < 8 ? 8 : value & 0xf8);
		}
}

/* A word holds interrupts of several cells, and the kick: others write their bytes at the same
 * time, so that no write may touch them. */
static void test_only_own_bytes_are_written(void **state)
{
	static const u32 kinds[] = { GICD_IPRIORITYR, GICD_ITARGETSR };

	(void)state;
	for (u32 k = 0; k < 2; k++)
		for (u32 intid = 32; intid < 1020; intid += 4) {
			fake_events_clear();
			write_by(cell, kinds[k] + intid, 4, target_of(3) * 0x01010101u);
			for (u32 n = 0; n < fake_event_count(EV_IO_WRITE); n++) {
				const struct fake_event *e = fake_event(EV_IO_WRITE, n);

				assert_int_equal(e->b, 1);
				assert_true(owned((u32)(e->a - (uintptr_t)gicd - kinds[k])));
			}
			assert_int_equal(fake_event_count(EV_IO_WRITE),
					 owned(intid) + owned(intid + 1) + owned(intid + 2) +
						 owned(intid + 3));
		}
}

static void test_targets(void **state)
{
	u32 allowed = target_of(2) | target_of(3);

	(void)state;
	for (u32 size = 1; size <= 4; size *= 2)
		for (u32 value = 0; value < 256; value++) {
			u32 at = (SPI & ~(size - 1)) + GICD_ITARGETSR;
			bool good = !(value & ~allowed);

			gic->target[SPI] = 0x4;
			gic->target[SPI + 1] = 0x1;
			assert_int_equal(try_write(cell, at, size, value * 0x01010101u),
					 good ? MMIO_DONE : MMIO_REFUSED);
			assert_int_equal(gic->target[SPI], good ? value : 0x4);
			assert_int_equal(gic->target[SPI + 1], 0x1);
		}
	assert_int_equal(try_write(cell, GICD_ITARGETSR + SPI, 8, 0), MMIO_REFUSED);
	gic->target[SPI] = 0x8;
	assert_int_equal(read_by(cell, GICD_ITARGETSR + SPI, 1), 0x8);
	assert_int_equal(read_by(cell, GICD_ITARGETSR + SPI, 4), 0x8);
	/* Root: not to CPUs that it has no more. */
	assert_int_equal(try_write(&root_cell, GICD_ITARGETSR + 41, 1, target_of(1)), MMIO_DONE);
	assert_int_equal(try_write(&root_cell, GICD_ITARGETSR + 41, 1, target_of(2)), MMIO_REFUSED);
	assert_int_equal(gic->target[41], target_of(1));
	/* The first SPI is the first whose targets can be written. */
	gic->target[32] = target_of(0);
	write_by(&root_cell, GICD_ITARGETSR + 32, 1, target_of(1));
	assert_int_equal(gic->target[32], target_of(1));
}

/* Of others: zero, ignored. Of SGIs and PPIs: the CPU that reads. */
static void test_foreign_targets(void **state)
{
	struct fake_gicv2 before;

	(void)state;
	memset(gic->target, 0x3, sizeof(gic->target));
	before = *gic;
	for (u32 intid = 0; intid < 1024; intid++) {
		u64 seen = read_by(cell, GICD_ITARGETSR + intid, 1);

		assert_int_equal(seen, intid < 32 ? target_of(3) : owned(intid) ? 0x3 : 0);
		if (owned(intid) && intid >= 32)
			continue;
		write_by(cell, GICD_ITARGETSR + intid, 1, 0xff);
	}
	assert_memory_equal(&before, gic, sizeof(before));
}

/* Each filter, each list, each number: it arrives at CPUs of the cell, or not at all. */
static void test_sgis(void **state)
{
	u32 allowed = target_of(2) | target_of(3), self = target_of(3);
	u32 counted = this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_VSGI];

	(void)state;
	for (u32 filter = 0; filter < 4; filter++)
		for (u32 list = 0; list < 256; list++)
			for (u32 sgi = 0; sgi < 16; sgi++) {
				u32 expected = filter == 0 ? list & allowed :
					       filter == 1 ? allowed & ~self :
					       filter == 2 ? self :
							     0;
				u32 sent = gic->sgis;

				/* All other bits are ignored: so is NSATT. */
				write_by(cell, GICD_SGIR, 4,
					 0xfc00fff0u | filter << 24 | list << 16 | sgi);
				assert_int_equal(gic->sgis, sent + (expected != 0));
				if (expected)
					assert_int_equal(gic->sgir, expected << 16 | sgi);
			}
	assert_int_equal(read_by(cell, GICD_SGIR, 4), 0);
	assert_int_equal(this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_VSGI],
			 counted + 4 * 256 * 16);
	for (u32 size = 1; size <= 8; size *= 2)
		if (size != 4)
			assert_int_equal(try_write(cell, GICD_SGIR, size, ~0ULL), MMIO_REFUSED);
}

/* SGIs that are pending on the executing CPU: at every width, from whomever. */
static void test_sgi_sources(void **state)
{
	struct fake_gicv2_bank *bank = &gic->bank[3];
	struct fake_gicv2_bank others[3];

	(void)state;
	memcpy(others, gic->bank, sizeof(others));
	for (u32 sgi = 0; sgi < 16; sgi++)
		for (u32 size = 1; size <= 4 && sgi % size == 0; size *= 2) {
			u32 mask = size == 4 ? ~0u : (1u << size * 8) - 1;

			memset(bank->sgi_sources, 0, 16);
			write_by(cell, GICD_SPENDSGIR + sgi, size, 0x08040201 & mask);
			for (u32 i = 0; i < 16; i++)
				assert_int_equal(
					bank->sgi_sources[i],
					i - sgi < size ? 0x08040201 >> 8 * (i - sgi) & 0xff : 0);
			assert_int_equal(read_by(cell, GICD_SPENDSGIR + sgi, size),
					 0x08040201 & mask);
			assert_int_equal(read_by(cell, GICD_CPENDSGIR + sgi, size),
					 0x08040201 & mask);
			write_by(cell, GICD_CPENDSGIR + sgi, size, 0x00000201 & mask);
			assert_int_equal(bank->sgi_sources[sgi], 0);
		}
	assert_int_equal(try_write(cell, GICD_SPENDSGIR, 8, 0), MMIO_REFUSED);
	assert_memory_equal(others, gic->bank, sizeof(others));
}

static void test_identification(void **state)
{
	static const u32 offsets[] = { GICD_CTLR, GICD_TYPER, GICD_IIDR, GICV2_PIDR2 };
	struct fake_gicv2 before = *gic;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
		assert_int_not_equal(read_by(cell, offsets[i], 4), 0);
		write_by(cell, offsets[i], 4, ~0u);
	}
	assert_int_equal(read_by(cell, GICV2_PIDR2, 4), 0x2b);
	assert_memory_equal(&before, gic, sizeof(before));
	/* From the first of these registers on; in front of it there is nothing. */
	fake_events_clear();
	read_by(cell, GICV2_ID_REGS, 4);
	assert_int_equal(fake_event_count(EV_IO_READ), 1);
	for (u32 offset = GICD_SPENDSGIR + 16; offset < GICV2_ID_REGS; offset += 4) {
		assert_int_equal(read_by(cell, offset, 4), 0);
		write_by(cell, offset, 4, ~0u);
	}
	assert_int_equal(fake_event_count(EV_IO_READ), 1);
	assert_int_equal(fake_event_count(EV_IO_WRITE), 0);
}

/* Only one page is mapped in EL2; the window may have 16. GICv3 has registers there. */
static void test_beyond_the_page(void **state)
{
	(void)state;
	for (u64 offset = GICV2_GICD_SIZE; offset < GICD_SIZE; offset += 4) {
		assert_int_equal(read_by(cell, offset, 4), 0);
		write_by(cell, offset, 4, ~0u);
		if (offset % 8 == 0)
			assert_int_equal(read_by(cell, offset, 8), 0);
	}
	assert_int_equal(fake_event_count(EV_IO_READ) + fake_event_count(EV_IO_WRITE), 0);
}

/* Every offset and width: the hardware is never asked for what it has not, and
 * nothing of others is seen or changed. */
static void sweep(bool write)
{
	for (u64 offset = 0; offset < 0x1010; offset++)
		for (u32 width = 1; width <= 8; width *= 2) {
			u64 value = fake_random();
			enum mmio_result result =
				access(cell, FAKE_GICD_BASE + offset, width, write, &value);

			if (offset & (width - 1))
				assert_int_equal(result, MMIO_REFUSED);
		}
}

static void test_sweep_distributor(void **state)
{
	struct fake_gicv2 before;

	(void)state;
	fake_random_seed();
	sweep(false);
	before = *gic;
	sweep(true);
	for (u32 intid = 32; intid < 1024; intid++) {
		u32 w = intid / 32, b = intid % 32;

		if (owned(intid))
			continue;
		assert_int_equal((gic->enabled[w] ^ before.enabled[w]) >> b & 1, 0);
		assert_int_equal((gic->pending[w] ^ before.pending[w]) >> b & 1, 0);
		assert_int_equal((gic->active[w] ^ before.active[w]) >> b & 1, 0);
		assert_int_equal(gic->priority[intid], before.priority[intid]);
		assert_int_equal(gic->target[intid], before.target[intid]);
		assert_int_equal(
			(gic->config[intid / 16] ^ before.config[intid / 16]) >> intid % 16 * 2 & 3,
			0);
	}
	assert_memory_equal(gic->bank, before.bank, 3 * sizeof(before.bank[0]));
	assert_int_equal(gic->ctlr, before.ctlr);
	assert_int_equal(gic->target[SPI] & ~(target_of(2) | target_of(3)), 0);
	assert_true(gic->priority[SPI] >= 8);
}

/* --- the CPU interface -------------------------------------------------------------------------- */

/* All of it is root's; other cells have it without the page of GICC_DIR. */
static void test_interface_is_mapped(void **state)
{
	u32 flags = S2_READ | S2_WRITE | S2_DEVICE | S2_NO_EXECUTE;
	struct stage2_mapping m;

	(void)state;
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICC_BASE + GICC_DIR), &m));
	assert_int_equal(m.pa.v, FAKE_GICC_BASE + GICC_DIR);
	assert_int_equal(m.flags, flags);
	assert_true(stage2_lookup(&cell->stage2, ipa_of(FAKE_GICC_BASE), &m));
	assert_int_equal(m.pa.v, FAKE_GICC_BASE);
	assert_int_equal(m.flags, flags);
	assert_false(stage2_lookup(&cell->stage2, ipa_of(FAKE_GICC_BASE + GICC_DIR), &m));
	assert_false(stage2_lookup(&cell->stage2, ipa_of(FAKE_GICD_BASE), &m));
	assert_null(mmio_find(&root_cell.mmio, FAKE_GICC_BASE + GICC_DIR));
	assert_non_null(mmio_find(&cell->mmio, FAKE_GICC_BASE + GICC_SIZE - 1));
	assert_null(mmio_find(&cell->mmio, FAKE_GICC_BASE + GICC_SIZE));
}

static void test_deactivate_own_only(void **state)
{
	u64 dir = FAKE_GICC_BASE + GICC_DIR;

	(void)state;
	for (u64 intid = 0; intid < 1024; intid++) {
		/* With the CPU that sent an SGI. */
		u64 value = intid | 5 << 10;
		u32 before = gic->dirs;

		assert_int_equal(access(cell, dir, 4, true, &value), MMIO_DONE);
		assert_int_equal(gic->dirs, before + owned((u32)intid));
		if (owned((u32)intid))
			assert_int_equal(gic->bank[3].dir, value);
	}
	for (u64 offset = 0; offset < PAGE_SIZE; offset += 4)
		for (u32 size = 1; size <= 8; size *= 2) {
			u32 before = gic->dirs;
			u64 value = SPI;

			access(cell, dir + offset, size, true, &value);
			assert_int_equal(gic->dirs, before + (offset == 0 && size == 4));
			access(cell, dir + offset, size, false, &value);
			assert_int_equal(value, 0);
		}
}

/* --- the kick ----------------------------------------------------------------------------------- */

static bool wakes(u32 cpu)
{
	return fake_gicv2_wakes(cpu, KICK);
}

static void request(u32 cpu)
{
	cpu_get(cpu)->request = CPU_REQ_STOP;
	chip->wake(cpu_get(cpu));
}

static void rest(u32 cpu)
{
	fake_run_on(cpu);
	chip->cpu_scrub(this_cpu());
}

/* Wakes up, and finds what it was asked for. */
static void wake_up(u32 cpu)
{
	fake_run_on(cpu);
	chip->wait(this_cpu());
	cpu_get(cpu)->request = 0;
}

static void test_one_cpu_is_woken(void **state)
{
	(void)state;
	rest(2);
	rest(3);
	fake_run_on(0);
	assert_false(wakes(2) || wakes(3));
	request(2);
	assert_true(wakes(2));
	assert_false(wakes(3) || wakes(0) || wakes(1));
	wake_up(2);
	assert_false(wakes(2));
	assert_int_equal(gic->pending[KICK / 32] >> KICK % 32 & 1, 0);
	fake_run_on(0);
	cpu_get(2)->request = CPU_REQ_STOP;
	chip->wake(cpu_get(2));
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
	/* Cleared, known to be cleared, and only then another look at the request. */
	fake_run_on(2);
	fake_events_clear();
	chip->wait(this_cpu());
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
	assert_int_equal(fake_event(EV_IO_READ, fake_event_count(EV_IO_READ) - 1)->a,
			 fake_event(EV_IO_WRITE, fake_event_count(EV_IO_WRITE) - 1)->a);
}

/* Any order of kicks and wake-ups: who was kicked has a reason to wake up until it did. */
static void test_no_kick_is_lost(void **state)
{
	u32 asleep = 0;

	(void)state;
	fake_random_seed();
	for (u32 n = 0; n < FAKE_CPUS; n++)
		rest(n);
	for (u32 round = 0; round < 5000; round++) {
		u32 cpu = (u32)fake_random_below(FAKE_CPUS);

		if (fake_random_below(2)) {
			request(cpu);
			asleep |= 1u << cpu;
		} else {
			wake_up(cpu);
			asleep &= ~(1u << cpu);
		}
		for (u32 n = 0; n < FAKE_CPUS; n++)
			assert_int_equal(wakes(n), asleep >> n & 1);
		assert_int_equal(gic->pending[KICK / 32] >> KICK % 32 & 1, asleep != 0);
	}
}

/*
 * A CPU can see what it was asked for before it is kicked, and be in its cell
 * when the kick is sent. There it would be taken: for all targets, and, never
 * ended, for good.
 */
static void test_late_kick(void **state)
{
	(void)state;
	rest(2);
	rest(3);
	fake_run_on(0);
	request(2);
	/* CPU 3 has taken its request by itself. */
	fake_run_on(3);
	chip->cpu_enter(this_cpu(), cell);
	cpu_get(3)->request = 0;
	fake_run_on(0);
	chip->wake(cpu_get(3));
	assert_int_equal(gic->target[KICK], target_of(2));
	assert_true(wakes(2));
	/* It takes its request after it was kicked, but without waiting. */
	request(3);
	assert_int_equal(gic->target[KICK], target_of(2) | target_of(3));
	fake_run_on(3);
	chip->cpu_enter(this_cpu(), cell);
	assert_int_equal(gic->target[KICK], target_of(2));
	assert_true(wakes(2));
}

/* After the last CPU has left, the SPI is as Linux had it, and so are its neighbours, as Linux has
 * them now. */
static void test_kick_is_given_back(void **state)
{
	struct fake_gicv2 before;

	(void)state;
	fake_reset();
	gic->priority[KICK] = 0x70;
	gic->target[KICK] = 0x3;
	gic->config[KICK / 16] = 0x91111111;
	before = *gic;
	gic->pending[KICK / 32] |= 1u << KICK % 32;
	assert_int_equal(chip->init(&fake_system.header), 0);
	init_cpus();
	assert_int_equal(gic->pending[KICK / 32] >> KICK % 32 & 1, 0);
	assert_int_equal(gic->target[KICK], 0);
	gic->pending[KICK / 32] |= 1u << KICK % 32;
	assert_int_equal(gic->priority[KICK], 0);
	assert_int_equal(gic->config[KICK / 16] >> KICK % 16 * 2 & 3, GIC_EDGE);
	assert_true(gic->enabled[KICK / 32] >> KICK % 32 & 1);
	before.config[KICK / 16] ^= 3;
	gic->config[KICK / 16] ^= 3;
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		assert_true(gic->enabled[KICK / 32] >> KICK % 32 & 1);
		fake_run_on(n);
		chip->cpu_exit(cpu_get(n));
	}
	assert_memory_equal(&before, gic, sizeof(before));
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
}

/* --- what changes hands ------------------------------------------------------------------------- */

/* A CPU that rests can be woken by the kick and by nothing else. */
static void test_scrub_of_cpu(void **state)
{
	struct fake_gicv2_bank *bank = &gic->bank[3];
	u8 target = bank->target;

	(void)state;
	memset(bank, 0xff, sizeof(*bank));
	bank->target = target;
	gic->priority[32] = 0x50;
	chip->cpu_scrub(this_cpu());
	assert_int_equal(gic->priority[32], 0x50);
	assert_int_equal(bank->enabled | bank->pending | bank->active, 0);
	for (u32 n = 0; n < 32; n++)
		assert_int_equal(bank->priority[n], 0xa0);
	for (u32 n = 0; n < 16; n++)
		assert_int_equal(bank->sgi_sources[n], 0);
	/* What the firmware left of bypasses stays. */
	assert_int_equal(bank->ctlr, GICC_CTLR_ENABLE | 0x60);
	assert_string_equal(fake_barrier_after(NULL), "dsb sy");
	/* Open for everything. */
	bank->pmr = 0;
	chip->cpu_scrub(this_cpu());
	assert_int_equal(bank->pmr, 0xff & gic->priority_mask);
	fake_run_on(0);
	request(3);
	assert_true(wakes(3));
}

static void test_enter(void **state)
{
	struct cell *const cells[] = { &root_cell, cell };
	struct fake_gicv2_bank *bank = &gic->bank[3];

	(void)state;
	for (u32 n = 0; n < 2; n++) {
		bank->pending = ~0u;
		bank->ctlr = bank->pmr = ~0u;
		memset(bank->apr, 0xff, sizeof(bank->apr));
		memset(bank->sgi_sources, 0xff, 16);
		chip->cpu_enter(this_cpu(), cells[n]);
		/* Closed, as after reset. */
		assert_int_equal(bank->ctlr, 0x60);
		assert_int_equal(bank->pmr, 0);
		assert_int_equal(bank->pending, 0);
		for (u32 i = 0; i < ARRAY_SIZE(bank->apr); i++)
			assert_int_equal(bank->apr[i], 0);
		for (u32 i = 0; i < 16; i++)
			assert_int_equal(bank->sgi_sources[i], 0);
		assert_string_equal(fake_barrier_after(NULL), "dsb sy");
	}
}

static bool woken, waited, settled;
static u32 open_for;

static void kicked_while_waiting(void)
{
	waited = true;
	open_for = gic->bank[3].pmr;
	settled = strcmp(fake_barrier_after(NULL), "dsb sy") == 0;
	chip->wake(cpu_get(3));
	/* In the model, on the CPU that waits. */
	woken = wakes(3);
}

/* Whatever a cell did to its interface: the kick ends its wait, and afterwards it is as it was. */
static void test_wait_for_cell(void **state)
{
	static const u32 ctlr[] = { 0, 1, 0x200, 0x201 }, pmr[] = { 0, 8, 0xf0, 0xf8 };
	static const u32 bpr[] = { 0, 3, 7 }, apr[] = { 0, 1, 0x80000000, ~0u };
	struct fake_gicv2_bank *bank = &gic->bank[3];

	(void)state;
	for (u32 n = 0; n < 4 * 4 * 3 * 8 * 4; n++) {
		struct fake_gicv2_bank before;

		bank->ctlr = ctlr[n % 4];
		bank->pmr = pmr[n / 4 % 4];
		bank->bpr = bpr[n / 16 % 3];
		memset(bank->apr, 0, sizeof(bank->apr));
		bank->apr[n / 48 % 8] = apr[n / 384];
		before = *bank;
		waited = woken = false;
		fake_on_wfi = kicked_while_waiting;
		cpu_get(3)->request = 0;
		chip->wait_for_cell(this_cpu());
		assert_true(waited && settled);
		assert_memory_equal(&before, bank, sizeof(before));
		assert_string_equal(fake_barrier_after(NULL), "dsb sy");
		/* It was closed: it is opened for the kick, and no further. */
		if (before.pmr == 0)
			assert_int_equal(open_for, 8);
	}
}

static void request_at_wfi(void)
{
	cpu_get(3)->request = CPU_REQ_STOP;
	kicked_while_waiting();
}

static void test_wait_is_ended(void **state)
{
	static const u32 pmr[] = { 0, 8, 0xf8 };
	struct fake_gicv2_bank *bank = &gic->bank[3];

	(void)state;
	for (u32 n = 0; n < 3 * 2 * 2 * 2; n++) {
		bank->pmr = pmr[n % 3];
		bank->ctlr = n / 3 % 2;
		bank->bpr = n / 6 % 2 ? 7 : 0;
		bank->apr[0] = bank->apr[7] = n / 12;
		cpu_get(3)->request = 0;
		woken = false;
		fake_on_wfi = request_at_wfi;
		chip->wait_for_cell(this_cpu());
		assert_true(woken);
		chip->wait(this_cpu());
	}
	/* Asked before it waits: it does not. */
	waited = false;
	cpu_get(3)->request = CPU_REQ_STOP;
	chip->wait_for_cell(this_cpu());
	assert_false(waited);
}

static void test_moved_interrupt(void **state)
{
	u32 bit = 1u << SPI % 32;

	(void)state;
	fake_run_on(0);
	assert_int_equal(cell_destroy(1), 0);
	gic->enabled[1] |= bit;
	gic->pending[1] |= bit;
	gic->active[1] |= bit;
	gic->priority[SPI] = 0x30;
	gic->target[SPI] = (u8)target_of(1);
	gic->config[SPI / 16] |= 2u << SPI % 16 * 2;
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal((gic->enabled[1] | gic->pending[1] | gic->active[1]) & bit, 0);
	assert_int_equal(gic->target[SPI], target_of(2));
	/* The cell sees no settings of root's, */
	assert_int_equal(gic->priority[SPI], GIC_DEFAULT_PRIORITY);
	assert_int_equal(gic->config[SPI / 16] >> SPI % 16 * 2 & 3, 0);
	/* nor root the cell's. */
	write_by(cell_find(1), GICD_IPRIORITYR + SPI, 1, 0x70);
	assert_int_equal(cell_destroy(1), 0);
	assert_int_equal(gic->priority[SPI], 0x30);
	assert_int_equal(gic->config[SPI / 16] >> SPI % 16 * 2 & 3, 2);
	assert_int_equal(gic->target[SPI], target_of(0));
}

/* It is masked before it goes elsewhere. */
static void test_masked_before_moved(void **state)
{
	u64 base = (uintptr_t)gicd;
	bool disabled = false, moved = false;

	(void)state;
	chip->move_irq(SPI, cpu_get(3), cell, cell);
	for (u32 i = 0; i < fake_events_total(); i++) {
		const struct fake_event *e = fake_event_at(i);

		if (e->kind == EV_IO_WRITE && e->a == base + GICD_ICENABLER + 4)
			disabled = true;
		if (e->kind == EV_IO_WRITE && e->a == base + GICD_ITARGETSR + SPI) {
			assert_true(disabled);
			moved = true;
		}
	}
	assert_true(moved);
}

/* Interrupts of others that go to a CPU that left. */
static void test_confine(void **state)
{
	(void)state;
	fake_run_on(0);
	assert_int_equal(cell_destroy(1), 0);
	for (u32 targets = 0; targets < 16; targets++)
		gic->target[60 + targets] = (u8)targets;
	gic->target[286] = (u8)target_of(3);
	gic->target[KICK] = (u8)target_of(2);
	/* Behind the last that there is. */
	gic->target[288] = (u8)target_of(2);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	for (u32 targets = 0; targets < 16; targets++) {
		u32 lost = target_of(2) | target_of(3), left = targets & ~lost;

		assert_int_equal(gic->target[60 + targets], !(targets & lost) ? targets :
							    left              ? left :
										target_of(0));
	}
	assert_int_equal(gic->target[286], target_of(0));
	assert_int_equal(gic->target[SPI], target_of(2));
	assert_int_equal(gic->target[HIGH_SPI], target_of(2));
	assert_int_equal(gic->target[KICK], target_of(2));
	assert_int_equal(gic->target[288], target_of(2));
}

/* --- what is refused ---------------------------------------------------------------------------- */

/* Instead of the cell that there is. */
static void config_is_refused(long error, const char *sentence)
{
	static struct fake_snapshot before;

	fake_run_on(0);
	fake_config_place(&config);
	cell_destroy(1);
	fake_snapshot(&before);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), error);
	assert_non_null(strstr(fake_reason(), sentence));
	fake_snapshot_equal(&before, sentence);
}

static void cell_is_refused(u32 intid, long error, const char *sentence)
{
	fake_config_default(&config);
	fake_config_irq(&config, intid);
	config_is_refused(error, sentence);
}

static void test_cell_with_the_kick(void **state)
{
	(void)state;
	cell_is_refused(KICK, -EBUSY, "interrupt 287 (SPI 255) is what the hypervisor wakes CPUs");
}

/* Room for the distributor's window, but not for that of GICC_DIR. */
static void test_cell_with_too_many_windows(void **state)
{
	(void)state;
	fake_config_default(&config);
	for (u32 i = 0; i < MMIO_MAX_WINDOWS - 1; i++)
		fake_config_mem(&config, 0xa0000000 + i * 0x1000ULL, 0xa0000000 + i * 0x1000ULL, 8,
				JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32);
	config_is_refused(-ENOMEM, "trapped regions");
}

static void test_cell_with_an_interrupt_that_does_not_exist(void **state)
{
	(void)state;
	cell_is_refused(288, -EINVAL,
			"interrupt 288 (SPI 256) does not exist: the last of this "
			"machine is 287 (SPI 255)");
}

static void init_is_refused(int error, const char *sentence)
{
	struct fake_gicv2 before = *gic;

	assert_int_equal(chip->init(&fake_system.header), error);
	assert_non_null(strstr(fake_reason(), sentence));
	assert_memory_equal(&before, gic, sizeof(before));
}

static void test_init_refuses(void **state)
{
	(void)state;
	fake_reset();
	gic->pidr2 = 0x3b;
	init_is_refused(-ENODEV, "no GICv2 at 0x8000000 (PIDR2 says architecture 3)");
	fake_reset();
	gic->iidr = 0x0201143b;
	init_is_refused(-ENODEV, "no GICv2 CPU interface at 0x8010000 (IIDR says architecture 1)");
	fake_reset();
	fake_cpus(9);
	init_is_refused(-EINVAL, "a GICv2 has 8 CPUs at most, the config 9");
	fake_reset();
	fake_device_fail_after = 0;
	init_is_refused(-ENOMEM, "no room to map the interrupt distributor");
	fake_reset();
	fake_device_fail_after = 1;
	init_is_refused(-ENOMEM, "no room to map the GIC's CPU interface");
	fake_reset();
	memset(gic->enabled + 1, 0xff, 31 * 4);
	init_is_refused(-EBUSY, "no SPI of the interrupt controller is free");
	fake_reset();
	memset(gic->secure + 1, 0xff, 31 * 4);
	init_is_refused(-EBUSY, "no SPI of the interrupt controller is free");
}

/* The highest that is neither in use nor the secure world's. */
static void test_choice_of_the_kick(void **state)
{
	(void)state;
	for (u32 chosen = 32; chosen < 288; chosen += 5) {
		fake_reset();
		for (u32 intid = chosen + 1; intid < 288; intid++)
			(intid % 2 ? gic->enabled : gic->secure)[intid / 32] |= 1u << intid % 32;
		assert_int_equal(chip->init(&fake_system.header), 0);
		init_cpus();
		for (u32 intid = 32; intid < 288; intid++)
			assert_int_equal(gic->priority[intid], intid == chosen ? 0 : 0xa0);
		for (u32 n = 0; n < FAKE_CPUS; n++)
			chip->cpu_exit(cpu_get(n));
	}
}

static void test_cpu_init_refuses(void **state)
{
	(void)state;
	fake_reset();
	assert_int_equal(chip->init(&fake_system.header), 0);
	gic->bank[0].target = 0;
	assert_int_equal(chip->cpu_init(cpu_get(0)), -EIO);
	assert_non_null(strstr(fake_reason(), "CPU 0 has no interface"));
	gic->bank[0].target = 3;
	assert_int_equal(chip->cpu_init(cpu_get(0)), -EIO);
	/* Nobody has taken the kick. */
	assert_int_equal(gic->priority[KICK], 0xa0);
	assert_int_equal(gic->enabled[KICK / 32], 0);
}

/* Eight CPUs; and only the last private interrupt says who is who. */
static void test_most_cpus(void **state)
{
	(void)state;
	fake_reset();
	fake_cpus(8);
	gic->num_cpus = 8;
	assert_int_equal(chip->init(&fake_system.header), 0);
	gic->secure[0] = 0x7fffffff;
	init_cpus();
	for (u32 n = 0; n < FAKE_CPUS; n++)
		assert_int_equal(gicv2_target_of[n], target_of(n));
	for (u32 n = 0; n < FAKE_CPUS; n++)
		chip->cpu_exit(cpu_get(n));
}

static u64 interface_read(u64 offset, u32 bytes __unused_arg)
{
	return offset == GICC_IIDR ? 0x0202143b : offset == GICC_PMR ? 0xf8 : 0;
}

static void interface_write(u64 offset __unused_arg, u32 bytes __unused_arg, u64 value __unused_arg)
{
}

/* Frames 64 KiB apart, with the CPU interface where their pages would be repeated. */
static void test_frames_near_each_other(void **state)
{
	(void)state;
	fake_reset();
	assert_int_equal(chip->init(&fake_system.header), 0);
	assert_int_equal(machine.gic[0].range.size, 0x10000);
	fake_reset();
	fake_system.header.platform_info.arm.gicc_base = FAKE_GICD_BASE + 0x2000;
	fake_bus_add(FAKE_GICD_BASE + 0x2000, GICC_SIZE, interface_read, interface_write);
	assert_int_equal(chip->init(&fake_system.header), 0);
	assert_int_equal(machine.gic[0].range.size, GICV2_GICD_SIZE);
}

/* Where there is one CPU only, the targets read as zero. */
static void test_single_cpu(void **state)
{
	(void)state;
	fake_reset();
	fake_cpus(1);
	fake_header.online_cpus = 1;
	gic->num_cpus = 1;
	assert_int_equal(chip->init(&fake_system.header), 0);
	assert_int_equal(chip->cpu_init(cpu_get(0)), 0);
	assert_int_equal(gicv2_target_of[0], 1);
	chip->cpu_exit(cpu_get(0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(bits_own_only),
		TEST(kick_is_hidden),
		TEST(config_of_bank_0),
		TEST(config_fields),
		TEST(priorities),
		TEST(only_own_bytes_are_written),
		TEST(targets),
		TEST(foreign_targets),
		TEST(sgis),
		TEST(sgi_sources),
		TEST(identification),
		TEST(beyond_the_page),
		TEST(sweep_distributor),
		TEST(interface_is_mapped),
		TEST(deactivate_own_only),
		TEST(one_cpu_is_woken),
		TEST(no_kick_is_lost),
		TEST(late_kick),
		TEST(kick_is_given_back),
		TEST(scrub_of_cpu),
		TEST(enter),
		TEST(wait_for_cell),
		TEST(wait_is_ended),
		TEST(moved_interrupt),
		TEST(masked_before_moved),
		TEST(confine),
		TEST(cell_with_the_kick),
		TEST(cell_with_too_many_windows),
		TEST(cell_with_an_interrupt_that_does_not_exist),
		TEST(init_refuses),
		TEST(choice_of_the_kick),
		TEST(cpu_init_refuses),
		TEST(most_cpus),
		TEST(frames_near_each_other),
		TEST(single_cpu),
	};

	return cmocka_run_group_tests_name("gicv2", tests, NULL, NULL);
}
