/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The interrupt controller: every register, width and direction. What one
 * attempt does cannot be judged by its answer; so afterwards nothing may be
 * seen of interrupts of others, and the witness counts what reaches it.
 */
#include <gic.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#include "jailbreak.h"

#define GICD_SIZE       0x10000
#define GICV2_SIZE      0x1000
#define GICC_SIZE       0x1000
#define GICR_STRIDE     0x20000
#define GICR_TYPER      0x0008
#define GICR_TYPER_LAST (1ULL << 4)
#define GICR_TYPER_VLPI (1ULL << 1)
#define GICD_TYPER      0x0004
#define GICD_CPENDSGIR  0x0f10
#define GICD_SGIR       0x0f00
#define GICD_SETSPI_NSR 0x0040
#define GICD_CLRSPI_NSR 0x0048
#define GICD_ISPENDR    0x0200
#define GICD_ICPENDR    0x0280
#define GICD_ITARGETSR  0x0800
#define GICD_IROUTER    0x6000
#define MAX_AFFINITY    256
#define GICV2_MAX_CPUS  8
/* Of so many others, every register is tried. */
#define MAX_FOREIGN     1
#define MAX_FRAMES      1024

/* One bit, byte or pair of each interrupt. */
struct field {
	const char *name;
	u32 offset;
	u32 bits;
};

static const struct field fields[] = {
	{ "group", 0x080, 1 },   { "enabled", 0x100, 1 },  { "pending", 0x200, 1 },
	{ "active", 0x300, 1 },  { "priority", 0x400, 8 }, { "targets", 0x800, 8 },
	{ "trigger", 0xc00, 2 },
};

/* By number: root would see one that comes. And brought to ourselves: its route would be seen. */
static void take_foreign_spi(u64 window, unsigned int intid)
{
	enum jb_outcome outcome = jb_try(1, jb_strw, window + GICD_SETSPI_NSR, intid, 0, 0);
	bool seen;

	jb_count("setspi", outcome, JB_FINE);
	jb_count("clrspi", jb_try(1, jb_strw, window + GICD_CLRSPI_NSR, intid, 0, 0), JB_FINE);
	jb_try(1, jb_strx, window + GICD_IROUTER + 8 * intid, cpu_affinity(), 0, 0);
	outcome = jb_try(1, jb_ldrx, window + GICD_IROUTER + 8 * intid, 0, 0, 0);
	seen = outcome == JB_ANSWERED && jb_result != 0;
	if (seen)
		jb_note("route", intid, jb_result);
	jb_count("route", outcome, seen ? JB_HOLE : JB_FINE);
}

