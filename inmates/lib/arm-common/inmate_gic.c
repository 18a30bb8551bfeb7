/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * GICv2 and GICv3 as a cell sees them: only what an inmate needs to receive
 * interrupts, and to send SGIs. In a cell parts of the set-up are done by the root cell
 * already and the writes have no effect.
 */
#include <gic.h>
#include <inmate_private.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

/* Arm IHI 0069, chapter 12. */
#define GICD_CTLR         0x0000
#define GICD_CTLR_ENGRP1  (1u << 1)
#define GICD_CTLR_ARE     (1u << 4)
#define GICV2_CTLR_ENABLE (1u << 0)
#define GICD_IGROUPR      0x0080
#define GICD_ISENABLER    0x0100
#define GICD_ICENABLER    0x0180
#define GICD_IPRIORITYR   0x0400
#define GICD_ITARGETSR    0x0800
#define GICD_SGIR         0x0f00
#define GICD_IROUTER      0x6000
#define GICR_TYPER        0x0008
#define GICR_TYPER_LAST   (1ULL << 4)
#define GICR_WAKER        0x0014
#define GICR_WAKER_SLEEP  (1u << 1)
#define GICR_WAKER_ASLEEP (1u << 2)
#define GICR_SGI_FRAME    0x10000
#define GICR_STRIDE       0x20000
#define GICR_MAX_FRAMES   512
#define GICR_MAX_REGIONS  8
#define GICC_CTLR         0x0000
#define GICC_PMR          0x0004
#define GICC_IAR          0x000c
#define GICC_EOIR         0x0010

#define PRIORITY       0xa0
#define PRIORITY_MASK  0xf0
#define SPECIAL_INTIDS 1020
#define WAKE_POLLS     100000

static irq_handler_t irq_handler;

static bool v3(void)
{
	return comm_region->gic_version >= 3;
}

static u8 *gicd(void)
{
	return (u8 *)comm_region->gicd_base;
}

static u8 *gicc(void)
{
	return (u8 *)comm_region->gicc_base;
}

/* In one region; affinity as in TYPER. */
static u8 *find_redistributor(u8 *frame, u64 affinity)
{
	u64 typer;

	for (unsigned int n = 0; n < GICR_MAX_FRAMES; n++, frame += GICR_STRIDE) {
		map_range(frame, GICR_STRIDE, MAP_UNCACHED);
		typer = io_read64(frame + GICR_TYPER);
		if (typer >> 32 == affinity)
			return frame;
		if (typer & GICR_TYPER_LAST)
			break;
	}
	return NULL;
}

void *gic_own_redistributor(void)
{
	const u64 *regions = (const u64 *)((u8 *)comm_region + JAILHOUSE_COMM_GICR_REGIONS);
	u64 affinity = cpu_affinity();
	u8 *found;

	/* TYPER has Aff3..Aff0 in its upper half. */
	affinity = (affinity & 0xffffff) | ((affinity >> 32) & 0xff) << 24;
	found = find_redistributor((u8 *)comm_region->gicr_base, affinity);
	for (unsigned int n = 0; !found && n < GICR_MAX_REGIONS && regions[n]; n++)
		if (regions[n] != comm_region->gicr_base)
			found = find_redistributor((u8 *)regions[n], affinity);
	return found;
}

/* The registers that hold bit `irq`: SGIs and PPIs of GICv3 have their own. */
static u8 *bank(unsigned int irq)
{
	if (v3() && is_sgi_ppi(irq))
		return (u8 *)gic_own_redistributor() + GICR_SGI_FRAME;
	return gicd();
}

