/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Identification registers as a cell sees them (HCR_EL2.TID3): what is closed
 * to cells is not announced. Root reads the hardware.
 */
#include <hyp/cell.h>

#include "private.h"
#include <arch/sysregs.h>

/* The field of four bits that begins at `shift` (Arm ARM D19.2.58 and on). */
#define FIELD(shift) (0xfULL << (shift))

/* CRm and Op2; Op0 is 3, Op1 and CRn are 0. */
#define ID(crm, op2)        ((crm) << 3 | (op2))
#define ID_AA64MMFR0        ID(7, 0)
#define MMFR0_PARANGE       FIELD(0)
/* STAGE2_IPA_BITS */
#define MMFR0_PARANGE_40BIT 2

static const struct {
	u8 id;
	u64 hidden;
} rules[] = {
	/* ID_AA64PFR0_EL1: RAS, SEL2, MPAM, AMU, RME */
	{ ID(4, 0), FIELD(28) | FIELD(36) | FIELD(40) | FIELD(44) | FIELD(52) },
	/* ID_AA64PFR1_EL1: all but BT, SSBS, CSV2_frac: MTE, RAS, MPAM, SME, NMI, GCS, ... */
	{ ID(4, 1), ~(FIELD(0) | FIELD(4) | FIELD(32)) },
	/* ID_AA64PFR2_EL1: MTE, FPMR. ID_AA64SMFR0_EL1, ID_AA64FPFR0_EL1 */
	{ ID(4, 2), ~0ULL },
	{ ID(4, 5), ~0ULL },
	{ ID(4, 7), ~0ULL },
	/* ID_AA64DFR0_EL1: all but DebugVer, PMUVer, BRPs, WRPs, CTX_CMPs, DoubleLock:
	 * trace, SPE, BRBE */
	{ ID(5, 0), ~(FIELD(0) | FIELD(8) | FIELD(12) | FIELD(20) | FIELD(28) | FIELD(36)) },
	{ ID(5, 1), ~0ULL },
	{ ID(5, 2), ~0ULL },
	/* ID_AA64ISAR1_EL1: LS64. ID_AA64ISAR2_EL1: 128-bit registers */
	{ ID(6, 1), FIELD(60) },
	{ ID(6, 2), FIELD(32) | FIELD(36) },
	/* ID_AA64MMFR0_EL1: FGT; 1: VH, TWED, HCX; 2: NV */
	{ ID_AA64MMFR0, FIELD(56) },
	{ ID(7, 1), FIELD(8) | FIELD(32) | FIELD(40) },
	{ ID(7, 2), FIELD(24) },
	/* ID_AA64MMFR3_EL1 and 4: registers that HCRX_EL2 and HFGxTR_EL2 close */
	{ ID(7, 3), ~0ULL },
	{ ID(7, 4), ~0ULL },
};

u64 id_register(u32 crm, u32 op2)
{
	u32 id = ID(crm, op2);
	u64 value = id_register_read(id - ID(1, 0));

	for (u32 i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].id == id)
			value &= ~rules[i].hidden;
	if (id == ID_AA64MMFR0 && (value & MMFR0_PARANGE) > MMFR0_PARANGE_40BIT)
		value = (value & ~MMFR0_PARANGE) | MMFR0_PARANGE_40BIT;
	return value;
}
