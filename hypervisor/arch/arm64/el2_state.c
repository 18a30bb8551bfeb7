/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The EL2 and EL1 state that a CPU has in the root cell and in other cells,
 * and what is wiped when it changes hands.
 */
#include <arch/barrier.h>
#include <hyp/cell.h>
#include <hyp/irqchip.h>

#include "private.h"
#include <arch/sysregs.h>

/* entry.S */
void fp_wipe(void);
void sve_wipe(void);
void debug_wipe(void);

/* A feature is there if its field of an ID register is not zero. */
static bool id_field(u64 reg, u32 shift)
{
	return (reg >> shift & 0xf) != 0;
}

/* VTCR_EL2 (Arm ARM D19.2.151): 40 bits, two level 1 tables, write-back. */
static u64 vtcr(void)
{
	u64 parange = MIN(read_sysreg(id_aa64mmfr0_el1) & 0xf, 5ULL);

	return BIT(31) | parange << 16 | 3ULL << 12 | 1ULL << 10 | 1ULL << 8 | 1ULL << 6 |
	       (64 - STAGE2_IPA_BITS);
}

void el2_state_keep(void)
{
	struct cpu_private *p = this_private();
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1), pfr1 = read_sysreg(id_aa64pfr1_el1);

	p->have_sve = id_field(pfr0, 32);
	p->have_sme = id_field(pfr1, 24);
	p->have_hcrx = id_field(read_sysreg(id_aa64mmfr1_el1), 40);
	p->have_fgt = id_field(read_sysreg(id_aa64mmfr0_el1), 56);
	p->actlr = read_sysreg(actlr_el2);
	/* SVE and SME registers trap in EL2, too, while Linux keeps them closed. */
	write_sysreg(cptr_el2, p->saved.cptr & ~(CPTR_TZ | CPTR_TSM));
	isb();
	if (p->have_sve)
		p->zcr = read_sysreg(ZCR_EL2);
	if (p->have_sme)
		p->smcr = read_sysreg(SMCR_EL2);
	if (p->have_hcrx)
		p->hcrx = read_sysreg(HCRX_EL2);
	if (p->have_fgt) {
		p->hfgrtr = read_sysreg(HFGRTR_EL2);
		p->hfgwtr = read_sysreg(HFGWTR_EL2);
	}
	write_sysreg(cptr_el2, p->saved.cptr);
	isb();
}

/* Root keeps what the firmware and Linux's start-up gave it, and two traps. */
void el2_state_root(void)
{
	const struct cpu_private *p = this_private();
	const struct el2_state *saved = &p->saved;

	write_sysreg(vtcr_el2, vtcr());
	write_sysreg(hcr_el2, saved->hcr | HCR_VM | HCR_TSC | irqchip->root_hcr);
	write_sysreg(cptr_el2, saved->cptr & ~(CPTR_TZ | CPTR_TSM));
	write_sysreg(mdcr_el2, saved->mdcr);
	write_sysreg(hstr_el2, saved->hstr);
	write_sysreg(cnthctl_el2, saved->cnthctl);
	write_sysreg(cntvoff_el2, saved->cntvoff);
	write_sysreg(vpidr_el2, saved->vpidr);
	write_sysreg(vmpidr_el2, saved->vmpidr);
	write_sysreg(actlr_el2, p->actlr);
	isb();
	if (p->have_sve)
		write_sysreg(ZCR_EL2, p->zcr);
	if (p->have_sme)
		write_sysreg(SMCR_EL2, p->smcr);
	if (p->have_hcrx)
		write_sysreg(HCRX_EL2, p->hcrx);
	if (p->have_fgt) {
		write_sysreg(HFGRTR_EL2, p->hfgrtr);
		write_sysreg(HFGWTR_EL2, p->hfgwtr);
	}
	write_sysreg(cptr_el2, saved->cptr);
	isb();
}

void el2_state_cell(const struct cell *cell)
{
	const struct cpu_private *p = this_private();
	u64 hcr = HCR_RW | HCR_VM | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_SWIO | HCR_TID3;

	/* Error records are shared with neighbours. */
	hcr |= id_field(read_sysreg(id_aa64pfr0_el1), 28) ? HCR_TERR : 0;

	hcr |= cell->policy & JAILHOUSE_POLICY_TRAP_WFI ? HCR_TWI : 0;
	/* Pointer authentication works in a cell where it works in root. */
	hcr |= p->saved.hcr & (HCR_API | HCR_APK);
	write_sysreg(vtcr_el2, vtcr());
	write_sysreg(hcr_el2, hcr);
	/* FP, SIMD and SVE are open; SME traps, and is not announced. */
	write_sysreg(cptr_el2, CPTR_RES1 | CPTR_TSM | CPTR_TTA);
	isb();
	if (p->have_sve)
		write_sysreg(ZCR_EL2, p->zcr);
	/* All PMU counters, but none counts in EL2; no profiling, no trace. */
	write_sysreg(mdcr_el2, (p->saved.mdcr & 0x1f) | MDCR_HPMD | MDCR_TPMS | MDCR_TTRF);
	write_sysreg(hstr_el2, 0);
	write_sysreg(cnthctl_el2, CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN);
	write_sysreg(cntvoff_el2, 0);
	write_sysreg(vpidr_el2, read_sysreg(midr_el1));
	write_sysreg(vmpidr_el2, read_sysreg(mpidr_el1));
	/* No implementation defined control reaches beyond the cell. */
	write_sysreg(actlr_el2, 0);
	/* Memory copy and set instructions need no more than to be let through, also
	 * where root's kernel does not know them (ID_AA64ISAR2_EL1.MOPS). */
	if (p->have_hcrx)
		write_sysreg(HCRX_EL2, id_field(read_sysreg(S3_0_C0_C6_2), 16) ? HCRX_MSCEN : 0);
	if (p->have_fgt) {
		write_sysreg(HFGRTR_EL2, 0);
		write_sysreg(HFGWTR_EL2, 0);
	}
}

