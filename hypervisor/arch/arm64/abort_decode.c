/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data abort syndromes in words. Pure.
 */
#include "abort_decode.h"

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
