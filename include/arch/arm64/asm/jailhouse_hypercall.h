/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How a cell on arm64 issues a hypercall: HVC #0x4a48, code in x0, arguments
 * in x1 and x2, result in x0. x1 to x3 may change.
 */
#pragma once

#include <jailhouse/types.h>

#define JAILHOUSE_HVC_CODE 0x4a48

#define JAILHOUSE_CALL_INS        "hvc #0x4a48"
#define JAILHOUSE_CALL_NUM_RESULT "x0"
#define JAILHOUSE_CALL_ARG1       "x1"
#define JAILHOUSE_CALL_ARG2       "x2"
#define JAILHOUSE_CALL_CLOBBERED  "x3"

typedef __u64 __jh_arg;

#ifdef __aarch64__

static inline __jh_arg jailhouse_call_arg2(__jh_arg num, __jh_arg arg1, __jh_arg arg2)
{
	register __jh_arg num_result __asm__(JAILHOUSE_CALL_NUM_RESULT) = num;
	register __jh_arg a1 __asm__(JAILHOUSE_CALL_ARG1) = arg1;
	register __jh_arg a2 __asm__(JAILHOUSE_CALL_ARG2) = arg2;

	__asm__ volatile(JAILHOUSE_CALL_INS
			 : "+r"(num_result), "+r"(a1), "+r"(a2)
			 :
			 : "memory", JAILHOUSE_CALL_CLOBBERED);
	return num_result;
}

static inline __jh_arg jailhouse_call_arg1(__jh_arg num, __jh_arg arg1)
{
	return jailhouse_call_arg2(num, arg1, 0);
}

static inline __jh_arg jailhouse_call(__jh_arg num)
{
	return jailhouse_call_arg2(num, 0, 0);
}

#endif