static void init_v3(void)
{
	u8 *gicr = gic_own_redistributor();
	unsigned int polls = WAKE_POLLS;
	u32 waker;

	if (!gicr) {
		printk("No redistributor for this CPU at 0x%llx\n", comm_region->gicr_base);
		stop();
	}
	waker = io_read32(gicr + GICR_WAKER);
	if (waker & GICR_WAKER_SLEEP) {
		io_write32(gicr + GICR_WAKER, waker & ~GICR_WAKER_SLEEP);
		while ((io_read32(gicr + GICR_WAKER) & GICR_WAKER_ASLEEP) && --polls)
			cpu_relax();
	}
	if (!(io_read32(gicd() + GICD_CTLR) & GICD_CTLR_ENGRP1)) {
		io_write32(gicd() + GICD_CTLR, GICD_CTLR_ARE);
		io_write32(gicd() + GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_ENGRP1);
	}

	write_sysreg(ICC_CTLR_EL1, 0);
	write_sysreg(ICC_PMR_EL1, PRIORITY_MASK);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

static void init_v2(void)
{
	map_range(gicc(), 2 * PAGE_SIZE, MAP_UNCACHED);
	if (!(io_read32(gicd() + GICD_CTLR) & GICV2_CTLR_ENABLE))
		io_write32(gicd() + GICD_CTLR, GICV2_CTLR_ENABLE);
	io_write32(gicc() + GICC_PMR, PRIORITY_MASK);
	io_write32(gicc() + GICC_CTLR, GICV2_CTLR_ENABLE);
}

void irq_init(irq_handler_t handler)
{
	irq_handler = handler;
	map_range(gicd(), 0x10000, MAP_UNCACHED);
	if (v3())
		init_v3();
	else
		init_v2();
}

void irq_enable(unsigned int irq)
{
	u8 *base = bank(irq);
	u32 offset = irq / 32 * 4;
	u32 bit = 1u << (irq % 32);

	if (v3())
		io_write32(base + GICD_IGROUPR + offset,
			   io_read32(base + GICD_IGROUPR + offset) | bit);
	io_write8(base + GICD_IPRIORITYR + irq, PRIORITY);
	if (is_spi(irq)) {
		if (v3())
			io_write64(base + GICD_IROUTER + 8 * irq, cpu_affinity());
		else /* ITARGETSR 0 reads as the calling CPU. */
			io_write8(base + GICD_ITARGETSR + irq, io_read8(base + GICD_ITARGETSR));
	}
	io_write32(base + GICD_ISENABLER + offset, bit);
}

void irq_disable(unsigned int irq)
{
	io_write32(bank(irq) + GICD_ICENABLER + irq / 32 * 4, 1u << (irq % 32));
}

void gic_send_sgi(u64 affinity, unsigned int sgi)
{
	u64 value;

	/* What was written before must be seen by who receives it. */
	dsb(ishst);
	if (!v3()) {
		io_write32(gicd() + GICD_SGIR, 1u << (16 + (affinity & 7)) | sgi);
		return;
	}
	value = ((affinity >> 32) & 0xff) << 48 | ((affinity >> 16) & 0xff) << 32 |
		((affinity >> 8) & 0xff) << 16 | (u64)sgi << 24 | 1ULL << (affinity & 0xf);
	write_sysreg(ICC_SGI1R_EL1, value);
	isb();
}

void gic_handle_irq(void)
{
	u32 irq = v3() ? (u32)read_sysreg(ICC_IAR1_EL1) : io_read32(gicc() + GICC_IAR);
	/* GICv2 has the sender of an SGI in bits 10 to 12. */
	u32 number = v3() ? irq : irq & 0x3ff;

	if (number >= SPECIAL_INTIDS && number < 8192)
		return;
	if (irq_handler)
		irq_handler(number);
	if (v3())
		write_sysreg(ICC_EOIR1_EL1, irq);
	else
		io_write32(gicc() + GICC_EOIR, irq);
}

/* Nothing may arrive at this CPU any more; only if irq_init() was called. */
void gic_silence(void)
{
	if (!irq_handler)
		return;
	if (v3()) {
		write_sysreg(ICC_IGRPEN1_EL1, 0);
		isb();
	} else {
		io_write32(gicc() + GICC_CTLR, 0);
	}
}
