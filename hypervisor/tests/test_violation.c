/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a violation says, word by word, and what it does to the cell. The traps
 * that lead to it are in test_trap.c.
 */
#include "fake.h"

#include <arch/sysregs.h>
#include <hyp/printk.h>

#include <string.h>

#include "../arch/arm64/abort_decode.h"
#include "fake_private.h"

#define RW      (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define EC(ec)  ((u64)(ec) << ESR_EC_SHIFT | ESR_IL)
#define READ_4  (EC(EC_DABT_LOWER) | ESR_DABT_ISV | 2u << 22 | 0x07)
#define WRITE_4 (READ_4 | ESR_DABT_WNR)

static struct fake_config config;
static struct frame frame;

/* Cell "inmate" on CPUs 2 and 3, which both run; 3 executes. */
static void run_cell(u32 on_violation)
{
	fake_machine_init();
	fake_cpu_offline(2);
	fake_cpu_offline(3);
	fake_config_default(&config);
	config.cpus[0] = 1 << 2 | 1 << 3;
	fake_config_policy(&config, on_violation, 0);
	fake_config_mem(&config, 0x0c000000, 0x0c000000, 0x10000, RW | JAILHOUSE_MEM_IO);
	fake_config_mem(&config, 0x0c010000, 0x0c010000, 0x11000, RW | JAILHOUSE_MEM_IO);
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x1000, RW);
	fake_config_name(&config, 1, "UART1");
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	cpu_get(3)->power = CPU_POWER_ON;
	fake_run_on(3);
	for (u32 n = 0; n < 31; n++)
		frame.x[n] = 0x1111111111111111ULL * (n % 15 + 1);
	fake_sysreg_write("elr_el2", 0x1000);
	fake_sysreg_write("spsr_el2", 0x60000000 | SPSR_EL1H);
	fake_sysreg_write("elr_el1", 0x2000);
	fake_sysreg_write("sp_el1", 0x3000);
	fake_sysreg_write("sp_el0", 0x4000);
}

static int setup(void **state)
{
	(void)state;
	run_cell(JAILHOUSE_VIOLATION_PARK);
	return 0;
}

/* As root, which is parked too, on CPU 0. */
static void as_root(void)
{
	setup(NULL);
	fake_run_on(0);
	root_cell.on_violation = JAILHOUSE_VIOLATION_PARK;
}

/* What it says; true if the CPU stopped. */
static bool violate(u64 esr, bool has_address, u64 ipa, const char **said)
{
	bool stopped;

	memset((void *)console_page.content, 0, sizeof(console_page.content));
	console_page.tail = 0;
	stopped = FAKE_STOPS(violation(&frame, "What it did", esr, has_address, ipa));
	*said = fake_log();
	return stopped;
}

static void says(const char *said, const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" does not say \"%s\"", said, text);
}

/* --- the report in full ------------------------------------------------------------------------------- */

#define REGISTERS                                                                    \
	" x0: 0x1111111111111111 x1: 0x2222222222222222 x2: 0x3333333333333333\n"    \
	" x3: 0x4444444444444444 x4: 0x5555555555555555 x5: 0x6666666666666666\n"    \
	" x6: 0x7777777777777777 x7: 0x8888888888888888 x8: 0x9999999999999999\n"    \
	" x9: 0xaaaaaaaaaaaaaaaa x10: 0xbbbbbbbbbbbbbbbb x11: 0xcccccccccccccccc\n"  \
	" x12: 0xdddddddddddddddd x13: 0xeeeeeeeeeeeeeeee x14: 0xffffffffffffffff\n" \
	" x15: 0x1111111111111111 x16: 0x2222222222222222 x17: 0x3333333333333333\n" \
	" x18: 0x4444444444444444 x19: 0x5555555555555555 x20: 0x6666666666666666\n" \
	" x21: 0x7777777777777777 x22: 0x8888888888888888 x23: 0x9999999999999999\n" \
	" x24: 0xaaaaaaaaaaaaaaaa x25: 0xbbbbbbbbbbbbbbbb x26: 0xcccccccccccccccc\n" \
	" x27: 0xdddddddddddddddd x28: 0xeeeeeeeeeeeeeeee x29: 0xffffffffffffffff\n"

