/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GICv3 without interrupts in EL2. IMO is 0 for all cells, so interrupts go
 * straight to EL1.
 *
 * Root: Linux was started at EL2 and writes EOIR and DIR (EOImode 1). With FMO
 * set, DIR, CTLR, PMR and RPR reach the unused virtual interface, while IAR
 * and EOIR reach the physical one, whose EOImode is 0: EOIR deactivates, and
 * no access but an SGI send enters EL2.
 *
 * Other cells: TC traps SGI sends (and PMR, CTLR, DIR, RPR), TALL0 group 0.
 *
 * The kick is a PPI that nobody uses, at priority 0, above all cells.
 */
#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <arch/sysregs.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <jailhouse/config-extension.h>
#include <jailhouse/io.h>

#include "gic_regs.h"

/* GICD_CTLR.RWP clears within microseconds. */
#define RWP_POLLS 1000000u

/* What a CPU's interface was like when Linux had it to itself. */
static struct {
	u64 ctlr, sre, ich_hcr, ich_vmcr, pmr;
	u32 group, enabled, priority, config;
} found[MAX_CPUS];

static u32 kick_irq;
/* The kick's priority as PMR compares it: with two security states, what we
 * set as 0 is 0x80, and shows so where group 0 is not EL3's (SCR_EL3.FIQ = 0;
 * IHI 0069 4.8.1, 4.8.6). */
static u8 kick_in_pmr;
/* What each frame of a region is: FRAME_LAST, and the CPU whose redistributor it
 * is, plus 1; 0 for none. Frames may be more than CPUs, and in any order. */
#define FRAME_LAST 0x80
static u8 frames[MAX_FRAMES];
u32 gicr_frame_shift;
static u32 gicr_first_frame[MAX_GICR_REGIONS];

const struct cpu *gicr_frame_cpu(u32 n)
{
	u32 cpu = n < MAX_FRAMES ? frames[n] & ~FRAME_LAST : 0;

	return cpu ? cpu_get(cpu - 1) : NULL;
}

bool gicr_frame_is_last(u32 n)
{
	return n < MAX_FRAMES && (frames[n] & FRAME_LAST);
}

static volatile u8 *rd(const struct cpu *cpu)
{
	return (volatile u8 *)cpu->gicr;
}

/* GICR_TYPER has Aff3 to Aff0 in its upper half. */
static struct cpu *cpu_of_typer(u64 typer, u32 frame)
{
	u64 mpidr = (typer >> 32 & 0xffffff) | (typer >> 56) << 32;

	/* The usual order first. */
	if (frame < cpu_count() && cpu_get(frame)->arrived && cpu_get(frame)->mpidr == mpidr)
		return cpu_get(frame);
	return cpu_by_mpidr(mpidr);
}

/* With GICR_TYPER.VLPIS frames have two pages more (IHI 0069 12.1.2). */
static void find_frame_size(u64 base)
{
	volatile u8 *first = map_temporary_device(pa_of(base), PAGE_SIZE);

	gicr_frame_shift = io_read64(first + GICR_TYPER) & GICR_TYPER_VLPIS ? 18 : 17;
}

/* One more region, whose frames get the numbers from `first` on; the number
 * behind it, or an errno. Without a size its last frame says so (Last), and what
 * is behind the last one of ours is nobody's. */
static int add_region(u32 region, u64 base, u64 size, u32 first)
{
	u32 last = first, end = MIN(first + (u32)(size >> gicr_frame_shift), MAX_FRAMES);

	for (u32 n = first; n < (size ? end : MAX_FRAMES); n++) {
		pa_t pa = pa_of(base + ((u64)(n - first) << gicr_frame_shift));
		volatile u8 *frame = map_temporary_device(pa, PAGE_SIZE);
		u64 typer = io_read64(frame + GICR_TYPER);
		struct cpu *cpu = cpu_of_typer(typer, n);

		if (cpu) {
			cpu->gicr = (u64)map_device(pa, GICR_FRAME_SIZE);
			if (!cpu->gicr)
				return (int)reason(-ENOMEM, "no room to map a redistributor");
			frames[n] = (u8)(cpu->id + 1);
		}
		if (cpu || size)
			last = n;
		if (typer & GICR_TYPER_LAST) {
			frames[n] |= FRAME_LAST;
			if (!size)
				break;
		}
	}
	if (!size)
		frames[last] |= FRAME_LAST;
	gicr_first_frame[region] = first;
	machine.gic[1 + region] = (struct gic_frame){
		range_of(base, (last - first + 1ULL) << gicr_frame_shift),
		"an interrupt redistributor",
	};
	return (int)last + 1;
}

