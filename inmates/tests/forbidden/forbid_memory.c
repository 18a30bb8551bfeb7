/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Memory that is not ours: data, code, stack, tables, vectors, maintenance. */
#include <inmate_sysregs.h>

#include "forbid.h"

static void read_outside(void)
{
	u64 address = forbid_address();

	forbid_expect();
	observed("value 0x%x", io_read32((void *)address));
	forbid_report();
}

static void write_outside(void)
{
	u64 address = forbid_address();

	forbid_expect();
	io_write32((void *)address, 0xdeadbeef);
	forbid_report();
}

static void read_widths_outside(void)
{
	u64 address = forbid_address();

	forbid_expect();
	io_read8((void *)(address + 1));
	io_read16((void *)(address + 2));
	io_read64((void *)(address + 8));
	observed("%u exceptions", forbid_exceptions.count);
	forbid_report();
}

static void read_beyond_ram(void)
{
	forbid_expect();
	observed("value 0x%x", io_read32((void *)(u64)cmdline_parse_int("addr", 0x100000)));
	forbid_report();
}

static void jump_outside(void)
{
	void (*function)(void) = (void (*)(void))forbid_address();

	forbid_expect();
	function();
	forbid_report();
}

static void jump_unaligned(void)
{
	void (*function)(void) = (void (*)(void))(forbid_address() + 2);

	forbid_expect();
	function();
	forbid_report();
}

/* The exception, if one comes, has no stack either. */
static void broken_stack(void)
{
	u64 address = forbid_address() + PAGE_SIZE;

	__asm__ volatile("mov sp, %0\n\t"
			 "str xzr, [sp, #-16]!"
			 :
			 : "r"(address)
			 : "memory");
	for (;;)
		cpu_relax();
}

static void tables_in_hole(void)
{
	u64 address = forbid_address();

	write_sysreg(ttbr0_el1, address);
	isb();
	__asm__ volatile("tlbi vmalle1" ::: "memory");
	dsb(nsh);
	isb();
	observed("still running");
}

/* A data access whose second-level table lies in a hole: a stage-1 walk. */
static void walk_into_hole(void)
{
	u64 *l1 = (u64 *)(read_sysreg(ttbr0_el1) & 0xfffffffff000);
	u64 address = forbid_address();

	l1[256] = address | 3;
	dsb(ishst);
	isb();
	forbid_expect();
	observed("value 0x%x", io_read32((void *)(256UL << 30)));
	forbid_report();
}

static void vectors_in_hole(void)
{
	write_sysreg(vbar_el1, forbid_address() & ~0x7ffULL);
	isb();
	__asm__ volatile("svc #0" ::: "memory");
	observed("still running");
}

#define CACHE_TEST(function, instruction)                                                        \
	static void function(void)                                                               \
	{                                                                                        \
		u64 address = forbid_address();                                                  \
                                                                                                 \
		forbid_expect();                                                                 \
		__asm__ volatile(instruction ", %0\n\tdsb sy\n\tisb" ::"r"(address) : "memory"); \
		forbid_report();                                                                 \
	}

CACHE_TEST(clean_outside, "dc cvac")
CACHE_TEST(clean_invalidate_outside, "dc civac")
CACHE_TEST(invalidate_outside, "dc ivac")
CACHE_TEST(zero_outside, "dc zva")
CACHE_TEST(icache_outside, "ic ivau")

static void translate_outside(void)
{
	u64 address = forbid_address();

	forbid_expect();
	__asm__ volatile("at s1e1r, %0\n\tisb" ::"r"(address) : "memory");
	observed("PAR_EL1 0x%llx", read_sysreg(par_el1));
	forbid_report();
}

static void atomic_outside(void)
{
	u64 address = forbid_address();
	u32 value, failed;

	forbid_expect();
	__asm__ volatile("ldxr %w0, [%2]\n\t"
			 "stxr %w1, %w0, [%2]"
			 : "=&r"(value), "=&r"(failed)
			 : "r"(address)
			 : "memory");
	forbid_report();
}

/* One address in each 64 MiB of what the board has. Meant for the abort policy. */
static void read_sweep(void)
{
	u64 readable = 0;

	forbid_expect();
	for (u64 address = 64UL << 20; address < 1ULL << 32; address += 64UL << 20) {
		unsigned int before = forbid_exceptions.count;

		map_range((void *)address, PAGE_SIZE, MAP_CACHED);
		io_read32((void *)address);
		if (forbid_exceptions.count == before)
			readable++;
	}
	observed("%llu addresses could be read, %u not", readable, forbid_exceptions.count);
	forbid_report();
}

const struct forbidden_test forbid_memory_tests[] = {
	{ "read-outside", read_outside },
	{ "write-outside", write_outside },
	{ "read-widths-outside", read_widths_outside },
	{ "read-beyond-ram", read_beyond_ram },
	{ "read-sweep", read_sweep },
	{ "jump-outside", jump_outside },
	{ "jump-unaligned", jump_unaligned },
	{ "broken-stack", broken_stack },
	{ "tables-in-hole", tables_in_hole },
	{ "walk-into-hole", walk_into_hole },
	{ "vectors-in-hole", vectors_in_hole },
	{ "clean-outside", clean_outside },
	{ "clean-invalidate-outside", clean_invalidate_outside },
	{ "invalidate-outside", invalidate_outside },
	{ "zero-outside", zero_outside },
	{ "icache-outside", icache_outside },
	{ "translate-outside", translate_outside },
	{ "atomic-outside", atomic_outside },
	{ NULL, NULL },
};
