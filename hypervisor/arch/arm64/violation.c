/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a cell did what it may not: the report, and what its policy says -
 * park the CPU, or hand the fault to the cell's own kernel. Also exceptions
 * for EL1 in general.
 */
#include <arch/spinlock.h>
#include <hyp/cell.h>
#include <hyp/printk.h>
#include <hyp/ownership.h>

#include "abort_decode.h"
#include "private.h"
#include <arch/sysregs.h>

/* Parking is reported in full; aborts that root's programs can cause at will
 * are reported until this many, then only counted. */
#define MAX_ABORT_REPORTS 8
/* Largest device region that a report suggests to give whole. */
#define MAX_SUGGESTED     0x10000

static const char *class_name(u64 esr)
{
	switch (ESR_EC(esr)) {
	case EC_IABT_LOWER:
		return "instruction abort";
	case EC_DABT_LOWER:
		return "data abort";
	case EC_SYSREG:
		return "system register access";
	case EC_HVC64:
	case EC_HVC32:
		return "hypercall";
	case EC_SMC64:
	case EC_SMC32:
		return "secure monitor call";
	case EC_UNKNOWN:
		return "unknown reason";
	default:
		return "other";
	}
}

/* What stands at the address, and the line of the config that would allow it. */
static void report_address(const struct cell *cell, u64 ipa, const char *access)
{
	struct owner_info info = ownership_find(ipa);
	u64 page = ipa & ~PAGE_MASK, size = PAGE_SIZE, flags = 0;

	if (info.what) {
		printk("  0x%llx is in %s; no config line can allow this\n", ipa, info.what);
		return;
	}
	if (!info.cell) {
		printk("  0x%llx belongs to nobody: no cell's config lists it\n", ipa);
	} else {
		printk("  0x%llx is in region %u%s%s%s of cell \"%s\" (0x%llx, size 0x%llx)\n", ipa,
		       info.region, info.name ? " (" : "", info.name ? info.name : "",
		       info.name ? ")" : "", info.cell->config->name, info.mem->phys_start,
		       info.mem->size);
		flags = info.mem->flags & JAILHOUSE_MEM_IO;
		/* A device whole; of large windows and RAM just the page. */
		if (flags && info.mem->size <= MAX_SUGGESTED) {
			page = info.mem->phys_start;
			size = info.mem->size;
		}
	}
	if (cell_is_root(cell) && info.cell && !cell_is_root(info.cell)) {
		printk("  to allow it, add JAILHOUSE_MEM_ROOTSHARED to the flags of that region\n");
		return;
	}
	printk("  to allow it, add to mem_regions of \"%s\":\n"
	       "  { .phys_start = 0x%llx, .virt_start = 0x%llx, .size = 0x%llx,\n"
	       "    .flags = JAILHOUSE_MEM_READ%s%s%s },\n",
	       cell->config->name, page, page, size, access, flags ? " | JAILHOUSE_MEM_IO" : "",
	       info.cell && info.cell != cell && !cell_is_root(info.cell) ?
		       " | JAILHOUSE_MEM_ROOTSHARED" :
		       "");
}

static void report_state(const struct frame *frame, u64 esr)
{
	u64 spsr = read_sysreg(spsr_el2);

	printk(" pc: 0x%016llx lr: 0x%016llx spsr: 0x%08llx EL%llu\n", read_sysreg(elr_el2),
	       frame->x[30], spsr, spsr >> 2 & 3);
	printk(" sp: 0x%016llx elr: 0x%016llx esr: EC 0x%02llx IL %llu ISS 0x%07llx\n",
	       (spsr & 1) ? read_sysreg(sp_el1) : read_sysreg(sp_el0), read_sysreg(elr_el1),
	       ESR_EC(esr), esr >> 25 & 1, esr & ESR_ISS_MASK);
	for (u32 n = 0; n < 30; n += 3)
		printk(" x%u: 0x%016llx x%u: 0x%016llx x%u: 0x%016llx\n", n, frame->x[n], n + 1,
		       frame->x[n + 1], n + 2, frame->x[n + 2]);
}

