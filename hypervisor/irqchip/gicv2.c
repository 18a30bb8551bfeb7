/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GICv2 without interrupts in EL2. IMO is 0 for all cells, so interrupts go
 * straight to EL1, which takes and ends them in the physical CPU interface:
 * each CPU sees its own at the same address. Only the distributor is filtered
 * (gic_dist.c and gicv2_dist.c), and, for all cells but root, GICC_DIR, which
 * has a page of its own. GICH and GICV are not used.
 *
 * The kick is a spare SPI at priority 0, above all cells. It has as targets
 * the CPUs that are to wake up, is pending while there are any, and is never
 * acknowledged.
 */
#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <hyp/printk.h>
#include <jailhouse/io.h>

#include "gic_regs.h"

static volatile u8 *gicc;
static u64 gicc_pa;
u8 gicv2_target_of[GICV2_MAX_CPUS];
/* GICC_CTLR of each CPU, as Linux had it. */
static u32 ctlr_found[GICV2_MAX_CPUS];

/* The kick, and what its SPI was like before. */
static u32 kick_irq, kick_users;
static struct {
	u32 config;
	u8 priority, target;
} kick_found;
/* CPUs that are to wake up; kick_lock protects it and the target register. */
static u32 kick_targets, kick_lock;

static u32 bit_of(u32 intid)
{
	return 1u << (intid % 32);
}

static volatile u8 *bank_of(u32 reg, u32 intid)
{
	return gicd + reg + intid / 32 * 4;
}

/*
 * The highest SPI that Linux has not enabled, and that is ours to set up: those
 * of the secure world ignore writes.
 */
static int find_kick(void)
{
	u32 pmr = io_read32(gicc + GICC_PMR), mask;

	io_write32(gicc + GICC_PMR, 0xff);
	mask = io_read32(gicc + GICC_PMR);
	io_write32(gicc + GICC_PMR, pmr);
	for (u32 intid = gicd_num_irqs() - 1; intid >= 32; intid--) {
		volatile u8 *priority = gicd + GICD_IPRIORITYR + intid;

		if (io_read32(bank_of(GICD_ISENABLER, intid)) & bit_of(intid))
			continue;
		kick_found.priority = io_read8(priority);
		gic_probe_priority(priority, mask);
		io_write8(priority, kick_found.priority);
		if (gic_priority_bits) {
			kick_irq = intid;
			return 0;
		}
	}
	return (int)reason(-EBUSY, "no SPI of the interrupt controller is free to wake CPUs with");
}

static int gicv2_init(const struct jailhouse_system *config)
{
	u64 base = config->platform_info.arm.gicd_base;
	/* Where frames are 64 KiB apart, their pages may be repeated in between. */
	u64 size = base & 0xffff ? GICV2_GICD_SIZE : 0x10000;
	u32 arch;

	gicc_pa = config->platform_info.arm.gicc_base;
	gicd = map_device(pa_of(base), GICV2_GICD_SIZE);
	if (!gicd)
		return (int)reason(-ENOMEM, "no room to map the interrupt distributor");
	arch = io_read32(gicd + GICV2_PIDR2) >> 4 & 0xf;
	if (arch != 2)
		return (int)reason(
			-ENODEV,
			"there is no GICv2 at 0x%llx (PIDR2 says architecture %u); check gicd_base "
			"and gic_version",
			base, arch);
	gicc = map_device(pa_of(gicc_pa), GICC_SIZE);
	if (!gicc)
		return (int)reason(-ENOMEM, "no room to map the GIC's CPU interface");
	arch = io_read32(gicc + GICC_IIDR) >> 16 & 0xf;
	if (arch != 2)
		return (int)reason(-ENODEV,
				   "there is no GICv2 CPU interface at 0x%llx (IIDR says "
				   "architecture %u); check gicc_base",
				   gicc_pa, arch);
	if (cpu_count() > GICV2_MAX_CPUS)
		return (int)reason(-EINVAL, "a GICv2 has 8 CPUs at most, the config %u",
				   cpu_count());
	if (gicc_pa - base < size)
		size = GICV2_GICD_SIZE;
	machine.gic[0] = (struct gic_frame){ range_of(base, size), "the interrupt distributor" };
	machine.gic[1] = (struct gic_frame){ range_of(gicc_pa, GICC_SIZE),
					     "the interrupt controller's CPU interface" };
	machine.banked = machine.gic[1].range;
	return find_kick();
}

/* GICD_ITARGETSR 0 to 7 have the executing CPU's own bit wherever there is an
 * interrupt; not all SGIs have to be there. */
static u8 own_target(void)
{
	u32 targets = 0;

	for (u32 n = 0; n < 32; n += 4)
		targets |= io_read32(gicd + GICD_ITARGETSR + n);
	targets |= targets >> 16;
	targets |= targets >> 8;
	return (u8)targets;
}

