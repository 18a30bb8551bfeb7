/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Function identifiers and results of PSCI 1.1 (Arm DEN 0022, chapter 5) and
 * SMCCC 1.1 (Arm DEN 0028, chapter 7).
 */
#pragma once

#define PSCI_VERSION           0x84000000u
#define PSCI_CPU_SUSPEND_32    0x84000001u
#define PSCI_CPU_SUSPEND_64    0xc4000001u
#define PSCI_CPU_OFF           0x84000002u
#define PSCI_CPU_ON_32         0x84000003u
#define PSCI_CPU_ON_64         0xc4000003u
#define PSCI_AFFINITY_INFO_32  0x84000004u
#define PSCI_AFFINITY_INFO_64  0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF        0x84000008u
#define PSCI_SYSTEM_RESET      0x84000009u
#define PSCI_FEATURES          0x8400000au

#define PSCI_SUCCESS            0ULL
#define PSCI_NOT_SUPPORTED      ((u64)-1)
#define PSCI_INVALID_PARAMETERS ((u64)-2)
#define PSCI_DENIED             ((u64)-3)
#define PSCI_ALREADY_ON         ((u64)-4)
#define PSCI_ON_PENDING         ((u64)-5)
#define PSCI_INVALID_ADDRESS    ((u64)-9)

#define SMCCC_VERSION           0x80000000u
#define SMCCC_ARCH_FEATURES     0x80000001u
#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffu
#define SMCCC_ARCH_WORKAROUND_3 0x80003fffu
#define SMCCC_HINTS             0xff0000u
/* Software delegated exceptions (Arm DEN 0054): function numbers 0x20 to 0x3f. */
#define SDEI_MASK               0xffe0u
#define SDEI_FIRST              0x20u
#define SMCCC_NOT_SUPPORTED     ((u64)-1)