static void test_in_full(void **state)
{
	const char *said;

	(void)state;
	assert_true(violate(WRITE_4, true, 0x60000120, &said));
	assert_string_equal(
		said,
		"FATAL: What it did at 0x60000120(4), CPU 3 of cell \"inmate\"\n"
		"  data abort, translation fault\n"
		"  0x60000120 is in region 0 of cell \"root\" (0x40000000, size 0x3f000000)\n"
		"  to allow it, add to mem_regions of \"inmate\":\n"
		"  { .phys_start = 0x60000000, .virt_start = 0x60000000, .size = 0x1000,\n"
		"    .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE },\n"
		" pc: 0x0000000000001000 lr: 0x1111111111111111 spsr: 0x60000005 EL1\n"
		" sp: 0x0000000000003000 elr: 0x0000000000002000 esr: EC 0x24 IL 1 ISS 0x1800047\n" REGISTERS
		"Parking CPU 3 (Cell: \"inmate\")\n");
	/* The other CPU goes on, and so does the cell. */
	assert_false(cpu_get(2)->failed);
	assert_int_equal(cpu_get(2)->power, CPU_POWER_ON);
	assert_int_equal(cpu_get(2)->request, 0);
}

static void test_without_address(void **state)
{
	const char *said;

	(void)state;
	/* At EL0: with its stack; a 16-bit instruction. */
	fake_sysreg_write("spsr_el2", 0x10);
	assert_true(violate(((u64)EC_SMC32 << ESR_EC_SHIFT) | BIT(7), false, 0, &said));
	assert_string_equal(
		said,
		"FATAL: What it did (exception class 0x13), CPU 3 of cell \"inmate\"\n"
		"  secure monitor call, no fault status\n"
		" pc: 0x0000000000001000 lr: 0x1111111111111111 spsr: 0x00000010 EL0\n"
		" sp: 0x0000000000004000 elr: 0x0000000000002000 esr: EC 0x13 IL 0 ISS 0x0000080\n" REGISTERS
		"Parking CPU 3 (Cell: \"inmate\")\n");
}

static void test_classes(void **state)
{
	static const struct {
		u64 esr;
		const char *line;
	} cases[] = {
		{ EC(EC_IABT_LOWER) | 0x0f, "  instruction abort, permission fault\n" },
		{ EC(EC_SYSREG), "  system register access, no fault status\n" },
		{ EC(EC_HVC64), "  hypercall, no fault status\n" },
		{ EC(EC_HVC32), "  hypercall, no fault status\n" },
		{ EC(EC_SMC64), "  secure monitor call, no fault status\n" },
		{ EC(EC_UNKNOWN), "  unknown reason, no fault status\n" },
		{ EC(0x3f), "  other, no fault status\n" },
	};
	const char *said;

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		assert_true(violate(cases[i].esr, false, 0, &said));
		says(said, cases[i].line);
	}
}

/* --- what would allow it -------------------------------------------------------------------------------- */

static void test_access(void **state)
{
	static const struct {
		u64 esr;
		const char *size, *flags;
	} cases[] = {
		{ READ_4, "(4)", ".flags = JAILHOUSE_MEM_READ }," },
		{ WRITE_4, "(4)", ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE }," },
		/* Without a syndrome nobody knows how wide it was. */
		{ WRITE_4 & ~ESR_DABT_ISV, "(0)",
		  ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE }," },
		{ EC(EC_IABT_LOWER) | ESR_DABT_ISV | ESR_DABT_WNR | 2u << 22 | 0x07, "(0)",
		  ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE }," },
	};
	const char *said;

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		assert_true(violate(cases[i].esr, true, 0x60000123, &said));
		says(said, cases[i].size);
		says(said, cases[i].flags);
		assert_null(strstr(said, "walk"));
	}
	setup(state);
	assert_true(violate(WRITE_4 | ESR_ABORT_S1PTW, true, 0x60000123, &said));
	says(said, "  data abort, translation fault, met on a walk of the cell's own tables\n");
	/* The bit means something else in other classes. */
	setup(state);
	assert_true(violate(EC(EC_SYSREG) | ESR_ABORT_S1PTW, false, 0, &said));
	assert_null(strstr(said, "walk"));
}

