/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs: their numbers, the wait in EL2, how one CPU makes another leave its
 * cell (the kick), and how a CPU enters one.
 */
#include <hyp/cpu.h>

#include <arch/barrier.h>
#include <arch/image.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <arch/time.h>
#include <hyp/cell.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/page_alloc.h>
#include <hyp/setup.h>
#include <hyp/string.h>
#include <jailhouse/io.h>

#include "private.h"
#include <arch/sysregs.h>

u32 cpu_count(void)
{
	return image_header()->max_cpus;
}

struct cpu *cpu_get(u32 id)
{
	const struct jailhouse_header *header = image_header();

	return (struct cpu *)(HYP_BASE + header->core_size + id * PERCPU_SIZE);
}

struct cpu *this_cpu(void)
{
	return (struct cpu *)LOCAL_PUBLIC;
}

struct cpu *cpu_by_mpidr(u64 mpidr)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (cpu_get(n)->arrived && cpu_get(n)->mpidr == (mpidr & MPIDR_AFFINITY))
			return cpu_get(n);
	return NULL;
}

u64 counter_now(void)
{
	/* Not before what the program did earlier (Arm ARM D11.2.1). */
	isb();
	return read_sysreg(cntpct_el0);
}

u64 counter_ticks(u64 microseconds)
{
	u64 frequency = read_sysreg(cntfrq_el0);

	/* Saturate at 2^32 seconds or so. */
	if (microseconds > 1ULL << 40)
		microseconds = 1ULL << 40;
	return microseconds / 1000000 * frequency + microseconds % 1000000 * frequency / 1000000;
}

void cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

__spin void spin_wait_lock(u32 *lock)
{
	while (!spin_trylock(lock))
		while (__atomic_load_n(lock, __ATOMIC_RELAXED))
			cpu_relax();
}

bool cpu_is_idle(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE) == 0 &&
	       __atomic_load_n(&cpu->power, __ATOMIC_ACQUIRE) == CPU_POWER_OFF;
}

/*
 * Take the address space of a running CPU away: its next fetch or access
 * faults into EL2, where it finds the request. What it does not fetch from
 * memory any more is dropped from the TLBs under its own VMID.
 */
static void revoke_stage2(struct cpu *cpu)
{
	spin_lock(&cpu->kick_lock);
	memset(cpu->root, 0, STAGE2_ROOT_PAGES * PAGE_SIZE);
	tlb_flush_vmid(cpu->cell->stage2.vmid);
	spin_unlock(&cpu->kick_lock);
}

void cpu_request(struct cpu *cpu, u32 request)
{
	bool running = __atomic_load_n(&cpu->power, __ATOMIC_ACQUIRE) != CPU_POWER_OFF;

	__atomic_store_n(&cpu->request, request, __ATOMIC_RELEASE);
	/* The request before the tables go; partner: start_cell(). */
	dmb_ish();
	if (request == CPU_REQ_STOP && running)
		revoke_stage2(cpu);
	/* Request and empty table before the wake-up; partner: cpu_wait(). */
	dsb_sy();
	irqchip->wake(cpu);
}

/* What the cell's own CPU does for it while nobody waits in a hypercall. */
static void flush_memory(const struct cell *cell, bool zero)
{
	for (u32 i = 0; i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		/* Shared memory may have been loaded, but is not ours to zero. */
		if (region_is_ram(mem) ? !zero || (mem->flags & JAILHOUSE_MEM_WRITE) :
					 !zero && (mem->flags & JAILHOUSE_MEM_LOADABLE))
			memory_flush(pa_of(mem->phys_start), mem->size, zero);
	}
}

void cpu_load_stage2(const struct cell *cell)
{
	struct cpu *cpu = this_cpu();
	const struct stage2 *s2 = &cell->stage2;
	u32 sequence;

	/* Again, if root entries were replaced meanwhile: what is replaced later
	 * is written into our copy by who replaces it. */
	do {
		sequence = __atomic_load_n(&s2->sequence, __ATOMIC_ACQUIRE);
		memcpy(cpu->root, s2->root, STAGE2_ROOT_PAGES * PAGE_SIZE);
		table_sync();
	} while ((sequence & 1) || __atomic_load_n(&s2->sequence, __ATOMIC_ACQUIRE) != sequence);
	write_sysreg(vttbr_el2, cpu->root_pa.v | (u64)cell->stage2.vmid << VTTBR_VMID_SHIFT);
	isb();
}

static void start_cell(void)
{
	struct cpu *cpu = this_cpu();
	const struct cell *cell = cpu->cell;
	u64 entry = cpu->entry, context = cpu->context;

	/* The first CPU of a cell that is started: nothing that root left in the
	 * caches may cover, or later overwrite, what the cell sees uncached. */
	if (cpu->first) {
		cpu->first = false;
		flush_memory(cell, false);
	}
	cpu_load_stage2(cell);
	if (cell_is_root(cell))
		el2_state_root();
	else
		el2_state_cell(cell);
	el1_state_reset();
	irqchip->cpu_enter(cpu, cell);
	write_sysreg(elr_el2, entry);
	write_sysreg(spsr_el2, SPSR_EL1H_MASKED);
	tlb_flush_local();
	__atomic_store_n(&cpu->power, CPU_POWER_ON, __ATOMIC_RELEASE);
	/* Stopped meanwhile? Then the empty root must not be the full one. */
	if (__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE) & CPU_REQ_STOP)
		cpu_take_requests();
	isb();
	el2_enter_cell(context);
}

