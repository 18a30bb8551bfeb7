/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stage-2 faults: a kick, a mapping that has just changed, a trapped device
 * register, or a violation; judged in this order.
 */
#include <hyp/cell.h>
#include <hyp/mmio.h>

#include "abort_decode.h"
#include "private.h"
#include <arch/sysregs.h>

/* The tables permit the access, and yet it faults again: how often until it is
 * judged all the same. */
#define MAX_RETRIES 64

/* HPFAR_EL2 has bits 47:12 of the address; FAR_EL2 the offset, unless the
 * fault was met on a stage-1 table walk. */
static u64 fault_ipa(u64 esr)
{
	u64 page = (read_sysreg(hpfar_el2) >> 4 & 0xfffffffffULL) << 12;

	return esr & ESR_ABORT_S1PTW ? page : page | (read_sysreg(far_el2) & PAGE_MASK);
}

/* True if the access should simply be repeated. */
static bool is_stale(u64 ipa, bool write)
{
	struct cpu_private *p = this_private();

	if (!stage2_translates(&this_cpu()->cell->stage2, ipa_of(ipa), write))
		return false;
	this_cpu()->retries++;
	if (p->retry_address != ipa) {
		p->retry_address = ipa;
		p->retry_count = 0;
	}
	return p->retry_count++ < MAX_RETRIES;
}

static bool is_stage2_fault(u64 esr)
{
	u64 kind = ESR_ABORT_FSC(esr) & 0x3c;

	/* Address size, translation, access flag and permission faults. */
	return kind <= 0x0c;
}

void abort_data(struct frame *frame, u64 esr)
{
	struct cell *cell = this_cpu()->cell;
	const struct mmio_window *window;
	struct abort_access a;
	u64 ipa;

	cpu_take_requests();
	if (!is_stage2_fault(esr)) {
		violation(frame, "data access failed", esr, false, 0);
		return;
	}
	ipa = fault_ipa(esr);
	window = esr & ESR_ABORT_S1PTW ? NULL : mmio_find(&cell->mmio, ipa);
	if (!window) {
		if (!is_stale(ipa, (esr & ESR_DABT_WNR) && !(esr & ESR_ABORT_S1PTW)))
			violation(frame,
				  esr & ESR_DABT_WNR ? "Unhandled data write" :
						       "Unhandled data read",
				  esr, true, ipa);
		return;
	}

	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_MMIO);
	if (!abort_decode(esr, &a)) {
		violation(frame,
			  "access to a filtered register by an instruction that only the hardware "
			  "can perform (pair, write-back, vector, exclusive or cache maintenance)",
			  esr, true, ipa);
		return;
	}
	a.access.value = a.access.write && a.reg != 31 ? frame->x[a.reg] : 0;
	if (a.access.size < 8)
		a.access.value &= BIT(a.access.size * 8) - 1;
	if (mmio_dispatch(cell, window, ipa, &a.access) != MMIO_DONE) {
		violation(frame, a.access.write ? "Invalid MMIO write" : "Invalid MMIO read", esr,
			  true, ipa);
		return;
	}
	if (!a.access.write && a.reg != 31)
		frame->x[a.reg] = abort_load_result(&a);
	write_sysreg(elr_el2, read_sysreg(elr_el2) + (esr & ESR_IL ? 4 : 2));
}

void abort_instruction(struct frame *frame, u64 esr)
{
	u64 ipa;

	cpu_take_requests();
	if (!is_stage2_fault(esr)) {
		violation(frame, "instruction fetch failed", esr, false, 0);
		return;
	}
	ipa = fault_ipa(esr);
	if (!is_stale(ipa, false))
		violation(frame, "Unhandled instruction fetch", esr, true, ipa);
}