/* The redistributor of a CPU is the one with its affinity. */
static int find_redistributors(const struct jailhouse_system *config)
{
	u64 base = config->platform_info.arm.gicr_base;
	const struct jailhouse_ext_gicr_region *region = NULL;
	int next = 0;
	u32 n = 0;

	find_frame_size(base);
	while (n < MAX_GICR_REGIONS && next >= 0 && next < MAX_FRAMES &&
	       (region = config_next_record(&config->root_cell, JAILHOUSE_EXT_GICR_REGION, region)))
		next = add_region(n++, region->base, region->size, (u32)next);
	if (!n)
		next = add_region(0, base, 0, 0);
	for (n = 0; next >= 0 && n < cpu_count(); n++)
		if (cpu_get(n)->arrived && !cpu_get(n)->gicr)
			return (int)reason(-ENODEV,
					   "there is no redistributor for CPU %u (affinity 0x%llx) "
					   "at 0x%llx; check gicr_base",
					   n, cpu_get(n)->mpidr, base);
	return MIN(next, 0);
}

static int gic_init(const struct jailhouse_system *config)
{
	u64 base = config->platform_info.arm.gicd_base;
	u32 arch;

	gicd = map_device(pa_of(base), GICD_SIZE);
	if (!gicd)
		return (int)reason(-ENOMEM, "no room to map the interrupt distributor");
	arch = io_read32(gicd + GICD_PIDR2) >> 4 & 0xf;
	if (arch != 3 && arch != 4)
		return (int)reason(
			-ENODEV,
			"there is no GICv3 at 0x%llx (PIDR2 says architecture %u); check "
			"gicd_base and gic_version",
			base, arch);
	if (!(io_read32(gicd + GICD_CTLR) & GICD_CTLR_ARE_NS))
		return (int)reason(-EIO, "Linux does not use affinity routing (GICD_CTLR.ARE)");
	machine.gic[0] =
		(struct gic_frame){ range_of(base, GICD_SIZE), "the interrupt distributor" };
	kick_irq = config->platform_info.arm.maintenance_irq;
	kick_bit = 1u << kick_irq;
	return find_redistributors(config);
}

static u32 priority_bits(void)
{
	return (u32)(read_sysreg(ICC_CTLR_EL1) >> 8 & 7) + 1;
}

/* Which priority bits exist, and how PMR shows them; it is restored. */
static void probe_priorities(const struct cpu *cpu)
{
	u64 pmr = read_sysreg(ICC_PMR_EL1), mask;

	write_sysreg(ICC_PMR_EL1, 0xff);
	mask = read_sysreg(ICC_PMR_EL1);
	write_sysreg(ICC_PMR_EL1, pmr);
	gic_probe_priority(rd(cpu) + GICR_IPRIORITYR + kick_irq, mask);
	/* The non-secure view has one bit less. */
	kick_in_pmr = 0;
	if (!(io_read32(gicd + GICD_CTLR) & GICD_CTLR_DS) && (mask & BIT(8 - priority_bits())))
		kick_in_pmr = 0x80;
}

static void set_kick_priority(const struct cpu *cpu, u8 priority)
{
	io_write8(rd(cpu) + GICR_IPRIORITYR + kick_irq, priority);
}

