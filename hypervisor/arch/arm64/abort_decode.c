/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data abort syndromes in words. Pure.
 */
#include "abort_decode.h"

const char *abort_status_name(u64 esr)
{
	static const char *const by_kind[16] = {
		[0] = "address size fault",  [1] = "translation fault",
		[2] = "access flag fault",   [3] = "permission fault",
		[4] = "external abort",      [5] = "external abort on a walk",
		[8] = "alignment fault",     [12] = "TLB conflict",
		[13] = "unsupported access",
	};
	const char *name = by_kind[(esr & ESR_FSC_KIND) >> 2];

	return name ? name : "other fault";
}