/* To where a parked CPU came from; its registers are nobody's. */
static void give_el2_back(void)
{
	struct frame frame __attribute__((aligned(16))) = { 0 };
	const struct el2_state *saved = &this_private()->saved;

	/* What el2_leave() does not restore. */
	el2_state_root();
	write_sysreg(elr_el2, saved->elr);
	write_sysreg(spsr_el2, saved->spsr);
	el2_leave(&frame, 0);
}

/* The wait of a CPU that is off. Leaves only into a cell, or with all of EL2. */
static void cpu_wait(void)
{
	struct cpu *cpu = this_cpu();

	for (;;) {
		u32 request = __atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE), expected = request;
		bool taken;

		if (request == CPU_REQ_SCRUB)
			flush_memory(cpu->cell, cpu->cell->policy & JAILHOUSE_POLICY_SCRUB);
		if (request == CPU_REQ_LEAVE && setup_leave(cpu) == 0)
			give_el2_back();
		/* A start that was overtaken by a stop. */
		if (request == CPU_REQ_STOP)
			__atomic_store_n(&cpu->power, CPU_POWER_OFF, __ATOMIC_SEQ_CST);
		/* Taken: whoever asked sees the work done (cpu_is_idle()). */
		taken = request && __atomic_compare_exchange_n(&cpu->request, &expected, 0, false,
							       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
		/* A start that came after a stop finds the power OFF and is dropped. */
		if (taken && request == CPU_REQ_START &&
		    __atomic_load_n(&cpu->power, __ATOMIC_SEQ_CST) == CPU_POWER_ON_PENDING)
			start_cell();
		if (!__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE))
			irqchip->wait(cpu);
	}
}

static void rest(void)
{
	struct cpu *cpu = this_cpu();

	el1_state_drain();
	irqchip->cpu_scrub(cpu);
	cpu_unload_stage2();
	cpu->stats[JAILHOUSE_CPU_STAT_VMEXITS_MANAGEMENT]++;
	__atomic_store_n(&cpu->power, CPU_POWER_STOPPING, __ATOMIC_SEQ_CST);
	if (cpu->failed)
		cell_cpu_failed(cpu->cell);
	/* From here on the cell may be destroyed. */
	__atomic_store_n(&cpu->power, CPU_POWER_OFF, __ATOMIC_SEQ_CST);
	cpu_wait();
}

bool cpu_start(struct cpu *cpu)
{
	u32 none = 0;

	if (!__atomic_compare_exchange_n(&cpu->request, &none, CPU_REQ_START, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		__atomic_store_n(&cpu->power, CPU_POWER_OFF, __ATOMIC_SEQ_CST);
		return false;
	}
	/* The request before the wake-up; partner: cpu_wait(). */
	dsb_sy();
	irqchip->wake(cpu);
	return true;
}

void cpu_stop_self(void)
{
	el2_call_on_fresh_stack(rest);
}

void cpu_take_requests(void)
{
	if (__atomic_load_n(&this_cpu()->request, __ATOMIC_ACQUIRE) & CPU_REQ_STOP)
		cpu_stop_self();
}

/*
 * Which SGI sends take the short path: to CPUs of the cell in the sender's own
 * cluster with Aff0 below 16. All else is decided in sysreg.c. The masks are
 * shared data, so that no CPU has to be stopped when another one moves.
 */
void cpu_moved(struct cpu *cpu, const struct cell *from, const struct cell *to)
{
	u64 own = cpu->mpidr, bit = (own & 0xff) < 16 ? BIT(own & 0xf) : 0, peers = bit;

	for (u32 n = 0; n < cpu_count(); n++) {
		struct cpu *peer = cpu_get(n);

		if (peer->mpidr >> 8 != own >> 8 || n == cpu->id)
			continue;
		if (from && cell_owns_cpu(from, n))
			peer->sgi_allow &= ~bit;
		if (!cell_owns_cpu(to, n))
			continue;
		if (from)
			peer->sgi_allow |= bit;
		if ((peer->mpidr & 0xff) < 16)
			peers |= BIT(peer->mpidr & 0xf);
	}
	/* ICC_SGI1R_EL1: target list, INTID; then Aff1, Aff2, Aff3. */
	cpu->sgi_allow = peers | 0xfULL << 24;
	cpu->sgi_affinity = (own >> 8 & 0xff) << 16 | (own >> 16 & 0xff) << 32 |
			    (own >> 32 & 0xff) << 48;
	/* Before anything that relies on it; partner: none, a send that was
	 * under way is cleared when the CPU enters its cell. */
	dsb_ish();
}

int arch_cpu_init(struct cpu *cpu)
{
	cpu->root = page_alloc(STAGE2_ROOT_PAGES, STAGE2_ROOT_PAGES);
	if (!cpu->root)
		return (int)reason(-ENOMEM, "the page pool has no room for the tables of CPU %u",
				   cpu->id);
	cpu->root_pa = hyp_va_to_pa(cpu->root);
	return 0;
}
