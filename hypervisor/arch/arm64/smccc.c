/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Secure monitor calls by owner (Arm DEN 0028): Arm architecture and PSCI are
 * answered here, all else goes to the firmware for root and is refused, and
 * counted, for any other cell. A well-formed call never parks a CPU.
 */
#include <hyp/cell.h>

#include "private.h"
#include "psci.h"

static u64 ask_firmware(u64 function, u64 arg1)
{
	struct frame frame = { .x = { function, arg1 } };

	firmware_call(&frame);
	return frame.x[0];
}

static u64 architecture_call(u64 function, u64 arg1)
{
	switch ((u32)function) {
	case SMCCC_VERSION:
		return 0x10001;
	case SMCCC_ARCH_FEATURES:
		switch ((u32)arg1) {
		case SMCCC_VERSION:
		case SMCCC_ARCH_FEATURES:
			return 0;
		case SMCCC_ARCH_WORKAROUND_1:
		case SMCCC_ARCH_WORKAROUND_2:
		case SMCCC_ARCH_WORKAROUND_3:
			return ask_firmware(SMCCC_ARCH_FEATURES, (u32)arg1);
		default:
			return SMCCC_NOT_SUPPORTED;
		}
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_2:
	case SMCCC_ARCH_WORKAROUND_3:
		return ask_firmware(function, arg1);
	default:
		return SMCCC_NOT_SUPPORTED;
	}
}

u64 smc_standard(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	if ((function >> 24 & 0x3f) == 4) {
		cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_PSCI);
		return psci_call(function, arg1, arg2, arg3);
	}
	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_SMCCC);
	return architecture_call(function, arg1);
}

/* Standard calls (owner 4) by function number: SDEI would have the firmware
 * call root at EL2. Bits 23:16 are hints, or nothing; a firmware that ignores
 * them must not see another function than we do. */
static bool is_refused(u64 function)
{
	return (function >> 24 & 0x3f) == 4 &&
	       ((function & SMCCC_HINTS) || (function & SDEI_MASK) == SDEI_FIRST);
}

void smc_other(struct frame *frame)
{
	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_SMCCC);
	if (cell_is_root(this_cpu()->cell) && !is_refused(frame->x[0])) {
		this_cpu()->forwarded_smcs++;
		firmware_call(frame);
	} else {
		frame->x[0] = SMCCC_NOT_SUPPORTED;
	}
}
