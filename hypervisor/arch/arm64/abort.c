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
static __cold_path bool is_stale(u64 ipa, bool write)
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

/* No trapped register there. */
static __cold_path void no_window(struct frame *frame, u64 esr, u64 ipa)
{
	bool write = esr & ESR_DABT_WNR;

	if (!is_stale(ipa, write && !(esr & ESR_ABORT_S1PTW)))
		violation(frame, write ? "Unhandled data write" : "Unhandled data read", esr, true,
			  ipa);
}

static __cold_path void refuse(struct frame *frame, u64 esr, u64 ipa)
{
	const char *what = esr & ESR_DABT_WNR ? "Invalid MMIO write" : "Invalid MMIO read";

	if (!abort_is_decodable(esr))
		what = "access to a filtered register by an instruction that only the hardware can "
		       "perform (pair, write-back, vector, exclusive or cache maintenance)";
	violation(frame, what, esr, true, ipa);
}

void abort_data(struct frame *frame, u64 esr)
{
	struct cell *cell = this_cpu()->cell;
	const struct mmio_window *window;
	u32 reg = abort_register(esr);
	struct mmio_access access;
	u64 ipa;

	cpu_take_requests();
	if (!is_stage2_fault(esr)) {
		violation(frame, "data access failed", esr, false, 0);
		return;
	}
	ipa = fault_ipa(esr);
	window = mmio_find(&cell->mmio, ipa);
	if (!window || (esr & ESR_ABORT_S1PTW)) {
		no_window(frame, esr, ipa);
		return;
	}

	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_MMIO);
	access.size = abort_size(esr);
	access.write = esr & ESR_DABT_WNR;
	access.value = access.write && reg != 31 ? abort_store_value(esr, frame->x[reg]) : 0;
	if (!abort_is_decodable(esr) || mmio_dispatch(cell, window, ipa, &access) != MMIO_DONE) {
		refuse(frame, esr, ipa);
		return;
	}
	if (!access.write && reg != 31)
		frame->x[reg] = abort_load_result(esr, access.value);
	/* 4 bytes, or 2 in T32. */
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 2 + (esr >> 24 & 2));
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