/* The first CPU takes the SPI. Under the lock of setup.c. */
static void take_kick(void)
{
	volatile u8 *config = gicd + GICD_ICFGR + kick_irq / 16 * 4;

	if (kick_users++)
		return;
	kick_found.config = io_read32(config) >> kick_irq % 16 * 2 & 3;
	kick_found.target = io_read8(gicd + GICD_ITARGETSR + kick_irq);
	kick_targets = 0;
	io_write8(gicd + GICD_ITARGETSR + kick_irq, 0);
	gic_set_config(config, kick_irq, GIC_EDGE);
	io_write8(gicd + GICD_IPRIORITYR + kick_irq, 0);
	io_write32(bank_of(GICD_ICPENDR, kick_irq), bit_of(kick_irq));
	io_write32(bank_of(GICD_ISENABLER, kick_irq), bit_of(kick_irq));
}

static int gicv2_cpu_init(struct cpu *cpu)
{
	u8 target = own_target();

	/* With a single CPU there is nothing to choose, and the registers read as zero. */
	if (!target && cpu_count() == 1)
		target = 1;
	if (!target || (target & (target - 1)))
		return (int)reason(-EIO, "CPU %u has no interface of the GICv2 (targets 0x%x)",
				   cpu->id, target);
	gicv2_target_of[cpu->id] = target;
	ctlr_found[cpu->id] = io_read32(gicc + GICC_CTLR);
	take_kick();
	return 0;
}

static void gicv2_cpu_exit(struct cpu *cpu __unused_arg)
{
	volatile u8 *config = gicd + GICD_ICFGR + kick_irq / 16 * 4;

	if (__atomic_sub_fetch(&kick_users, 1, __ATOMIC_ACQ_REL))
		return;
	io_write32(bank_of(GICD_ICENABLER, kick_irq), bit_of(kick_irq));
	io_write32(bank_of(GICD_ICPENDR, kick_irq), bit_of(kick_irq));
	io_write8(gicd + GICD_IPRIORITYR + kick_irq, kick_found.priority);
	gic_set_config(config, kick_irq, kick_found.config);
	io_write8(gicd + GICD_ITARGETSR + kick_irq, kick_found.target);
	dsb_sy();
}

/* All of this CPU's SGIs, from whomever, and PPIs. */
static void clear_pending(void)
{
	io_write32(gicd + GICD_ICPENDR, ~0u);
	for (u32 n = 0; n < 16; n += 4)
		io_write32(gicd + GICD_CPENDSGIR + n, ~0u);
}

/* Zero is the one value that means the same everywhere: nothing is active. */
static void clear_active_priorities(void)
{
	for (u32 n = 0; n < GICC_NUM_APRS; n++)
		io_write32(gicc + GICC_APR + 4 * n, 0);
}

static void gicv2_cpu_scrub(struct cpu *cpu)
{
	io_write32(gicd + GICD_ICENABLER, ~0u);
	clear_pending();
	io_write32(gicd + GICD_ICACTIVER, ~0u);
	for (u32 n = 0; n < 32; n += 4)
		io_write32(gicd + GICD_IPRIORITYR + n, 0xa0a0a0a0);
	clear_active_priorities();
	io_write32(gicc + GICC_BPR, 0);
	io_write32(gicc + GICC_PMR, 0xff);
	io_write32(gicc + GICC_CTLR, (ctlr_found[cpu->id] & GICC_CTLR_BYPASS) | GICC_CTLR_ENABLE);
	dsb_sy();
}

static void set_kick_targets(u32 targets)
{
	kick_targets = targets;
	io_write8(gicd + GICD_ITARGETSR + kick_irq, (u8)targets);
}

static void gicv2_wake(const struct cpu *cpu)
{
	spin_lock(&kick_lock);
	/* Has it seen the request without us? Then it may be in a cell by now, which
	 * must not get the kick: taken and never ended there, it wakes nobody any more. */
	if (__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE)) {
		set_kick_targets(kick_targets | gicv2_target_of[cpu->id]);
		io_write32(bank_of(GICD_ISPENDR, kick_irq), bit_of(kick_irq));
	}
	spin_unlock(&kick_lock);
	dsb_sy();
	__asm__ volatile("sev" : : : "memory");
}

/* Others who are to wake up keep it pending. */
static void clear_kick(const struct cpu *cpu)
{
	spin_lock(&kick_lock);
	set_kick_targets(kick_targets & ~(u32)gicv2_target_of[cpu->id]);
	if (!kick_targets)
		io_write32(bank_of(GICD_ICPENDR, kick_irq), bit_of(kick_irq));
	/* The read makes sure that the write has arrived: cleared before the
	 * request is looked at again; partner: gicv2_wake(). */
	io_read32(bank_of(GICD_ICPENDR, kick_irq));
	spin_unlock(&kick_lock);
	dsb_sy();
}

static void gicv2_cpu_enter(struct cpu *cpu, const struct cell *cell __unused_arg)
{
	io_write32(gicc + GICC_CTLR, ctlr_found[cpu->id] & GICC_CTLR_BYPASS);
	clear_active_priorities();
	/* What was sent to the former owner. */
	clear_pending();
	clear_kick(cpu);
	io_write32(gicc + GICC_PMR, 0);
	dsb_sy();
}

static void gicv2_wait(struct cpu *cpu)
{
	__asm__ volatile("wfi" : : : "memory");
	clear_kick(cpu);
}

