/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Firmware calls and the start of further CPUs. */
#include <inmate_private.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#define SECONDARY_STACK PAGE_SIZE
/* Cleaned as one; larger than struct smp_boot. */
#define CACHE_LINE      64
#define MPIDR_AFFINITY  0xff00ffffffULL

/* Arm DEN 0028: x4 to x17 may change in calls of SMCCC 1.0. */
#define FIRMWARE_CALL(instruction)                                                                \
	register u64 x0 __asm__("x0") = function;                                                 \
	register u64 x1 __asm__("x1") = arg1;                                                     \
	register u64 x2 __asm__("x2") = arg2;                                                     \
	register u64 x3 __asm__("x3") = arg3;                                                     \
                                                                                                  \
	__asm__ volatile(instruction " #0"                                                        \
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                 \
			 :                                                                        \
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", \
			   "x15", "x16", "x17", "memory");                                        \
	return (s64)x0

s64 smc_call(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	FIRMWARE_CALL("smc");
}

s64 hvc_call(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	FIRMWARE_CALL("hvc");
}

s64 psci_call(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	if (psci_by_hvc())
		return hvc_call(function, arg1, arg2, arg3);
	return smc_call(function, arg1, arg2, arg3);
}

u64 cpu_affinity(void)
{
	return read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
}

s64 smp_start_cpu(u64 affinity, void (*function)(u64 argument), u64 argument)
{
	struct smp_boot *boot = zalloc(CACHE_LINE, CACHE_LINE);
	char *stack = alloc(SECONDARY_STACK, 16);

	mmu_fill_boot(boot);
	boot->stack_top = (u64)stack + SECONDARY_STACK;
	boot->function = function;
	boot->argument = argument;
	/* The other CPU reads this with its MMU off. */
	dsb(ish);
	__asm__ volatile("dc civac, %0" ::"r"(boot) : "memory");
	dsb(sy);
	return psci_call(PSCI_CPU_ON, affinity, (u64)inmate_secondary_entry, (u64)boot);
}
