/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt controller. No interrupt enters EL2: what is here filters the
 * registers of the distributor, hands interrupts over with their cells, and
 * wakes CPUs.
 */
#pragma once

#include <hyp/cell.h>
#include <jailhouse/cell-config.h>

struct irqchip {
	const char *name;
	/** Bits of HCR_EL2 that root runs with for this controller's sake. */
	u64 root_hcr;
	/** Find and check the hardware; once. -ENODEV, -EIO with a reason. */
	int (*init)(const struct jailhouse_system *config);
	/** Prepare this CPU's interface for root; on failure nothing changed. */
	int (*cpu_init)(struct cpu *cpu);
	/** Undo cpu_init: everything as found. */
	void (*cpu_exit)(struct cpu *cpu);
	/** Wipe this CPU's interface and private interrupts, so that nothing but
	 *  the kick can wake it in EL2. */
	void (*cpu_scrub)(struct cpu *cpu);
	/** Set the interface up for running `cell` on this CPU. */
	void (*cpu_enter)(struct cpu *cpu, const struct cell *cell);
	/** Make a CPU that waits, in its cell or in EL2, come to EL2. */
	void (*wake)(const struct cpu *cpu);
	/** Wait, in EL2 with the scrubbed interface, until wake() or something
	 *  else happens; the wake-up is taken back. */
	void (*wait)(struct cpu *cpu);
	/** A cell's WFI, executed in EL2 so that wake() ends it in any case. */
	void (*wait_for_cell)(struct cpu *cpu);
	/** Give the cell its view of the controller: filtered windows, and what is
	 *  mapped. Its stage 2 is there. Negative errno with a reason. */
	int (*add_windows)(struct cell *cell);
	/** Mask, deactivate and retarget an SPI to a CPU of its new owner, with
	 *  default settings, or those it had when it left root. */
	void (*move_irq)(u32 intid, const struct cpu *target, const struct cell *from,
			 const struct cell *to);
	/** `cell` has just got its CPUs: SPIs of others that are routed to one of
	 *  them, or to any CPU at all, go to `target` instead. */
	void (*confine_irqs)(const struct cell *cell, const struct cpu *target);
};

extern const struct irqchip gicv2_irqchip, gicv3_irqchip;

/** Make an SPI pending at the distributor, for whoever owns it; any CPU. What
 *  the caller, or the cell it works for, wrote before is seen by the receiver. */
void irq_set_pending(u32 intid);

/** The one in use; set at enable. */
extern const struct irqchip *irqchip;
