/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* System registers by the names of the Arm ARM; those of the GIC by encoding. */
#pragma once

#include <jailhouse/types.h>

#define SYSREG_STRING(name) #name

#define read_sysreg(name)                                                                   \
	({                                                                                  \
		u64 __value;                                                                \
                                                                                            \
		__asm__ volatile("mrs %0, " SYSREG_STRING(name) : "=r"(__value)::"memory"); \
		__value;                                                                    \
	})

#define write_sysreg(name, value)                                                                \
	do {                                                                                     \
		u64 __value = (u64)(value);                                                      \
                                                                                                 \
		__asm__ volatile("msr " SYSREG_STRING(name) ", %x0" ::"rZ"(__value) : "memory"); \
	} while (0)

#define isb()       __asm__ volatile("isb" ::: "memory")
#define dsb(domain) __asm__ volatile("dsb " #domain ::: "memory")

/* GIC CPU interface (Arm IHI 0069, chapter 12). */
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_DIR_EL1     S3_0_C12_C11_1
#define ICC_RPR_EL1     S3_0_C12_C11_3
#define ICC_SGI1R_EL1   S3_0_C12_C11_5
#define ICC_ASGI1R_EL1  S3_0_C12_C11_6
#define ICC_SGI0R_EL1   S3_0_C12_C11_7

#define SCTLR_EL1_M (1ULL << 0)
#define SCTLR_EL1_C (1ULL << 2)
#define SCTLR_EL1_I (1ULL << 12)

#define CNTV_CTL_ENABLE 1
