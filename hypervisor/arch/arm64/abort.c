/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stage-2 faults: a kick, a mapping that has just changed, a trapped device
 * register, or a violation; judged in this order.
 */
#include <arch/barrier.h>
#include <hyp/cell.h>
#include <hyp/mmio.h>

#include "abort_decode.h"
#include "private.h"
#include <arch/sysregs.h>

/* The tables permit the access, and yet it faults again: how often until it is
 * judged all the same. */
#define MAX_RETRIES 64

/* HPFAR_EL2 has bits 47:12 of the address in bits 39:4. */
static u64 hpfar_page(void)
{
	return (read_sysreg(hpfar_el2) & 0xfffffffff0ULL) << 8;
}

/*
 * The faulting address; false if it cannot be told, because the tables of the
 * cell changed meanwhile. The offset is in FAR_EL2, unless the fault was met on
 * a stage-1 walk. HPFAR_EL2 is not valid for other permission faults (Arm ARM
 * D19.2.65): then stage 1 is asked.
 */
static bool fault_ipa(u64 esr, u64 *ipa)
{
	u64 far = read_sysreg(far_el2), saved, par;

	*ipa = hpfar_page();
	if (esr & ESR_ABORT_S1PTW)
		return true;
	if ((esr & ESR_FSC_KIND) == FSC_PERMISSION) {
		saved = read_sysreg(par_el1);
		__asm__ volatile("at s1e1r, %0" : : "r"(far) : "memory");
		isb();
		par = read_sysreg(par_el1);
		write_sysreg(par_el1, saved);
		if (par & 1)
			return false;
		*ipa = par & 0x000ffffffffff000ULL;
	}
	*ipa |= far & PAGE_MASK;
	return true;
}

/* True if the access should simply be repeated. */
static __cold_path bool is_stale(u64 ipa, bool write)
{
	struct cpu_private *p = this_private();
	const struct stage2 *s2 = &this_cpu()->cell->stage2;
	u32 sequence = __atomic_load_n(&s2->sequence, __ATOMIC_ACQUIRE);

	if (!stage2_translates(s2, ipa_of(ipa), write))
		return false;
	this_cpu()->retries++;
	/* Only repetitions that no change of the tables explains count. */
	if (p->retry_address != ipa || p->retry_sequence != sequence || (sequence & 1)) {
		p->retry_address = ipa;
		p->retry_sequence = sequence;
		p->retry_count = 0;
	}
	return p->retry_count++ < MAX_RETRIES;
}

static bool is_stage2_fault(u64 esr)
{
	/* Address size, translation, access flag and permission faults. */
	return (esr & ESR_FSC_KIND) <= FSC_PERMISSION;
}

u64 abort_perform(struct frame *frame, u64 esr)
{
	struct cell *cell = this_cpu()->cell;
	const struct mmio_window *window;
	u32 reg = abort_register(esr);
	struct mmio_access access;
	u64 ipa;

	/* A decodable syndrome is one of a stage-2 fault, not on a walk. The windows
	 * are not mapped, so it must be a translation fault. */
	if ((esr & (ABORT_DECODABLE_MASK | ESR_FSC_KIND)) != (ESR_DABT_ISV | FSC_TRANSLATION))
		return false;
	ipa = hpfar_page() | (read_sysreg(far_el2) & PAGE_MASK);
	window = mmio_find(&cell->mmio, ipa);
	if (!window)
		return false;

	frame->x[31] = 0;
	access = (struct mmio_access){
		.offset = ipa - window->range.base,
		.size = abort_size(esr),
		.write = esr & ESR_DABT_WNR,
		.value = esr & ESR_DABT_WNR ? abort_store_value(esr, frame->x[reg]) : 0,
	};
	if (window->handler(cell, window->arg, &access) != MMIO_DONE)
		return false;
	if (!(esr & ESR_DABT_WNR))
		frame->x[reg] = abort_load_result(esr, access.value);
	/* 4 bytes, or 2 in T32. */
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 2 + ((esr >> 25 & 1) << 1));
	return true;
}

/* A fault that no trapped register explains. */
static const char *judge(u64 esr, u64 ipa)
{
	bool write = esr & ESR_DABT_WNR, walk = esr & ESR_ABORT_S1PTW;

	if (!walk && mmio_find(&this_cpu()->cell->mmio, ipa)) {
		if (!abort_is_decodable(esr))
			return "access to a filtered register by an instruction that only the "
			       "hardware can perform (pair, write-back, vector, exclusive or cache "
			       "maintenance)";
		return write ? "Invalid MMIO write" : "Invalid MMIO read";
	}
	if (is_stale(ipa, write && !walk))
		return NULL;
	return write ? "Unhandled data write" : "Unhandled data read";
}

void abort_data(struct frame *frame, u64 esr)
{
	const char *what;
	u64 ipa;

	cpu_take_requests();
	if (!is_stage2_fault(esr)) {
		violation(frame, "data access failed", esr, false, 0);
		return;
	}
	if (abort_perform(frame, esr)) {
		cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_MMIO);
		return;
	}
	what = fault_ipa(esr, &ipa) ? judge(esr, ipa) : NULL;
	if (what)
		violation(frame, what, esr, true, ipa);
}

void abort_instruction(struct frame *frame, u64 esr)
{
	u64 ipa;

	cpu_take_requests();
	if (!is_stage2_fault(esr)) {
		violation(frame, "instruction fetch failed", esr, false, 0);
		return;
	}
	if (fault_ipa(esr, &ipa) && !is_stale(ipa, false))
		violation(frame, "Unhandled instruction fetch", esr, true, ipa);
}
