/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trapped system registers: a table by encoding. What is not in it is
 * undefined, as it would be on a CPU without the register.
 */
#include <hyp/cell.h>

#include "private.h"
#include <arch/sysregs.h>

/* ISS of a trapped MSR or MRS (Arm ARM D19.2.40) without Rt and direction. */
#define ENC(op0, op1, crn, crm, op2) \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define ENC_MASK                     0x3ffc1eULL
/* One register, or all values of Op2. */
#define REG(op0, op1, crn, crm, op2) ENC(op0, op1, crn, crm, op2), ENC_MASK
#define REGS(op0, op1, crn, crm)     ENC(op0, op1, crn, crm, 0), ENC_MASK & ~(7ULL << 17)

#define SGI1R_IRM     BIT(40)
#define SGI1R_RS_MASK (0xfULL << 44)
#define SGI1R_INTID   (0xfULL << 24)

struct sysreg_access {
	u64 value;
	bool write;
};

/* Reads as zero, ignores writes. */
static void raz_wi(struct sysreg_access *a)
{
	a->value = 0;
}

/* The interface is the cell's own: performed as it is. */
static void icc_pmr(struct sysreg_access *a)
{
	if (a->write)
		write_sysreg(ICC_PMR_EL1, a->value);
	else
		a->value = read_sysreg(ICC_PMR_EL1);
}

static void icc_ctlr(struct sysreg_access *a)
{
	if (a->write)
		write_sysreg(ICC_CTLR_EL1, a->value);
	else
		a->value = read_sysreg(ICC_CTLR_EL1);
}

static void icc_dir(struct sysreg_access *a)
{
	u32 intid = a->value & 0xffffff;

	if (a->write && (intid < 32 || cell_owns_irq(this_cpu()->cell, intid)))
		write_sysreg(ICC_DIR_EL1, a->value);
}

static void icc_rpr(struct sysreg_access *a)
{
	a->value = read_sysreg(ICC_RPR_EL1);
}

/* System register interface, and no other. */
static void icc_sre(struct sysreg_access *a)
{
	a->value = ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB;
}

static void send_sgi(u64 intid_field, u64 mpidr)
{
	write_sysreg(ICC_SGI1R_EL1, intid_field | BIT(mpidr & 0xf) | (mpidr >> 4 & 0xf) << 44 |
					    (mpidr >> 8 & 0xff) << 16 | (mpidr >> 16 & 0xff) << 32 |
					    (mpidr >> 32 & 0xff) << 48);
}

/* What the short path in vectors.S left: broadcast, other clusters, refusals.
 * Targets outside the cell are dropped, the others are served. */
static void icc_sgi1r(struct sysreg_access *a)
{
	const struct cell *cell = this_cpu()->cell;
	u64 v = a->value;
	u64 cluster = (v >> 16 & 0xff) << 8 | (v >> 32 & 0xff) << 16 | (v >> 48 & 0xff) << 32;

	if (!a->write)
		return;
	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_VSGI);
	for (u32 n = 0; n < cpu_count(); n++) {
		u64 mpidr = cpu_get(n)->mpidr;
		bool hit;

		if (v & SGI1R_IRM)
			hit = n != this_cpu()->id;
		else
			hit = (mpidr & ~0xffULL) == cluster &&
			      (mpidr >> 4 & 0xf) == (v & SGI1R_RS_MASK) >> 44 &&
			      (v >> (mpidr & 0xf) & 1);
		if (hit && cell_owns_cpu(cell, n))
			send_sgi(v & SGI1R_INTID, mpidr);
	}
}

/* Set/way operations reach other cells' caches and promise nothing with
 * several CPUs: ignored. The cell uses operations by address. */
static void ignore(struct sysreg_access *a __attribute__((unused)))
{
}

static const struct {
	u32 encoding;
	u32 mask;
	void (*handler)(struct sysreg_access *a);
} table[] = {
	{ REG(1, 0, 7, 6, 2), ignore }, /* DC ISW */
	{ REG(1, 0, 7, 10, 2), ignore }, /* DC CSW */
	{ REG(1, 0, 7, 14, 2), ignore }, /* DC CISW */
	{ REG(3, 0, 1, 0, 1), raz_wi }, /* ACTLR_EL1 */
	{ REG(3, 0, 4, 6, 0), icc_pmr }, /* ICC_PMR_EL1 */
	{ REGS(3, 0, 12, 8), raz_wi }, /* group 0 is closed */
	{ REG(3, 0, 12, 11, 1), icc_dir }, /* ICC_DIR_EL1 */
	{ REG(3, 0, 12, 11, 3), icc_rpr }, /* ICC_RPR_EL1 */
	{ REG(3, 0, 12, 11, 5), icc_sgi1r }, /* ICC_SGI1R_EL1 */
	{ REG(3, 0, 12, 11, 6), raz_wi }, /* ICC_ASGI1R_EL1 */
	{ REG(3, 0, 12, 11, 7), raz_wi }, /* ICC_SGI0R_EL1 */
	{ REG(3, 0, 12, 12, 4), icc_ctlr }, /* ICC_CTLR_EL1 */
	{ REG(3, 0, 12, 12, 5), icc_sre }, /* ICC_SRE_EL1 */
	{ REG(3, 0, 12, 12, 6), raz_wi }, /* ICC_IGRPEN0_EL1 */
};

/* Op0 3, Op1 0, CRn 0, CRm 1 to 7: all are read only. */
static bool is_id_register(u64 esr)
{
	return (esr & ENC(3, 7, 15, 8, 0)) == ENC(3, 0, 0, 0, 0) && (esr >> 1 & 7) && (esr & 1);
}

void sysreg_trap(struct frame *frame, u64 esr)
{
	u32 rt = esr >> 5 & 31;
	struct sysreg_access a = { .write = !(esr & 1) };

	if (is_id_register(esr)) {
		if (rt != 31)
			frame->x[rt] = id_register(esr >> 1 & 7, esr >> 17 & 7);
		write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
		return;
	}

	for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
		if ((esr & table[i].mask) != table[i].encoding)
			continue;
		a.value = a.write && rt != 31 ? frame->x[rt] : 0;
		table[i].handler(&a);
		if (!a.write && rt != 31)
			frame->x[rt] = a.value;
		write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
		return;
	}
	inject_undefined();
}
