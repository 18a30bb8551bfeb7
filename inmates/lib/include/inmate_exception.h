/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What happens on an exception that is not an interrupt: by default a report,
 * cell state FAILED, and stop. A hook may deal with it instead.
 */
#pragma once

#include <jailhouse/types.h>

/** Saved by the vectors (inmate_head.S); written back on return. */
struct inmate_frame {
	u64 x[31];
	u64 elr;
	u64 spsr;
	u64 reserved;
};

#define ESR_EC(esr)     (((esr) >> 26) & 0x3f)
#define ESR_EC_UNKNOWN  0x00
#define ESR_EC_SYS64    0x18
#define ESR_EC_IABT     0x21
#define ESR_EC_PC_ALIGN 0x22
#define ESR_EC_DABT     0x25
#define ESR_EC_SP_ALIGN 0x26

/** Returns true if it has dealt with the exception (by changing the frame). */
typedef bool (*exception_hook_t)(struct inmate_frame *frame, u64 esr, u64 far);

/** NULL removes the hook. */
void exception_set_hook(exception_hook_t hook);
