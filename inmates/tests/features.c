/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The features of newer CPUs in a cell, see feature_probe.h; and what the
 * former owner of the CPU left in the vector registers: nothing. Leaves them
 * full itself, for who comes next.
 */
#include <inmate.h>
#include <inmate_comm.h>
#include <inmate_sysregs.h>

#define say printk
#include "feature_probe.h"

#define ZCR_EL1       S3_0_C1_C2_0
#define CPACR_ZEN     (3ULL << 16)
#define CPACR_FPEN    (3ULL << 20)
#define SCTLR_ENDA    (1ULL << 27)
#define APDAKEYLO_EL1 S3_0_C2_C2_0
#define APDAKEYHI_EL1 S3_0_C2_C2_1
/* The largest that there is. */
#define LEN_MAX       0xf
#define VECTOR_MAX    256
#define PREDICATE_MAX (VECTOR_MAX / 8)

static u8 vector[VECTOR_MAX], predicate[PREDICATE_MAX], faults[PREDICATE_MAX];

static unsigned int not_zero(const u8 *bytes, unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		found += bytes[i] != 0;
	return found;
}

/* Before anything else uses vectors; the library does not. */
static void look_at_vectors(void)
{
	__asm__ volatile(".arch_extension sve\n\t"
			 "str z31, [%0]\n\t"
			 "str p7, [%1]\n\t"
			 "rdffr p0.b\n\t"
			 "str p0, [%2]"
			 :
			 : "r"(vector), "r"(predicate), "r"(faults)
			 : "memory");
	printk("FEATURE left over: vector %u, predicate %u, FFR %u bytes\n",
	       not_zero(vector, sizeof(vector)), not_zero(predicate, sizeof(predicate)),
	       not_zero(faults, sizeof(faults)));
}

static void fill_vectors(void)
{
	__asm__ volatile(".arch_extension sve\n\t"
			 "dup z31.b, #-1\n\t"
			 "ptrue p7.b\n\t"
			 "setffr");
}

void inmate_main(void)
{
	u64 sctlr;

	if (feature_has_sve()) {
		write_sysreg(cpacr_el1, CPACR_FPEN | CPACR_ZEN);
		isb();
		write_sysreg(ZCR_EL1, LEN_MAX);
		isb();
		look_at_vectors();
		write_sysreg(ZCR_EL1, FEATURE_VL / 16 - 1);
		isb();
	} else {
		printk("FEATURE left over: vector 0, predicate 0, FFR 0 bytes\n");
	}
	if (feature_has_pauth()) {
		write_sysreg(APDAKEYLO_EL1, 0x0123456789abcdefULL);
		write_sysreg(APDAKEYHI_EL1, 0xfedcba9876543210ULL);
		sctlr = read_sysreg(sctlr_el1);
		write_sysreg(sctlr_el1, sctlr | SCTLR_ENDA);
		isb();
	}
	feature_probe();
	printk("FEATURE end\n");
	if (feature_has_sve()) {
		write_sysreg(ZCR_EL1, LEN_MAX);
		isb();
		fill_vectors();
	}
	while (!comm_shutdown_requested() && !inmate_native())
		cpu_relax();
	comm_shut_down();
}