/* A device of root: whole if it is small, else the page. */
static void test_device(void **state)
{
	const char *said;

	assert_true(violate(READ_4, true, 0x09000018, &said));
	says(said, "is in region 3 of cell \"root\" (0x9000000, size 0x1000)\n");
	says(said, "{ .phys_start = 0x9000000, .virt_start = 0x9000000, .size = 0x1000,\n"
		   "    .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO },\n");
	setup(state);
	assert_true(violate(READ_4, true, 0x0c100018, &said));
	says(said, ".phys_start = 0xc100000, .virt_start = 0xc100000, .size = 0x1000,\n");
	says(said, " | JAILHOUSE_MEM_IO },");
}

static void test_nobody(void **state)
{
	const char *said;

	assert_true(violate(WRITE_4, true, 0xe0000018, &said));
	says(said, "  0xe0000018 belongs to nobody: no cell's config lists it\n"
		   "  to allow it, add to mem_regions of \"inmate\":\n"
		   "  { .phys_start = 0xe0000000, .virt_start = 0xe0000000, .size = 0x1000,\n"
		   "    .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE },\n");
	setup(state);
	assert_true(violate(WRITE_4, true, FAKE_HV_BASE + 0x10, &said));
	says(said, "no config line can allow this\n pc:");
}

/* Between cells: both must say that they share it. */
static void test_of_another_cell(void **state)
{
	struct fake_config other;
	const char *said;

	(void)state;
	fake_run_on(0);
	fake_cpu_offline(1);
	fake_config_default(&other);
	other.desc.id = 2;
	strcpy(other.desc.name, "other");
	other.cpus[0] = 1 << 1;
	other.desc.num_memory_regions = 0;
	other.desc.num_irqchips = 0;
	memset(other.irqchips, 0, sizeof(other.irqchips));
	fake_config_mem(&other, 0x7e200000, 0, 0x1000, RW | JAILHOUSE_MEM_EXECUTE);
	fake_config_place(&other);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	fake_run_on(3);
	assert_true(violate(WRITE_4, true, 0x7e200010, &said));
	says(said, "is in region 0 of cell \"other\" (0x7e200000, size 0x1000)\n"
		   "  to allow it, add to mem_regions of \"inmate\":\n");
	says(said,
	     ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_ROOTSHARED },");
}

/* What the cell has, but not so: its own region, without the other's consent. */
static void test_own_region(void **state)
{
	const char *said;

	(void)state;
	assert_true(violate(EC(EC_IABT_LOWER) | 0x0f, true, 0x7e000010, &said));
	says(said, "is in region 5 of cell \"inmate\"");
	says(said, ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE },");
}

static void test_root(void **state)
{
	const char *said;

	(void)state;
	/* What a cell has. */
	as_root();
	assert_true(violate(WRITE_4, true, 0x09040018, &said));
	says(said, "is in region 1 (UART1) of cell \"inmate\" (0x9040000, size 0x1000)\n"
		   "  to allow it, add JAILHOUSE_MEM_ROOTSHARED to the flags of that region\n pc:");
	/* The largest that is suggested whole, and one page more. */
	as_root();
	assert_true(violate(WRITE_4, true, 0x0c004018, &said));
	says(said, "region 3 of cell \"inmate\" (0xc000000, size 0x10000)");
	/* What root itself has, and what nobody has. */
	as_root();
	assert_true(violate(EC(EC_IABT_LOWER) | 0x0f, true, 0x09000018, &said));
	says(said, "  to allow it, add to mem_regions of \"root\":\n");
	says(said, ".flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_IO },");
	as_root();
	assert_true(violate(WRITE_4, true, 0xe0000018, &said));
	says(said, "  to allow it, add to mem_regions of \"root\":\n");
}

/* Of the cell itself, by its own config: the size decides what is suggested. */
static void test_largest_suggestion(void **state)
{
	const char *said;

	assert_true(violate(EC(EC_IABT_LOWER) | 0x0f, true, 0x0c004018, &said));
	says(said, ".phys_start = 0xc000000, .virt_start = 0xc000000, .size = 0x10000,\n");
	setup(state);
	assert_true(violate(EC(EC_IABT_LOWER) | 0x0f, true, 0x0c014018, &said));
	says(said, ".phys_start = 0xc014000, .virt_start = 0xc014000, .size = 0x1000,\n");
}

/* --- what it does ---------------------------------------------------------------------------------------- */

