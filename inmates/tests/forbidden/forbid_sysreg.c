/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* System registers and instructions that EL1 has not, or should not have. */
#include <inmate_sysregs.h>

#include "forbid.h"

#define READ_TEST(function, name)                            \
	static void function(void)                           \
	{                                                    \
		forbid_expect();                             \
		observed("value 0x%llx", read_sysreg(name)); \
		forbid_report();                             \
	}

#define WRITE_TEST(function, name, value)  \
	static void function(void)         \
	{                                  \
		forbid_expect();           \
		write_sysreg(name, value); \
		isb();                     \
		forbid_report();           \
	}

READ_TEST(actlr_read, actlr_el1)
WRITE_TEST(actlr_write, actlr_el1, ~0ULL)
/* Implementation defined space (TIDCP), and encodings that nobody uses. */
READ_TEST(impdef_read, S3_1_C15_C2_1)
WRITE_TEST(impdef_write, S3_1_C15_C2_1, ~0ULL)
READ_TEST(unallocated_read, S3_0_C10_C7_7)
WRITE_TEST(unallocated_write, S3_3_C9_C15_7, ~0ULL)
READ_TEST(id_space_read, S3_0_C0_C7_7)
READ_TEST(el2_read, S3_4_C1_C1_0)
WRITE_TEST(el2_write, S3_4_C1_C1_0, 0)
READ_TEST(el3_read, S3_6_C1_C1_0)
READ_TEST(sre_read, ICC_SRE_EL1)
WRITE_TEST(sre_write, ICC_SRE_EL1, 0)
READ_TEST(group0_read, ICC_IGRPEN0_EL1)
WRITE_TEST(group0_write, ICC_IGRPEN0_EL1, 1)
READ_TEST(pmu_read, pmcr_el0)
READ_TEST(debug_read, mdscr_el1)
WRITE_TEST(debug_write, oslar_el1, 0)

static void set_way(void)
{
	forbid_expect();
	__asm__ volatile("dc cisw, %0\n\tdsb sy" ::"r"(0UL) : "memory");
	forbid_report();
}

static void tlb_of_el2(void)
{
	forbid_expect();
	__asm__ volatile("tlbi alle1\n\tdsb sy" ::: "memory");
	forbid_report();
}

static void undefined_instruction(void)
{
	forbid_expect();
	__asm__ volatile(".inst 0x00000000" ::: "memory");
	forbid_report();
}

static void return_to_el2(void)
{
	u64 resume;

	forbid_expect();
	/* An illegal return leaves the exception level and sets PSTATE.IL. */
	__asm__ volatile("adr %0, 1f\n\t"
			 "msr elr_el1, %0\n\t"
			 "mov %0, #0x3c9\n\t"
			 "msr spsr_el1, %0\n\t"
			 "eret\n"
			 "1:\tnop"
			 : "=&r"(resume)
			 :
			 : "memory");
	forbid_report();
}

static void sve(void)
{
	forbid_expect();
	__asm__ volatile(".inst 0x04bf5020" ::: "x0", "memory"); /* rdvl x0, #1 */
	forbid_report();
}

static void identification(void)
{
	observed("MIDR 0x%llx MPIDR 0x%llx", read_sysreg(midr_el1), read_sysreg(mpidr_el1));
	observed("PFR0 0x%llx PFR1 0x%llx", read_sysreg(id_aa64pfr0_el1),
		 read_sysreg(id_aa64pfr1_el1));
	observed("ISAR0 0x%llx ISAR1 0x%llx", read_sysreg(id_aa64isar0_el1),
		 read_sysreg(id_aa64isar1_el1));
	observed("MMFR0 0x%llx MMFR1 0x%llx DFR0 0x%llx", read_sysreg(id_aa64mmfr0_el1),
		 read_sysreg(id_aa64mmfr1_el1), read_sysreg(id_aa64dfr0_el1));
}

const struct forbidden_test forbid_sysreg_tests[] = {
	{ "actlr-read", actlr_read },
	{ "actlr-write", actlr_write },
	{ "impdef-read", impdef_read },
	{ "impdef-write", impdef_write },
	{ "unallocated-read", unallocated_read },
	{ "unallocated-write", unallocated_write },
	{ "id-space-read", id_space_read },
	{ "el2-read", el2_read },
	{ "el2-write", el2_write },
	{ "el3-read", el3_read },
	{ "sre-read", sre_read },
	{ "sre-write", sre_write },
	{ "group0-read", group0_read },
	{ "group0-write", group0_write },
	{ "pmu-read", pmu_read },
	{ "debug-read", debug_read },
	{ "debug-write", debug_write },
	{ "set-way", set_way },
	{ "tlb-of-el2", tlb_of_el2 },
	{ "undefined-instruction", undefined_instruction },
	{ "return-to-el2", return_to_el2 },
	{ "sve", sve },
	{ "identification", identification },
	{ NULL, NULL },
};
