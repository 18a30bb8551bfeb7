/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data abort syndromes. Pure.
 */
#include "abort_decode.h"
#include <arch/sysregs.h>

bool abort_decode(u64 esr, struct abort_access *out)
{
	u32 log2_size = esr >> 22 & 3;

	/* Cache maintenance by VA reports WnR and CM; it accesses no data. */
	if (!(esr & ESR_DABT_ISV) || (esr & ESR_DABT_CM))
		return false;
	out->access =
		(struct mmio_access){ .size = (u8)(1u << log2_size), .write = esr & ESR_DABT_WNR };
	out->reg = esr >> 16 & 31;
	out->sign_extend = esr & BIT(21);
	out->wide = esr & BIT(15);
	return true;
}

u64 abort_load_result(const struct abort_access *in)
{
	u32 bits = in->access.size * 8;
	u64 value = in->access.value;

	if (bits < 64) {
		value &= BIT(bits) - 1;
		if (in->sign_extend && (value >> (bits - 1) & 1))
			value |= ~0ULL << bits;
	}
	return in->wide ? value : (u32)value;
}

const char *abort_status_name(u64 esr)
{
	switch (ESR_ABORT_FSC(esr) & 0x3c) {
	case 0x00:
		return "address size fault";
	case 0x04:
		return "translation fault";
	case 0x08:
		return "access flag fault";
	case 0x0c:
		return "permission fault";
	default:
		break;
	}
	switch (ESR_ABORT_FSC(esr)) {
	case FSC_EXTERNAL:
		return "external abort";
	case 0x21:
		return "alignment fault";
	case 0x30:
		return "TLB conflict";
	case 0x35:
		return "unsupported exclusive or atomic access";
	default:
		return "other fault";
	}
}