/* After all those writes: an interrupt that is not ours reads as zero. */
static void look_at_foreign_spis(u64 gicd)
{
	u64 window = jb_window(gicd, 1, true);
	unsigned int lines;

	jb_try(1, jb_ldrw, window + GICD_TYPER, 0, 0, 0);
	lines = 32 * ((unsigned int)(jb_result & 0x1f) + 1);
	jb_row("gic", "foreign-spis", 1);
	for (unsigned int intid = 32; intid < lines && intid < 1020; intid++)
		if (comm_region->gic_version >= 3 && !jb_is_our_spi(intid))
			take_foreign_spi(window, intid);
	for (unsigned int k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
		for (unsigned int intid = 32; intid < lines && intid < 1020; intid++) {
			u32 bit = intid * fields[k].bits;
			enum jb_outcome outcome;
			bool seen;

			if (jb_is_our_spi(intid))
				continue;
			outcome = jb_try(1, jb_ldrw, window + fields[k].offset + bit / 32 * 4, 0, 0,
					 0);
			seen = outcome == JB_ANSWERED &&
			       (jb_result >> bit % 32 & ((1u << fields[k].bits) - 1)) != 0;
			if (seen)
				jb_note(fields[k].name, intid, jb_result);
			jb_count(fields[k].name, outcome, seen ? JB_HOLE : JB_FINE);
		}
	jb_row_end();
}

static void attack_redistributors(void)
{
	u64 own = (u64)gic_own_redistributor(), frame = comm_region->gicr_base;
	unsigned int foreign = 0;

	for (unsigned int n = 0; n < MAX_FRAMES; n++) {
		u64 window = jb_window(frame, 1, true), typer;

		if (jb_try(1, jb_ldrx, window + GICR_TYPER, 0, 0, 0) != JB_ANSWERED)
			break;
		typer = jb_result;
		if (frame == own)
			jb_registers("gic", "own-gicr", frame, GICR_STRIDE, 1);
		else if (foreign++ < MAX_FOREIGN)
			jb_registers("gic", "foreign-gicr", frame, GICR_STRIDE, 1);
		if (typer & GICR_TYPER_LAST)
			break;
		frame += typer & GICR_TYPER_VLPI ? 2 * GICR_STRIDE : GICR_STRIDE;
	}
	jb_registers("gic", "own-gicr", own, GICR_STRIDE, 0);
}

/*
 * QEMU's GICv2 (10.0) ends with an assertion when an SGI is acknowledged that a
 * zero in GICD_SPENDSGIR has made pending, from nobody.
 */
static void clear_sgis(u64 gicd)
{
	u64 window = jb_window(gicd, 1, true);

	for (u64 offset = 0; offset < 16; offset += 4)
		jb_try(1, jb_strw, window + GICD_CPENDSGIR + offset, ~0ULL, 0, 0);
}

static void attack_gicv2(u64 gicd)
{
	for (unsigned int el = 2; el-- > 0;) {
		jb_registers("gic", "gicd", gicd, GICV2_SIZE, el);
		clear_sgis(gicd);
		jb_registers("gic", "gicc", comm_region->gicc_base, GICC_SIZE, el);
	}
}

/*
 * Sends an interrupt of our own to a CPU, once it is its target. True if it
 * has become that.
 */
static bool send_own_spi(u64 window, u64 target)
{
	bool v3 = comm_region->gic_version >= 3;
	u32 spi = jb_own_spi(), bit = 1u << spi % 32;
	u64 reg = window + (v3 ? GICD_IROUTER + 8 * spi : GICD_ITARGETSR + spi);

	jb_try(1, v3 ? jb_strx : jb_strb, reg, target, 0, 0);
	jb_try(1, jb_strw, window + GICD_ISPENDR + spi / 32 * 4, bit, 0, 0);
	jb_try(1, jb_strw, window + GICD_ICPENDR + spi / 32 * 4, bit, 0, 0);
	return jb_try(1, v3 ? jb_ldrx : jb_ldrb, reg, 0, 0, 0) == JB_ANSWERED &&
	       jb_result == target;
}

/* It can be sent to as many CPUs as we have, to ourselves among them. */
static void send_own_spi_to_all(u64 gicd)
{
	bool v3 = comm_region->gic_version >= 3;
	unsigned int own = 1 + jb_num_helpers(), targets = 0;
	u64 window = jb_window(gicd, 1, true), self = cpu_affinity();

	if (!jb_own_spi())
		return;
	jb_row("gic", "own-spi", 1);
	if (!v3) {
		/* Those of an SGI: this CPU. */
		jb_try(1, jb_ldrb, window + GICD_ITARGETSR, 0, 0, 0);
		self = jb_result;
	}
	map_range((void *)gicd, v3 ? GICD_SIZE : GICV2_SIZE, MAP_UNCACHED);
	irq_enable(jb_own_spi());
	for (u64 n = 0; n < (v3 ? MAX_AFFINITY : GICV2_MAX_CPUS); n++) {
		u64 target = v3 ? n / 16 << 8 | n % 16 : 1u << n;
		bool hole = send_own_spi(window, target) && ++targets > own;

		if (hole)
			jb_note("target", jb_own_spi(), target);
		jb_count("target", JB_ANSWERED, hole ? JB_HOLE : JB_FINE);
	}
	jb_count("own", JB_ANSWERED, send_own_spi(window, self) ? JB_FINE : JB_UNCLEAR);
	jb_row_end();
}

void jb_gic(void)
{
	u64 gicd = comm_region->gicd_base;

	jb_mask_all();
	if (comm_region->gic_version >= 3) {
		for (unsigned int el = 2; el-- > 0;)
			jb_registers("gic", "gicd", gicd, GICD_SIZE, el);
		attack_redistributors();
	} else {
		attack_gicv2(gicd);
	}
	look_at_foreign_spis(gicd);
	send_own_spi_to_all(gicd);
}

/* --- SGIs ---------------------------------------------------------------------- */

void jb_sgis(void)
{
	jb_row("sgi", "everybody", 1);
	for (unsigned int n = 0; n < 64 * jb_probes; n++) {
		u64 value = n % 2 ? jb_random() : jb_below(1 << 16) | jb_below(16) << 24;

		if (comm_region->gic_version < 3) {
			u64 window = jb_window(comm_region->gicd_base, 1, true);
			/* CPUTargetList, filter, NSATT and number. */
			u64 word = n % 2 ? value : jb_below(256) << 16 | jb_below(16);

			jb_count("sgir", jb_try(1, jb_strw, window + GICD_SGIR, word, 0, 0),
				 JB_FINE);
			continue;
		}
		switch (jb_below(4)) {
		case 0:
			write_sysreg(ICC_SGI0R_EL1, value);
			jb_count("sgi0r", JB_ANSWERED, JB_FINE);
			break;
		case 1:
			write_sysreg(ICC_ASGI1R_EL1, value);
			jb_count("asgi1r", JB_ANSWERED, JB_FINE);
			break;
		default:
			write_sysreg(ICC_SGI1R_EL1, value);
			jb_count("sgi1r", JB_ANSWERED, JB_FINE);
		}
		/* Ends what is not active here, or nobody's. */
		write_sysreg(ICC_EOIR1_EL1, jb_below(1024));
		write_sysreg(ICC_DIR_EL1, jb_below(1024));
		jb_count("eoir", JB_ANSWERED, JB_FINE);
		jb_count("dir", JB_ANSWERED, JB_FINE);
		isb();
	}
	jb_row_end();
}
