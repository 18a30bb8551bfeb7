/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* PSCI (Arm DEN 0022) and the start of further CPUs. */
#pragma once

#include <inmate.h>

#define PSCI_VERSION       0x84000000
#define PSCI_CPU_SUSPEND   0xc4000001
#define PSCI_CPU_OFF       0x84000002
#define PSCI_CPU_ON        0xc4000003
#define PSCI_AFFINITY_INFO 0xc4000004
#define PSCI_SYSTEM_OFF    0x84000008
#define PSCI_SYSTEM_RESET  0x84000009
#define PSCI_FEATURES      0x8400000a

#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)

/** SMC in a cell; natively what the machine offers to its EL1. */
s64 psci_call(u64 function, u64 arg1, u64 arg2, u64 arg3);

/** Plain SMC and HVC #0. */
s64 smc_call(u64 function, u64 arg1, u64 arg2, u64 arg3);
s64 hvc_call(u64 function, u64 arg1, u64 arg2, u64 arg3);

/** Affinity fields of the calling CPU's MPIDR, as PSCI and the GIC take them. */
u64 cpu_affinity(void);

/**
 * Start CPU `affinity` with its own stack and the MMU on, in
 * function(argument); it stops when that returns. Returns a PSCI result.
 */
s64 smp_start_cpu(u64 affinity, void (*function)(u64 argument), u64 argument);