/* As in gicv3.c: however the cell has closed its interface, the kick ends the wait. */
static void gicv2_wait_for_cell(struct cpu *cpu)
{
	u32 ctlr = io_read32(gicc + GICC_CTLR), pmr = io_read32(gicc + GICC_PMR);
	u32 bpr = io_read32(gicc + GICC_BPR), active[GICC_NUM_APRS];

	for (u32 n = 0; n < GICC_NUM_APRS; n++)
		active[n] = io_read32(gicc + GICC_APR + 4 * n);
	clear_active_priorities();
	io_write32(gicc + GICC_BPR, 0);
	if (pmr == 0)
		io_write32(gicc + GICC_PMR, gic_priority_bits & -gic_priority_bits);
	io_write32(gicc + GICC_CTLR, ctlr | GICC_CTLR_ENABLE);
	dsb_sy();
	if (!__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE))
		__asm__ volatile("wfi" : : : "memory");
	io_write32(gicc + GICC_CTLR, ctlr);
	io_write32(gicc + GICC_PMR, pmr);
	io_write32(gicc + GICC_BPR, bpr);
	for (u32 n = 0; n < GICC_NUM_APRS; n++)
		io_write32(gicc + GICC_APR + 4 * n, active[n]);
	dsb_sy();
}

/* Private to each CPU; but an SPI that is active may be anyone's. */
static enum mmio_result gicc_dir_page(struct cell *cell, u64 arg __unused_arg,
				      struct mmio_access *a)
{
	u32 intid = a->value & 0x3ff;

	if (a->write && a->offset == 0 && a->size == 4 &&
	    (intid < 32 || cell_owns_irq(cell, intid)))
		io_write32(gicc + GICC_DIR, (u32)a->value);
	return MMIO_DONE;
}

static int gicv2_add_windows(struct cell *cell)
{
	u64 direct = cell_is_root(cell) ? GICC_SIZE : GICC_DIR;
	u32 flags = S2_READ | S2_WRITE | S2_DEVICE | S2_NO_EXECUTE;
	int err = mmio_add(&cell->mmio, machine.gic[0].range, gicd_access, true);

	if (!err && direct < GICC_SIZE)
		err = mmio_add(&cell->mmio, range_of(gicc_pa + GICC_DIR, GICC_SIZE - GICC_DIR),
			       gicc_dir_page, 0);
	if (err)
		return (int)reason(err, "there are too many trapped regions");
	err = cell_is_root(cell) ? 0 : gicd_check_irqs(cell);
	if (err)
		return err;
	if (!cell_is_root(cell) && cell_owns_irq(cell, kick_irq))
		return (int)reason(-EBUSY,
				   "interrupt %u (SPI %u) is what the hypervisor wakes CPUs with; "
				   "leave it out",
				   kick_irq, kick_irq - 32);
	cell->irqs[kick_irq / 32] &= ~bit_of(kick_irq);
	/* Bank 0 is each CPU's own. */
	cell->irqs[0] = ~0u;
	err = stage2_prepare_map(&cell->stage2, ipa_of(gicc_pa), pa_of(gicc_pa), direct, flags,
				 true);
	if (err)
		return (int)reason(err, "the page pool has no room for the page tables; give "
					"hypervisor_memory more");
	stage2_map(&cell->stage2, ipa_of(gicc_pa), pa_of(gicc_pa), direct, flags);
	return 0;
}

static void gicv2_move_irq(u32 intid, const struct cpu *target, const struct cell *from,
			   const struct cell *to)
{
	io_write32(bank_of(GICD_ICENABLER, intid), bit_of(intid));
	io_write8(gicd + GICD_ITARGETSR + intid, gicv2_target_of[target->id]);
	gicd_hand_over(intid, from, to);
}

static void gicv2_confine_irqs(const struct cell *cell, const struct cpu *target)
{
	u32 count = gicd_num_irqs(), lost = gicv2_targets(cell);

	/* Later writes of targets see the CPUs gone; earlier ones are seen here. */
	spin_lock(&gicd_lock);
	for (u32 intid = 32; intid < count; intid++) {
		volatile u8 *reg = gicd + GICD_ITARGETSR + intid;
		u8 targets;

		if (cell_owns_irq(cell, intid) || intid == kick_irq)
			continue;
		targets = io_read8(reg);
		if (targets & lost)
			io_write8(reg, targets & ~lost ? (u8)(targets & ~lost) :
							 gicv2_target_of[target->id]);
	}
	spin_unlock(&gicd_lock);
}

const struct irqchip gicv2_irqchip = {
	.name = "irqchip (GICv2)",
	.init = gicv2_init,
	.cpu_init = gicv2_cpu_init,
	.cpu_exit = gicv2_cpu_exit,
	.cpu_scrub = gicv2_cpu_scrub,
	.cpu_enter = gicv2_cpu_enter,
	.wake = gicv2_wake,
	.wait = gicv2_wait,
	.wait_for_cell = gicv2_wait_for_cell,
	.add_windows = gicv2_add_windows,
	.move_irq = gicv2_move_irq,
	.confine_irqs = gicv2_confine_irqs,
};
