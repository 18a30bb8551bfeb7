/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System registers by the Arm manual's names (Arm ARM D19, GIC IHI 0069 12.2),
 * and the fields in use.
 */
#pragma once

#include <hyp/base.h>

#define SYSREG_STRING_(x) #x
#define SYSREG_STRING(x)  SYSREG_STRING_(x)

#define read_sysreg(reg)                                                                     \
	({                                                                                   \
		u64 value_;                                                                  \
		__asm__ volatile("mrs %0, " SYSREG_STRING(reg) : "=r"(value_) : : "memory"); \
		value_;                                                                      \
	})
#define write_sysreg(reg, value) \
	__asm__ volatile("msr " SYSREG_STRING(reg) ", %x0" : : "rZ"((u64)(value)) : "memory")

#define ICC_PMR_EL1         S3_0_C4_C6_0
#define ICC_BPR1_EL1        S3_0_C12_C12_3
#define ICC_CTLR_EL1        S3_0_C12_C12_4
#define ICC_CTLR_EOIMODE    BIT(1)
#define ICC_SRE_EL1         S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1     S3_0_C12_C12_7
#define ICC_AP1R0_EL1       S3_0_C12_C9_0
#define ICC_AP1R1_EL1       S3_0_C12_C9_1
#define ICC_AP1R2_EL1       S3_0_C12_C9_2
#define ICC_AP1R3_EL1       S3_0_C12_C9_3
#define ICC_DIR_EL1         S3_0_C12_C11_1
#define ICC_RPR_EL1         S3_0_C12_C11_3
#define ICC_SGI1R_EL1       S3_0_C12_C11_5
#define ICC_SRE_EL2         S3_4_C12_C9_5
#define ICC_SRE_SRE         BIT(0)
#define ICC_SRE_DFB         BIT(1)
#define ICC_SRE_DIB         BIT(2)
#define ICC_SRE_ENABLE      BIT(3)
#define ICH_HCR_EL2         S3_4_C12_C11_0
#define ICH_HCR_TC          BIT(10)
#define ICH_HCR_TALL0       BIT(11)
#define ICH_VMCR_EL2        S3_4_C12_C11_7
#define ICH_VMCR_VENG1      BIT(1)
#define ICH_VMCR_VEOIM      BIT(9)
#define ICH_VMCR_VPMR_SHIFT 24

#define PMSCR_EL1     S3_0_C9_C9_0
#define PMBLIMITR_EL1 S3_0_C9_C10_0
#define TRBLIMITR_EL1 S3_0_C9_C11_0
#define SVCR          S3_3_C4_C2_2
#define TPIDR2_EL0    S3_3_C13_C0_5
#define ZCR_EL1       S3_0_C1_C2_0
#define ZCR_EL2       S3_4_C1_C2_0
#define SMCR_EL2      S3_4_C1_C2_6
#define HCRX_EL2      S3_4_C1_C2_2
#define HCRX_MSCEN    BIT(11)
#define HFGRTR_EL2    S3_4_C1_C1_4
#define HFGWTR_EL2    S3_4_C1_C1_5

#define HCR_VM    BIT(0)
#define HCR_SWIO  BIT(1)
#define HCR_FMO   BIT(3)
#define HCR_TWI   BIT(13)
#define HCR_TID3  BIT(18)
#define HCR_TSC   BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR  BIT(21)
#define HCR_TSW   BIT(22)
#define HCR_RW    BIT(31)
#define HCR_TERR  BIT(36)
#define HCR_APK   BIT(40)
#define HCR_API   BIT(41)

/* CPTR_EL2 with HCR_EL2.E2H = 0: RES1 bits; TZ and TSM trap SVE and SME. */
#define CPTR_RES1 0x22ffULL
#define CPTR_TZ   BIT(8)
#define CPTR_TSM  BIT(12)
#define CPTR_TTA  BIT(20)

#define MDCR_TPMS BIT(14)
#define MDCR_HPMD BIT(17)
#define MDCR_TTRF BIT(19)

#define CNTHCTL_EL1PCTEN BIT(0)
#define CNTHCTL_EL1PCEN  BIT(1)

#define VTTBR_VMID_SHIFT 48

/* Aff3, Aff2, Aff1, Aff0. */
#define MPIDR_AFFINITY 0xff00ffffffULL

/* SPSR_EL2 for an entry to EL1h with D, A, I and F masked. */
#define SPSR_EL1H_MASKED 0x3c5ULL
#define SPSR_MODE_MASK   0x1fULL
#define SPSR_EL0T        0x0ULL
#define SPSR_EL1T        0x4ULL
#define SPSR_EL1H        0x5ULL
#define SPSR_SSBS        BIT(12)
#define SPSR_PAN         BIT(22)
#define SPSR_UAO         BIT(23)
#define SPSR_TCO         BIT(25)

#define SCTLR_EL1_RESET 0x30d00800ULL
#define SCTLR_EL1_SPAN  BIT(23)
#define SCTLR_EL1_DSSBS BIT(44)

/* ESR_ELx (Arm ARM D19.2.40). */
#define ESR_EC_SHIFT  26
#define ESR_EC(esr)   ((esr) >> ESR_EC_SHIFT & 0x3f)
#define ESR_IL        BIT(25)
#define ESR_ISS_MASK  0x1ffffffULL
#define EC_UNKNOWN    0x00
#define EC_WFX        0x01
#define EC_FP         0x07
#define EC_HVC32      0x12
#define EC_SMC32      0x13
#define EC_HVC64      0x16
#define EC_SMC64      0x17
#define EC_SYSREG     0x18
#define EC_SVE        0x19
#define EC_SME        0x1d
#define EC_IABT_LOWER 0x20
#define EC_IABT_SAME  0x21
#define EC_DABT_LOWER 0x24
#define EC_DABT_SAME  0x25

#define ESR_ABORT_S1PTW BIT(7)
#define ESR_DABT_ISV    BIT(24)
#define ESR_DABT_WNR    BIT(6)
#define ESR_DABT_CM     BIT(8)
/* Fault status without the level. */
#define ESR_FSC_KIND    0x3cULL
#define FSC_TRANSLATION 0x04
#define FSC_PERMISSION  0x0c
#define FSC_EXTERNAL    0x10