static u32 count(const char *text, const char *word)
{
	u32 n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

/* Aborts that a program can cause at will: eight are reported, the last says so, all are answered. */
static void test_abort_reports(void **state)
{
	static const char last[] = "Answered by an external abort; no more such reports\n";
	u32 reports = 0;

	(void)state;
	run_cell(JAILHOUSE_VIOLATION_ABORT);
	for (u32 n = 0; n < 20; n++) {
		const char *said;

		fake_sysreg_write("esr_el1", 0);
		assert_false(violate(WRITE_4, true, 0x60000120, &said));
		assert_int_equal(fake_sysreg_read("esr_el1"),
				 EC(EC_DABT_SAME) | ESR_DABT_WNR | FSC_EXTERNAL);
		assert_int_equal(count(said, "FATAL: What it did at 0x60000120(4)"),
				 count(said, "Answered by an external abort"));
		reports += count(said, "Answered by an external abort");
		assert_int_equal(count(said, last), reports == 8 && *said);
		assert_null(strstr(said, "Parking"));
		assert_false(cpu_get(3)->failed);
	}
	assert_int_equal(reports, 8);
	/* Of what parks the CPU there is always a report. */
	setup(state);
	for (u32 n = 0; n < 10; n++) {
		const char *said;

		setup(state);
		assert_true(violate(WRITE_4, true, 0x60000120, &said));
		says(said, "FATAL");
	}
}

/* The whole syndrome: class, length of the instruction, and for data direction and maintenance. */
static void test_injected_syndrome(void **state)
{
	const u64 data = EC(EC_DABT_LOWER), fetch = EC(EC_IABT_LOWER);
	const struct {
		u64 esr, spsr, expected;
	} cases[] = {
		{ data | 0x07, SPSR_EL1H, EC(EC_DABT_SAME) | FSC_EXTERNAL },
		{ (data & ~ESR_IL) | 0x07, SPSR_EL1H, (EC(EC_DABT_SAME) & ~ESR_IL) | FSC_EXTERNAL },
		{ data | ESR_DABT_CM | ESR_DABT_WNR | ESR_DABT_ISV | 0x07, 0,
		  EC(EC_DABT_LOWER) | ESR_DABT_CM | ESR_DABT_WNR | FSC_EXTERNAL },
		{ fetch | ESR_DABT_WNR | 0x07, SPSR_EL1H, EC(EC_IABT_SAME) | FSC_EXTERNAL },
		{ fetch | 0x07, 0, EC(EC_IABT_LOWER) | FSC_EXTERNAL },
	};
	const char *said;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		run_cell(JAILHOUSE_VIOLATION_ABORT);
		fake_sysreg_write("spsr_el2", cases[i].spsr);
		assert_false(violate(cases[i].esr, true, 0x60000120, &said));
		assert_int_equal(fake_sysreg_read("esr_el1"), cases[i].expected);
	}
}

/* What the kernel is entered with (Arm ARM D1.3.1): PAN and DIT stay, DSSBS sets SSBS. */
static void test_kept_state(void **state)
{
	static const u64 kept[] = { SPSR_PAN, BIT(24), BIT(31), BIT(30), BIT(29), BIT(28) };

	(void)state;
	fake_sysreg_write("sctlr_el1", SCTLR_EL1_SPAN);
	for (u32 i = 0; i < ARRAY_SIZE(kept); i++) {
		fake_sysreg_write("spsr_el2", SPSR_EL1H | kept[i]);
		inject_undefined();
		assert_int_equal(fake_sysreg_read("spsr_el2"), SPSR_EL1H_MASKED | kept[i]);
		assert_int_equal(fake_sysreg_read("esr_el1"), ESR_IL);
	}
	fake_sysreg_write("id_aa64pfr1_el1", 1 << 4);
	fake_sysreg_write("spsr_el2", SPSR_EL1H);
	inject_undefined();
	assert_int_equal(fake_sysreg_read("spsr_el2"), SPSR_EL1H_MASKED);
	fake_sysreg_write("sctlr_el1", SCTLR_EL1_SPAN | SCTLR_EL1_DSSBS);
	inject_undefined();
	assert_int_equal(fake_sysreg_read("spsr_el2"), SPSR_EL1H_MASKED | SPSR_SSBS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(in_full),
		TEST(without_address),
		TEST(classes),
		TEST(access),
		TEST(device),
		TEST(nobody),
		TEST(of_another_cell),
		TEST(own_region),
		TEST(root),
		TEST(largest_suggestion),
		TEST(abort_reports),
		TEST(injected_syndrome),
		TEST(kept_state),
	};

	return cmocka_run_group_tests_name("violation", tests, NULL, NULL);
}