static void pmu_wipe(void)
{
	u64 version = read_sysreg(id_aa64dfr0_el1) >> 8 & 0xf;

	if (version == 0 || version == 0xf)
		return;
	write_sysreg(pmcr_el0, 0x6); /* C, P: counters to zero; E = 0 */
	write_sysreg(pmcr_el0, 0);
	for (u32 n = 0; n < (read_sysreg(pmcr_el0) >> 11 & 0x1f); n++) {
		write_sysreg(pmselr_el0, n);
		isb();
		write_sysreg(pmxevtyper_el0, 0);
	}
	write_sysreg(pmselr_el0, 0);
	write_sysreg(pmccfiltr_el0, 0);
	write_sysreg(pmcntenclr_el0, 0xffffffff);
	write_sysreg(pmintenclr_el1, 0xffffffff);
	write_sysreg(pmovsclr_el0, 0xffffffff);
	write_sysreg(pmuserenr_el0, 0);
}

/* SPE and TRBE write to memory by themselves: the owner's buffers end with it. */
void el1_state_drain(void)
{
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);

	if (id_field(dfr0, 32)) {
		write_sysreg(PMSCR_EL1, 0);
		__asm__ volatile("isb\n\thint #17\n\tdsb nsh" : : : "memory"); /* PSB CSYNC */
		write_sysreg(PMBLIMITR_EL1, 0);
	}
	if (id_field(dfr0, 44)) {
		__asm__ volatile("hint #18\n\tdsb nsh" : : : "memory"); /* TSB CSYNC */
		write_sysreg(TRBLIMITR_EL1, 0);
	}
	isb();
}

/* No streaming mode, and no access to its registers, for the next owner. */
static void sme_wipe(void)
{
	u64 cptr = read_sysreg(cptr_el2);

	if (!this_private()->have_sme)
		return;
	write_sysreg(cptr_el2, cptr & ~CPTR_TSM);
	isb();
	write_sysreg(SVCR, 0);
	write_sysreg(TPIDR2_EL0, 0);
	write_sysreg(cptr_el2, cptr);
	isb();
}

/* Vectors are wiped in the length that the kernel of root could use. */
static void vector_wipe(void)
{
	const struct cpu_private *p = this_private();
	u64 cptr = read_sysreg(cptr_el2);

	if (p->have_sve) {
		write_sysreg(cptr_el2, cptr & ~CPTR_TZ);
		isb();
		write_sysreg(ZCR_EL2, p->zcr);
		write_sysreg(ZCR_EL1, 0);
		isb();
	}
	fp_wipe();
	if (p->have_sve) {
		sve_wipe();
		write_sysreg(cptr_el2, cptr);
		isb();
	}
}

static void pauth_wipe(void)
{
	u64 isar1 = read_sysreg(id_aa64isar1_el1), isar2 = read_sysreg(S3_0_C0_C6_2);

	/* APA, API, GPA, GPI; APA3 */
	if (!(isar1 & 0xff000ff0) && !(isar2 & 0xf000))
		return;
	write_sysreg(S3_0_C2_C1_0, 0);
	write_sysreg(S3_0_C2_C1_1, 0);
	write_sysreg(S3_0_C2_C1_2, 0);
	write_sysreg(S3_0_C2_C1_3, 0);
	write_sysreg(S3_0_C2_C2_0, 0);
	write_sysreg(S3_0_C2_C2_1, 0);
	write_sysreg(S3_0_C2_C2_2, 0);
	write_sysreg(S3_0_C2_C2_3, 0);
	write_sysreg(S3_0_C2_C3_0, 0);
	write_sysreg(S3_0_C2_C3_1, 0);
}

/* EL1 as after a reset, and nothing of the former owner's. */
void el1_state_reset(void)
{
	write_sysreg(sctlr_el1, SCTLR_EL1_RESET);
	write_sysreg(cpacr_el1, 3ULL << 20);
	write_sysreg(ttbr0_el1, 0);
	write_sysreg(ttbr1_el1, 0);
	write_sysreg(tcr_el1, 0);
	write_sysreg(mair_el1, 0);
	write_sysreg(amair_el1, 0);
	write_sysreg(vbar_el1, 0);
	write_sysreg(contextidr_el1, 0);
	write_sysreg(tpidr_el1, 0);
	write_sysreg(tpidr_el0, 0);
	write_sysreg(tpidrro_el0, 0);
	write_sysreg(esr_el1, 0);
	write_sysreg(far_el1, 0);
	write_sysreg(par_el1, 0);
	write_sysreg(afsr0_el1, 0);
	write_sysreg(afsr1_el1, 0);
	write_sysreg(csselr_el1, 0);
	write_sysreg(elr_el1, 0);
	write_sysreg(spsr_el1, 0);
	write_sysreg(sp_el0, 0);
	write_sysreg(sp_el1, 0);
	write_sysreg(mdscr_el1, 0);
	write_sysreg(cntkctl_el1, 0);
	write_sysreg(cntp_ctl_el0, 0);
	write_sysreg(cntp_cval_el0, 0);
	write_sysreg(cntv_ctl_el0, 0);
	write_sysreg(cntv_cval_el0, 0);
	pmu_wipe();
	debug_wipe();
	pauth_wipe();
	sme_wipe();
	vector_wipe();
}