static void report(const struct frame *frame, const char *what, u64 esr, bool has_address, u64 ipa)
{
	const struct cell *cell = this_cpu()->cell;
	bool is_data = ESR_EC(esr) == EC_DABT_LOWER;
	const char *access = !is_data           ? " | JAILHOUSE_MEM_EXECUTE" :
			     esr & ESR_DABT_WNR ? " | JAILHOUSE_MEM_WRITE" :
						  "";

	if (has_address)
		printk("FATAL: %s at 0x%llx(%u), CPU %u of cell \"%s\"\n", what, ipa,
		       is_data && (esr & ESR_DABT_ISV) ? 1u << (esr >> 22 & 3) : 0, this_cpu()->id,
		       cell->config->name);
	else
		printk("FATAL: %s (exception class 0x%02llx), CPU %u of cell \"%s\"\n", what,
		       ESR_EC(esr), this_cpu()->id, cell->config->name);
	printk("  %s, %s%s\n", class_name(esr),
	       is_data || ESR_EC(esr) == EC_IABT_LOWER ? abort_status_name(esr) : "no fault status",
	       has_address && (esr & ESR_ABORT_S1PTW) ? ", met on a walk of the cell's own tables" :
							"");
	if (!has_address)
		return;
	/* No cell of which it speaks may go away meanwhile. */
	spin_lock(&cell_lock);
	report_address(cell, ipa, access);
	spin_unlock(&cell_lock);
}

/* Exception entry to EL1 (Arm ARM D1.3.1, AArch64.TakeException). */
void inject_sync(u64 esr, bool has_far)
{
	u64 spsr = read_sysreg(spsr_el2), sctlr = read_sysreg(sctlr_el1);
	u64 mode = spsr & SPSR_MODE_MASK, offset, pstate;

	if (mode == SPSR_EL1H)
		offset = 0x200;
	else if (mode == SPSR_EL1T)
		offset = 0x000;
	else if (mode == SPSR_EL0T)
		offset = 0x400;
	else
		offset = 0x600; /* AArch32 */

	pstate = SPSR_EL1H_MASKED;
	/* NZCV, DIT and TCO-less state are kept as the architecture keeps them. */
	pstate |= spsr & (0xf0000000ULL | SPSR_PAN | SPSR_UAO | BIT(24));
	pstate &= ~SPSR_UAO;
	if (!(sctlr & SCTLR_EL1_SPAN) && (read_sysreg(id_aa64mmfr1_el1) >> 20 & 0xf))
		pstate |= SPSR_PAN;
	if ((sctlr & SCTLR_EL1_DSSBS) && (read_sysreg(id_aa64pfr1_el1) >> 4 & 0xf))
		pstate |= SPSR_SSBS;
	if ((read_sysreg(id_aa64pfr1_el1) >> 8 & 0xf) >= 2)
		pstate |= SPSR_TCO;

	write_sysreg(elr_el1, read_sysreg(elr_el2));
	write_sysreg(spsr_el1, spsr);
	write_sysreg(esr_el1, esr);
	if (has_far)
		write_sysreg(far_el1, read_sysreg(far_el2));
	write_sysreg(elr_el2, read_sysreg(vbar_el1) + offset);
	write_sysreg(spsr_el2, pstate);
}

void inject_undefined(void)
{
	inject_sync((u64)EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL, false);
}

/* A synchronous external abort in place of the access. */
static void inject_abort(u64 esr)
{
	bool lower = (read_sysreg(spsr_el2) & 0xf) == SPSR_EL0T;
	bool data = ESR_EC(esr) == EC_DABT_LOWER;
	u64 ec = data ? (lower ? EC_DABT_LOWER : EC_DABT_SAME) :
			(lower ? EC_IABT_LOWER : EC_IABT_SAME);
	u64 iss = FSC_EXTERNAL;

	if (data)
		iss |= esr & (ESR_DABT_WNR | ESR_DABT_CM);
	inject_sync(ec << ESR_EC_SHIFT | (esr & ESR_IL) | iss, true);
}

void violation(struct frame *frame, const char *what, u64 esr, bool has_address, u64 ipa)
{
	const struct cell *cell = this_cpu()->cell;
	bool is_abort = ESR_EC(esr) == EC_DABT_LOWER || ESR_EC(esr) == EC_IABT_LOWER;
	static u32 abort_reports;

	if (cell->on_violation == JAILHOUSE_VIOLATION_ABORT && is_abort) {
		u32 n = __atomic_fetch_add(&abort_reports, 1, __ATOMIC_RELAXED);

		if (n < MAX_ABORT_REPORTS) {
			report(frame, what, esr, has_address, ipa);
			printk("Answered by an external abort%s\n",
			       n == MAX_ABORT_REPORTS - 1 ? "; no more such reports" : "");
		}
		inject_abort(esr);
		return;
	}
	report(frame, what, esr, has_address, ipa);
	report_state(frame, esr);
	printk("Parking CPU %u (Cell: \"%s\")\n", this_cpu()->id, cell->config->name);
	this_cpu()->failed = true;
	if (IS_ENABLED(CONFIG_CRASH_CELL_ON_PANIC) && !cell_is_root(cell))
		cell_fail_siblings();
	cpu_stop_self();
}