/* Root's view of the CPU interface; see the top of this file. */
static void interface_for_root(void)
{
	write_sysreg(ICH_HCR_EL2, 0);
	/* Linux's DIR writes must be legal there: VEOIM = 1. */
	write_sysreg(ICH_VMCR_EL2,
		     0xf0ULL << ICH_VMCR_VPMR_SHIFT | ICH_VMCR_VEOIM | ICH_VMCR_VENG1);
	write_sysreg(ICC_CTLR_EL1, read_sysreg(ICC_CTLR_EL1) & ~ICC_CTLR_EOIMODE);
	write_sysreg(ICC_PMR_EL1, 0xf0);
	isb();
}

static int gic_cpu_init(struct cpu *cpu)
{
	volatile u8 *config;

	if (!(read_sysreg(ICC_SRE_EL2) & ICC_SRE_SRE))
		return (int)reason(-EIO, "CPU %u does not use the system register interface",
				   cpu->id);
	if (io_read32(rd(cpu) + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS)
		return (int)reason(
			-EBUSY,
			"CPU %u takes LPIs: the interrupt translation service is in use and "
			"cannot be confined yet; boot without it (QEMU: its=off)",
			cpu->id);
	if (io_read32(rd(cpu) + GICR_ISENABLER0) & kick_bit)
		return (int)reason(-EBUSY, "interrupt %u (maintenance_irq) is in use by Linux",
				   kick_irq);

	found[cpu->id].ctlr = read_sysreg(ICC_CTLR_EL1);
	found[cpu->id].sre = read_sysreg(ICC_SRE_EL2);
	found[cpu->id].pmr = read_sysreg(ICC_PMR_EL1);
	found[cpu->id].ich_hcr = read_sysreg(ICH_HCR_EL2);
	found[cpu->id].ich_vmcr = read_sysreg(ICH_VMCR_EL2);
	found[cpu->id].group = io_read32(rd(cpu) + GICR_IGROUPR0);
	found[cpu->id].enabled = io_read32(rd(cpu) + GICR_ISENABLER0);
	found[cpu->id].priority = io_read8(rd(cpu) + GICR_IPRIORITYR + kick_irq);
	probe_priorities(cpu);
	if (!gic_priority_bits)
		return (int)reason(-EBUSY,
				   "interrupt %u (maintenance_irq) belongs to the secure world of "
				   "this machine; name another PPI that nobody uses",
				   kick_irq);
	config = rd(cpu) + GICR_ICFGR + 4;
	found[cpu->id].config = io_read32(config);

	/* What is active now will be ended by a DIR that reaches the virtual
	 * interface only: end it here. */
	io_write32(rd(cpu) + GICR_ICACTIVER0, ~0u);
	io_write32(rd(cpu) + GICR_ICPENDR0, kick_bit);
	io_write32(rd(cpu) + GICR_IGROUPR0, found[cpu->id].group | kick_bit);
	/* Edge: it stays pending until it is cleared, and needs no source. */
	gic_set_config(config, kick_irq, GIC_EDGE);
	set_kick_priority(cpu, 0);
	interface_for_root();
	return 0;
}

static void gic_cpu_exit(struct cpu *cpu)
{
	io_write32(rd(cpu) + GICR_ICENABLER0, kick_bit);
	io_write32(rd(cpu) + GICR_ICPENDR0, kick_bit);
	io_write32(rd(cpu) + GICR_ICACTIVER0, ~0u);
	set_kick_priority(cpu, (u8)found[cpu->id].priority);
	/* Of the others, Linux may have changed some meanwhile. */
	gic_set_config(rd(cpu) + GICR_ICFGR + 4, kick_irq,
		       found[cpu->id].config >> (kick_irq - 16) * 2 & 3);
	io_write32(rd(cpu) + GICR_IGROUPR0, found[cpu->id].group);
	dsb_sy();
	write_sysreg(ICC_CTLR_EL1, found[cpu->id].ctlr);
	write_sysreg(ICC_PMR_EL1, found[cpu->id].pmr);
	write_sysreg(ICH_VMCR_EL2, found[cpu->id].ich_vmcr);
	write_sysreg(ICH_HCR_EL2, found[cpu->id].ich_hcr);
	write_sysreg(ICC_SRE_EL2, found[cpu->id].sre);
	isb();
}

/* Active priorities: one register for 5 bits of priority, two for 6, four for
 * 7 (ICC_CTLR_EL1.PRIbits + 1). Zero is the one value that means the same in
 * every implementation: nothing is active. */
struct active_priorities {
	u64 r0, r1, r2, r3;
};

static void get_active(struct active_priorities *active)
{
	u32 bits = priority_bits();

	active->r0 = read_sysreg(ICC_AP1R0_EL1);
	if (bits >= 6)
		active->r1 = read_sysreg(ICC_AP1R1_EL1);
	if (bits >= 7) {
		active->r2 = read_sysreg(ICC_AP1R2_EL1);
		active->r3 = read_sysreg(ICC_AP1R3_EL1);
	}
}

static void set_active(const struct active_priorities *active)
{
	u32 bits = priority_bits();

	write_sysreg(ICC_AP1R0_EL1, active->r0);
	if (bits >= 6)
		write_sysreg(ICC_AP1R1_EL1, active->r1);
	if (bits >= 7) {
		write_sysreg(ICC_AP1R2_EL1, active->r2);
		write_sysreg(ICC_AP1R3_EL1, active->r3);
	}
}

static const struct active_priorities none_active;

/* Open for every priority; nothing but the kick is enabled. */
static void gic_cpu_scrub(struct cpu *cpu)
{
	io_write32(rd(cpu) + GICR_ICENABLER0, ~kick_bit);
	io_write32(rd(cpu) + GICR_ICPENDR0, ~0u);
	io_write32(rd(cpu) + GICR_ICACTIVER0, ~0u);
	for (u32 n = 0; n < 32; n += 4)
		io_write32(rd(cpu) + GICR_IPRIORITYR + n, 0xa0a0a0a0);
	set_kick_priority(cpu, 0);
	io_write32(rd(cpu) + GICR_ICFGR + 4, found[cpu->id].config);
	gic_set_config(rd(cpu) + GICR_ICFGR + 4, kick_irq, GIC_EDGE);
	io_write32(rd(cpu) + GICR_ISENABLER0, kick_bit);
	dsb_sy();
	write_sysreg(ICC_SRE_EL2, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB | ICC_SRE_ENABLE);
	isb();
	set_active(&none_active);
	write_sysreg(ICC_CTLR_EL1, 0);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

static void gic_cpu_enter(struct cpu *cpu, const struct cell *cell)
{
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	set_active(&none_active);
	/* What was sent to the former owner. */
	io_write32(rd(cpu) + GICR_ICPENDR0, ~0u);
	if (cell_is_root(cell)) {
		/* Root's CPUs are never kicked: they go off by themselves. */
		io_write32(rd(cpu) + GICR_ICENABLER0, kick_bit);
		write_sysreg(ICC_SRE_EL2, found[cpu->id].sre);
		isb();
		interface_for_root();
		return;
	}
	write_sysreg(ICC_SRE_EL2, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
	isb();
	write_sysreg(ICH_VMCR_EL2, 0);
	write_sysreg(ICH_HCR_EL2, ICH_HCR_TC | ICH_HCR_TALL0);
	write_sysreg(ICC_CTLR_EL1, 0);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_PMR_EL1, 0);
	isb();
}

static void gic_wake(const struct cpu *cpu)
{
	/* A kick that came late may have been taken in a cell, and not ended: active,
	 * it would not be signalled again. */
	io_write32(rd(cpu) + GICR_ICACTIVER0, kick_bit);
	io_write32(rd(cpu) + GICR_ISPENDR0, kick_bit);
	dsb_sy();
	__asm__ volatile("sev" : : : "memory");
}

static void clear_kick(const struct cpu *cpu)
{
	io_write32(rd(cpu) + GICR_ICPENDR0, kick_bit);
	/* The read makes sure that the write has arrived: cleared before the
	 * request is looked at again; partner: gic_wake(). */
	io_read32(rd(cpu) + GICR_ICPENDR0);
	dsb_sy();
}

static void gic_wait(struct cpu *cpu)
{
	__asm__ volatile("wfi" : : : "memory");
	clear_kick(cpu);
}

/*
 * A cell may have closed its interface in many ways; none of them may keep the
 * kick from ending a WFI. So the interface is opened while it waits here, and
 * put back as it was. Interrupts stay masked in EL2: what is pending is taken
 * by the cell after the return, by its own rules.
 */
static void gic_wait_for_cell(struct cpu *cpu)
{
	u64 enable = read_sysreg(ICC_IGRPEN1_EL1), pmr = read_sysreg(ICC_PMR_EL1);
	u64 bpr = read_sysreg(ICC_BPR1_EL1);
	struct active_priorities active;

	get_active(&active);
	set_active(&none_active);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	if (pmr <= kick_in_pmr)
		write_sysreg(ICC_PMR_EL1, kick_in_pmr + (gic_priority_bits & -gic_priority_bits));
	isb();
	dsb_sy();
	if (!__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE))
		__asm__ volatile("wfi" : : : "memory");
	write_sysreg(ICC_PMR_EL1, pmr);
	write_sysreg(ICC_IGRPEN1_EL1, enable);
	write_sysreg(ICC_BPR1_EL1, bpr);
	set_active(&active);
	isb();
}

static int gic_add_windows(struct cell *cell)
{
	int err = mmio_add(&cell->mmio, machine.gic[0].range, gicd_access, false);

	for (u32 n = 0; !err && n < MAX_GICR_REGIONS && machine.gic[1 + n].range.size; n++)
		err = mmio_add(&cell->mmio, machine.gic[1 + n].range, gicr_access,
			       gicr_first_frame[n]);
	if (err)
		return (int)reason(err, "there are too many trapped regions");
	return cell_is_root(cell) ? 0 : gicd_check_irqs(cell);
}

static void wait_rwp(void)
{
	for (u32 n = 0; n < RWP_POLLS; n++)
		if (!(io_read32(gicd + GICD_CTLR) & GICD_CTLR_RWP))
			return;
	printk("The interrupt distributor did not finish a write\n");
}

static void gic_move_irq(u32 intid, const struct cpu *target, const struct cell *from,
			 const struct cell *to)
{
	u32 word = intid / 32 * 4, bit = 1u << (intid % 32);

	io_write32(gicd + GICD_ICENABLER + word, bit);
	wait_rwp();
	io_write64(gicd + GICD_IROUTER + 8 * (u64)intid, target->mpidr);
	gicd_hand_over(intid, from, to);
}

static void gic_confine_irqs(const struct cell *cell, const struct cpu *target)
{
	u32 count = gicd_num_irqs();

	/* Later writes of routes see the CPUs gone; earlier ones are seen here. */
	spin_lock(&gicd_lock);
	for (u32 intid = 32; intid < count; intid++) {
		volatile u8 *reg = gicd + GICD_IROUTER + 8 * (u64)intid;
		u64 route;
		const struct cpu *cpu;

		if (cell_owns_irq(cell, intid))
			continue;
		route = io_read64(reg);
		/* The usual case first: it goes where the caller runs. */
		if (route == target->mpidr)
			continue;
		cpu = cpu_by_mpidr(route);
		if ((route & GICD_IROUTER_IRM) || !cpu || cell_owns_cpu(cell, cpu->id))
			io_write64(reg, target->mpidr);
	}
	spin_unlock(&gicd_lock);
}

const struct irqchip gicv3_irqchip = {
	.name = "irqchip (GICv3)",
	.root_hcr = HCR_FMO,
	.init = gic_init,
	.cpu_init = gic_cpu_init,
	.cpu_exit = gic_cpu_exit,
	.cpu_scrub = gic_cpu_scrub,
	.cpu_enter = gic_cpu_enter,
	.wake = gic_wake,
	.wait = gic_wait,
	.wait_for_cell = gic_wait_for_cell,
	.add_windows = gic_add_windows,
	.move_irq = gic_move_irq,
	.confine_irqs = gic_confine_irqs,
};
