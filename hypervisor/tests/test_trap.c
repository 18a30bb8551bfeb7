/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traps of a cell, from the syndrome to what it finds afterwards: data aborts
 * decoded and performed, refused or repeated; HVC, SMC, WFI; what is injected,
 * what is parked, and what the report says.
 */
#include "fake.h"

#include <arch/sysregs.h>
#include <hyp/comm.h>
#include <hyp/printk.h>

#include <string.h>

#include "../arch/arm64/abort_decode.h"
#include "../arch/arm64/psci.h"
#include "../irqchip/gic_regs.h"
#include "fake_private.h"

#define RW  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define PC  0x1000ULL
#define ISV BIT(24)
#define SSE BIT(21)
#define SF  BIT(15)
#define WNR BIT(6)
#define CM  BIT(8)

#define BTYPE       (3ULL << 10)
#define SINGLE_STEP BIT(21)
#define ILLEGAL     BIT(20)

#define EC(ec) ((u64)(ec) << ESR_EC_SHIFT | ESR_IL)

static struct fake_config config;
static struct cell *cell;
static struct frame frame;
static u32 looked;

/* A cell on CPU 3 that runs, with a sub-page window at 0x20000010. */
static void run_cell(u32 on_violation)
{
	fake_machine_init();
	fake_device_add(0xb0000000, PAGE_SIZE);
	fake_cpu_offline(3);
	fake_config_default(&config);
	fake_config_policy(&config, on_violation, JAILHOUSE_POLICY_TRAP_WFI);
	fake_config_name(&config, 1, "UART1");
	fake_config_mem(&config, 0xb0000010, 0x20000010, 0x10,
			RW | JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_16 | JAILHOUSE_MEM_IO_32 |
				JAILHOUSE_MEM_IO_64 | JAILHOUSE_MEM_IO_UNALIGNED);
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x1000, JAILHOUSE_MEM_READ);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	cell = cell_find(1);
	fake_run_on(3);
	memset(&frame, 0, sizeof(frame));
	for (u32 n = 0; n < 31; n++)
		frame.x[n] = 0x1111111111111111ULL * (n % 15 + 1);
	fake_sysreg_write("elr_el2", PC);
	fake_sysreg_write("spsr_el2", SPSR_EL1H);
	fake_sysreg_write("vbar_el1", 0x80000);
	fake_events_clear();
}

static int setup(void **state)
{
	(void)state;
	run_cell(JAILHOUSE_VIOLATION_PARK);
	return 0;
}

static int setup_abort(void **state)
{
	(void)state;
	run_cell(JAILHOUSE_VIOLATION_ABORT);
	return 0;
}

static void fault_at(u64 ipa)
{
	fake_sysreg_write("hpfar_el2", ipa >> 12 << 4);
	fake_sysreg_write("far_el2", 0xffff000000000000ULL | (ipa & PAGE_MASK));
}

/* True if the CPU was stopped. */
static bool trap(u64 esr)
{
	fake_sysreg_write("esr_el2", esr);
	return FAKE_STOPS(trap_handle(&frame));
}

static u64 data_abort(u64 flags, u32 size, u32 reg)
{
	/* Translation fault, level 3. */
	return EC(EC_DABT_LOWER) | ISV | flags | (u64)__builtin_ctz(size) << 22 | (u64)reg << 16 |
	       0x07;
}

static bool log_has(const char *text)
{
	return strstr(fake_log(), text) != NULL;
}

static void parked(const char *text)
{
	assert_true(cpu_get(3)->failed);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	assert_int_equal(comm_state(cell), JAILHOUSE_CELL_FAILED);
	assert_true(log_has("Parking CPU 3 (Cell: \"inmate\")"));
	assert_true(log_has("FATAL"));
	if (!log_has(text))
		fail_msg("the report does not say \"%s\"", text);
}

static void injected(u64 ec, u64 vector)
{
	assert_false(cpu_get(3)->failed);
	assert_int_equal(ESR_EC(fake_sysreg_read("esr_el1")), ec);
	assert_int_equal(fake_sysreg_read("elr_el2"), 0x80000 + vector);
}

/* --- decoding ---------------------------------------------------------------------------------------- */

/* All of ISV, CM, SAS, SSE, SRT, SF and WnR, against the manual's words. */
static void test_decode(void **state)
{
	(void)state;
	for (u32 bits = 0; bits < 256; bits++)
		for (u32 reg = 0; reg < 32; reg++) {
			u32 log2 = bits & 3, size = 1u << log2;
			bool sse = bits & 4, sf = bits & 8, isv = bits & 16, cm = bits & 32;
			u64 esr = EC(EC_DABT_LOWER) | (u64)log2 << 22 | (sse ? SSE : 0) |
				  (sf ? SF : 0) | (isv ? ISV : 0) | (cm ? CM : 0) |
				  (bits & 64 ? WNR : 0) | (u64)reg << 16 |
				  (bits & 128 ? 0x07 : 0x0f);
			static const u64 values[] = { 0,
						      ~0ULL,
						      0x80,
						      0x7f,
						      0x8000,
						      0x80000000,
						      0x8000000000000000ULL,
						      0x123456789abcdef0ULL };

			assert_int_equal(abort_is_decodable(esr), isv && !cm);
			assert_int_equal(abort_size(esr), size);
			assert_int_equal(abort_register(esr), reg);
			for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
				u64 v = values[i], expected;

				switch (log2) {
				case 0:
					expected = sse ? (u64)(s64)(s8)v : (u8)v;
					assert_int_equal(abort_store_value(esr, v), (u8)v);
					break;
				case 1:
					expected = sse ? (u64)(s64)(s16)v : (u16)v;
					assert_int_equal(abort_store_value(esr, v), (u16)v);
					break;
				case 2:
					expected = sse ? (u64)(s64)(s32)v : (u32)v;
					assert_int_equal(abort_store_value(esr, v), (u32)v);
					break;
				default:
					expected = v;
					assert_int_equal(abort_store_value(esr, v), v);
					break;
				}
				if (!sf)
					expected = (u32)expected;
				assert_int_equal(abort_load_result(esr, v), expected);
			}
		}
}

static void test_status_names(void **state)
{
	(void)state;
	for (u32 fsc = 0; fsc < 64; fsc++)
		assert_true(strlen(abort_status_name(EC(EC_DABT_LOWER) | fsc)) > 4);
	assert_string_equal(abort_status_name(0x07), "translation fault");
	assert_string_equal(abort_status_name(0x0f), "permission fault");
	assert_string_equal(abort_status_name(0x0b), "access flag fault");
	assert_string_equal(abort_status_name(0x03), "address size fault");
	assert_string_equal(abort_status_name(0x10), "external abort");
	assert_string_equal(abort_status_name(0x21), "alignment fault");
}

/* --- performing --------------------------------------------------------------------------------------- */

static void test_loads_and_stores(void **state)
{
	u8 *device;

	(void)state;
	for (u32 size = 1; size <= 8; size *= 2)
		for (u32 reg = 0; reg < 32; reg++)
			for (u32 kind = 0; kind < 4; kind++) {
				u64 flags = (kind & 1 ? SSE : 0) | (kind & 2 ? SF : 0);
				u64 value = 0x8091a2b3c4d5e6f7ULL, stored = 0;
				u64 mask = size == 8 ? ~0ULL : BIT(8 * size) - 1;

				setup(NULL);
				device = fake_device(0xb0000010);
				memcpy(device, &value, 8);
				fault_at(0x20000010);
				assert_false(trap(data_abort(flags, size, reg)));
				/* What the register would have, and the next instruction. */
				if (reg != 31)
					assert_int_equal(
						frame.x[reg],
						abort_load_result(data_abort(flags, size, reg),
								  value & mask));
				assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
				for (u32 n = 0; n < 31; n++)
					if (n != reg)
						assert_int_equal(frame.x[n], 0x1111111111111111ULL *
										     (n % 15 + 1));

				setup(NULL);
				device = fake_device(0xb0000010);
				memset(device, 0xee, 8);
				fault_at(0x20000010);
				if (reg != 31)
					frame.x[reg] = value;
				else
					frame.x[31] = value;
				assert_false(trap(data_abort(flags | WNR, size, reg)));
				memcpy(&stored, device, 8);
				/* Register 31 is zero, whatever lies in its place. */
				assert_int_equal(stored & mask, reg == 31 ? 0 : value & mask);
				assert_int_equal(stored & ~mask, 0xeeeeeeeeeeeeeeeeULL & ~mask);
				assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
			}
}

static void test_16_bit_instruction(void **state)
{
	(void)state;
	fault_at(0x20000010);
	assert_false(trap(data_abort(0, 4, 1) & ~ESR_IL));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 2);
}

static void test_counted(void **state)
{
	u32 mmio = this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_MMIO];
	u32 total = this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_TOTAL];

	(void)state;
	fault_at(FAKE_GICD_BASE + GICD_TYPER);
	assert_false(trap(data_abort(0, 4, 1)));
	assert_int_equal(this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_MMIO], mmio + 1);
	assert_int_equal(this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_TOTAL], total + 1);
	assert_int_equal(frame.x[1], 0x7a0008);
}

/* No syndrome: never performed wrongly, but refused with the reason. */
static void test_undecodable(void **state)
{
	static const u64 esr[] = {
		EC(EC_DABT_LOWER) | 0x07,
		EC(EC_DABT_LOWER) | 0x07 | WNR,
		EC(EC_DABT_LOWER) | 0x07 | WNR | ISV | CM,
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(esr); i++) {
		setup(NULL);
		fault_at(FAKE_GICD_BASE + GICD_ISENABLER + 4);
		assert_true(trap(esr[i]));
		parked("only the hardware can perform");
		assert_int_equal(fake_event_count(EV_IO_WRITE), 0);
		assert_int_equal(fake_sysreg_read("elr_el2"), PC);
	}
}

static void test_refused_by_handler(void **state)
{
	(void)state;
	fault_at(0x2000001e);
	/* Four bytes from two before the end. */
	assert_true(trap(data_abort(WNR, 4, 1)));
	parked("Invalid MMIO write");
	setup(NULL);
	fault_at(FAKE_GICD_BASE + GICD_ISENABLER);
	assert_true(trap(data_abort(0, 2, 1)));
	parked("Invalid MMIO read");
	assert_true(log_has("the interrupt distributor"));
}

/* What a register without an effect reads as: zero, not what the target held. */
static void test_reserved_register(void **state)
{
	(void)state;
	fault_at(FAKE_GICD_BASE + 0x30);
	assert_false(trap(data_abort(SF, 4, 1)));
	assert_int_equal(frame.x[1], 0);
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
}

/* --- judged ------------------------------------------------------------------------------------------- */

static void test_unmapped(void **state)
{
	(void)state;
	fault_at(0x60000120);
	assert_true(trap(data_abort(WNR, 4, 1)));
	parked("Unhandled data write");
	assert_true(log_has("0x60000120(4)"));
	/* It lies in root's RAM, and this line would allow it. */
	assert_true(log_has("of cell \"root\""));
	assert_true(log_has(".phys_start = 0x60000000"));
	assert_true(log_has("JAILHOUSE_MEM_WRITE"));
	setup(NULL);
	fault_at(0xe0000000);
	assert_true(trap(data_abort(0, 8, 1)));
	parked("Unhandled data read");
	assert_true(log_has("belongs to nobody"));
	setup(NULL);
	fault_at(FAKE_HV_BASE);
	assert_true(trap(data_abort(0, 1, 1)));
	parked("hypervisor's memory");
	assert_true(log_has("no config line can allow this"));
}

/* No cell that the report speaks of may go away meanwhile. */
static void lock_is_held(char c __unused_arg)
{
	if (log_has("FATAL") && !log_has(" in region"))
		return;
	if (log_has(" in region") && !log_has("Parking"))
		looked += __atomic_load_n(&cell_lock, __ATOMIC_RELAXED) ? 1 : 0;
}

static void test_report_holds_the_list(void **state)
{
	(void)state;
	looked = 0;
	console_set_output(lock_is_held);
	fault_at(0x60000120);
	assert_true(trap(data_abort(WNR, 4, 1)));
	console_set_output(NULL);
	assert_true(looked > 0);
	/* And lets it go. */
	assert_int_equal(cell_lock, 0);
}

/* The address is the cell's, and the region's name is known. */
static void test_device_is_named(void **state)
{
	(void)state;
	/* Root touches what the cell has. */
	fake_run_on(0);
	root_cell.on_violation = JAILHOUSE_VIOLATION_PARK;
	fault_at(0x09040018);
	assert_true(trap(data_abort(WNR, 4, 1)));
	assert_true(log_has("region 1 (UART1) of cell \"inmate\""));
	assert_true(log_has("JAILHOUSE_MEM_ROOTSHARED"));
}

/* Root's default: the kernel gets an abort, and lives on. */
static void test_root_is_not_parked(void **state)
{
	(void)state;
	fake_run_on(0);
	fake_sysreg_write("elr_el2", PC);
	fake_sysreg_write("spsr_el2", SPSR_EL1H);
	fake_sysreg_write("vbar_el1", 0x80000);
	fault_at(0x7f600000);
	assert_false(trap(data_abort(0, 4, 1)));
	assert_int_equal(cpu_get(0)->power, CPU_POWER_ON);
	assert_int_equal(ESR_EC(fake_sysreg_read("esr_el1")), EC_DABT_SAME);
}

static void test_fetch(void **state)
{
	(void)state;
	fault_at(0x123456000);
	assert_true(trap(EC(EC_IABT_LOWER) | 0x07));
	parked("Unhandled instruction fetch");
	assert_true(log_has("JAILHOUSE_MEM_EXECUTE"));
}

/* A fault on a walk of the cell's own tables. */
static void test_table_walk(void **state)
{
	(void)state;
	fault_at(0x60000000);
	assert_true(trap(EC(EC_DABT_LOWER) | ESR_ABORT_S1PTW | WNR | 0x07));
	parked("0x60000000");
	assert_true(log_has("walk of the cell's own tables"));
	/* Tables in a window are no access to a register. */
	setup(NULL);
	fault_at(FAKE_GICD_BASE);
	assert_true(trap(EC(EC_DABT_LOWER) | ESR_ABORT_S1PTW | 0x07));
	parked("Unhandled data read");
	assert_int_equal(fake_event_count(EV_IO_READ), 0);
}

static void test_other_faults(void **state)
{
	(void)state;
	/* An external abort of the bus. */
	fault_at(0x1000);
	assert_true(trap(EC(EC_DABT_LOWER) | 0x10));
	parked("external abort");
	setup(NULL);
	assert_true(trap(EC(EC_IABT_LOWER) | 0x10));
	parked("external abort");
}

/* A write to what the cell may only read: HPFAR is not valid then, stage 1 is
 * asked. */
static u64 stage1_result;

static u64 stage1(u64 va)
{
	(void)va;
	return stage1_result;
}

static void test_permission_fault(void **state)
{
	u64 esr = (data_abort(WNR, 4, 1) & ~0x3fULL) | 0x0f;

	(void)state;
	fake_stage1 = stage1;
	fake_sysreg_write("par_el1", 0x777);
	stage1_result = 0x7e000000 | 0x100000000000000ULL;
	fake_sysreg_write("hpfar_el2", 0x12345670);
	fake_sysreg_write("far_el2", 0xffff000000000044ULL);
	assert_true(trap(esr));
	parked("0x7e000044");
	assert_true(log_has("permission fault"));
	/* The cell does not see that we asked. */
	assert_int_equal(fake_sysreg_read("par_el1"), 0x777);
	/* Its tables changed meanwhile: it may try again. */
	setup(NULL);
	fake_stage1 = stage1;
	stage1_result = 1;
	assert_false(trap(esr));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC);
	assert_false(cpu_get(3)->failed);
}

/* A fault that the tables explain no more is repeated, but not for ever. */
static void test_stale_fault(void **state)
{
	u32 repeated = 0;

	(void)state;
	fault_at(0x1000);
	while (!trap(data_abort(0, 4, 1))) {
		assert_int_equal(fake_sysreg_read("elr_el2"), PC);
		assert_true(repeated++ < 1000);
	}
	assert_int_equal(repeated, 64);
	parked("Unhandled data read");
	assert_int_equal(cpu_get(3)->retries, repeated + 1);
}

/* Another address is counted anew: who goes through its memory is never parked. */
static void test_stale_faults_elsewhere(void **state)
{
	(void)state;
	for (u32 i = 0; i < 200; i++) {
		fault_at(0x1000 + i % 2 * 0x1000);
		assert_false(trap(data_abort(0, 4, 1)));
	}
}

/* What may only be read is there for a read, a walk or a fetch, whatever WnR says of them. */
static void test_stale_fault_by_kind(void **state)
{
	(void)state;
	fault_at(0x7e000000);
	assert_false(trap(data_abort(0, 4, 1)));
	assert_false(trap(EC(EC_DABT_LOWER) | ESR_ABORT_S1PTW | WNR | 0x07));
	fault_at(0x1000);
	assert_false(trap(EC(EC_IABT_LOWER) | 0x07));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC);
	fault_at(0x7e000000);
	assert_true(trap(data_abort(WNR, 4, 1)));
	parked("Unhandled data write");
}

/* The program goes on if stage 1 has no such page any more: a fetch too. */
static void test_fetch_without_address(void **state)
{
	(void)state;
	fake_stage1 = stage1;
	stage1_result = 1;
	fake_sysreg_write("far_el2", 0xffff000000000044ULL);
	assert_false(trap(EC(EC_IABT_LOWER) | 0x0f));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC);
	assert_false(log_has("FATAL"));
}

/* As long as somebody changes the tables it is repeated, as often as it takes. */
static void test_fault_while_tables_change(void **state)
{
	(void)state;
	fault_at(0x1000);
	for (u32 i = 0; i < 1000; i++) {
		cell->stage2.sequence += 2;
		assert_false(trap(data_abort(0, 4, 1)));
	}
	cell->stage2.sequence++;
	/* Half changed: even what is not there may come back. */
	fault_at(0xe0000000);
	for (u32 i = 0; i < 1000; i++)
		assert_false(trap(data_abort(0, 4, 1)));
	cell->stage2.sequence++;
	assert_true(trap(data_abort(0, 4, 1)));
	parked("Unhandled data read");
}

/* The kick comes first: whatever the fault looks like, it is no violation. */
static void test_kick_before_judgement(void **state)
{
	static const u64 esr[] = {
		EC(EC_IABT_LOWER) | ESR_ABORT_S1PTW | 0x05,
		EC(EC_IABT_LOWER) | 0x05,
		EC(EC_DABT_LOWER) | 0x05 | WNR,
		EC(EC_DABT_LOWER) | ISV | 0x05,
		EC(EC_DABT_LOWER) | ESR_ABORT_S1PTW | 0x05,
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(esr); i++) {
		setup(NULL);
		fake_auto_follow = false;
		cpu_request(cpu_get(3), CPU_REQ_STOP);
		fault_at(0xe0000000);
		assert_true(trap(esr[i]));
		assert_false(cpu_get(3)->failed);
		assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
		assert_false(log_has("FATAL"));
	}
}

/* --- injection ---------------------------------------------------------------------------------------- */

static void test_abort_instead_of_park(void **state)
{
	static const struct {
		u64 mode, vector, ec;
	} cases[] = {
		{ SPSR_EL1H, 0x200, EC_DABT_SAME },
		{ SPSR_EL1T, 0x000, EC_DABT_SAME },
		{ SPSR_EL0T, 0x400, EC_DABT_LOWER },
		{ 0x10, 0x600, EC_DABT_LOWER }, /* AArch32 */
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		setup_abort(NULL);
		fake_sysreg_write("spsr_el2", cases[i].mode | 0x60000000);
		fault_at(0x60000120);
		assert_false(trap(data_abort(WNR, 4, 1)));
		injected(cases[i].ec, cases[i].vector);
		/* A synchronous external abort on a write, at that address. */
		assert_int_equal(fake_sysreg_read("esr_el1") & 0x3f, FSC_EXTERNAL);
		assert_true(fake_sysreg_read("esr_el1") & WNR);
		assert_int_equal(fake_sysreg_read("far_el1"), 0xffff000000000120ULL);
		assert_int_equal(fake_sysreg_read("elr_el1"), PC);
		assert_int_equal(fake_sysreg_read("spsr_el1"), cases[i].mode | 0x60000000);
		/* EL1h, masked, flags as they were. */
		assert_int_equal(fake_sysreg_read("spsr_el2") & 0xf00003dfULL, 0x600003c5);
	}
	setup_abort(NULL);
	fault_at(0x123456000);
	assert_false(trap(EC(EC_IABT_LOWER) | 0x07));
	injected(EC_IABT_SAME, 0x200);
	/* What is no access is parked all the same. */
	setup_abort(NULL);
	assert_true(trap(EC(EC_HVC32)));
}

/* PSTATE at exception entry (Arm ARM D1.3.1). */
static void test_injected_pstate(void **state)
{
	(void)state;
	for (u32 bits = 0; bits < 16; bits++) {
		bool pan = bits & 1, span = bits & 2, ssbs = bits & 4, mte = bits & 8;
		u64 pstate;

		setup(NULL);
		fake_sysreg_write("id_aa64mmfr1_el1", pan ? 1 << 20 : 0);
		fake_sysreg_write("id_aa64pfr1_el1", (ssbs ? 1 << 4 : 0) | (mte ? 2 << 8 : 0));
		fake_sysreg_write("sctlr_el1", (span ? SCTLR_EL1_SPAN : 0) | SCTLR_EL1_DSSBS);
		fake_sysreg_write("spsr_el2", SPSR_EL1H | BTYPE | ILLEGAL | SINGLE_STEP | SPSR_UAO |
						      0xf0000000);
		inject_undefined();
		pstate = fake_sysreg_read("spsr_el2");
		assert_int_equal(!!(pstate & SPSR_PAN), pan && !span);
		assert_int_equal(!!(pstate & SPSR_SSBS), ssbs);
		assert_int_equal(!!(pstate & SPSR_TCO), mte);
		assert_int_equal(pstate & (BTYPE | ILLEGAL | SINGLE_STEP | SPSR_UAO), 0);
		assert_int_equal(pstate & 0xf0000000, 0xf0000000);
		assert_int_equal(pstate & 0x3df, SPSR_EL1H_MASKED);
		assert_int_equal(ESR_EC(fake_sysreg_read("esr_el1")), EC_UNKNOWN);
	}
}

static void test_features_that_are_closed(void **state)
{
	static const u32 classes[] = { EC_FP, EC_SVE, EC_SME };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(classes); i++) {
		setup(NULL);
		assert_false(trap(EC(classes[i])));
		injected(EC_UNKNOWN, 0x200);
		assert_int_equal(fake_sysreg_read("elr_el1"), PC);
	}
}

/* --- calls -------------------------------------------------------------------------------------------- */

static void test_hvc_immediates(void **state)
{
	(void)state;
	for (u32 imm = 1; imm < 0x10000; imm += imm == 0x4a47 ? 2 : 1) {
		if (imm > 0x20 && imm < 0x4a40)
			imm = 0x4a40;
		if (imm > 0x4a60 && imm < 0xfff0)
			imm = 0xfff0;
		if (imm == 0x4a48)
			continue;
		setup(NULL);
		assert_false(trap(EC(EC_HVC64) | imm));
		/* Undefined, at the instruction itself. */
		injected(EC_UNKNOWN, 0x200);
		assert_int_equal(fake_sysreg_read("elr_el1"), PC - 4);
	}
}

static void test_hvc_smccc(void **state)
{
	(void)state;
	frame.x[0] = PSCI_VERSION;
	assert_false(trap(EC(EC_HVC64)));
	assert_int_equal(frame.x[0], 0x10001);
	frame.x[0] = SMCCC_VERSION;
	assert_false(trap(EC(EC_HVC64)));
	assert_int_equal(frame.x[0], 0x10001);
	/* Others are not supported, and nothing reaches the firmware. */
	for (u64 owner = 0; owner < 64; owner++)
		for (u64 type = 0; type < 4; type++) {
			frame.x[0] = type << 30 | owner << 24 | 0x1234;
			assert_false(trap(EC(EC_HVC64)));
			assert_int_equal(frame.x[0], ~0ULL);
		}
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
	assert_int_equal(fake_sysreg_read("elr_el2"), PC);
}

/* Linux's stub calls from a cell are calls like any other. */
static void test_stub_calls(void **state)
{
	(void)state;
	for (u32 n = 0; n < 5; n++) {
		setup(NULL);
		frame.x[0] = n;
		frame.x[1] = 0xbad000;
		assert_false(trap(EC(EC_HVC64)));
		assert_int_equal(frame.x[0], ~0ULL);
		assert_int_equal(fake_sysreg_read("elr_el2"), PC);
	}
	/* Root gets no EL2: a soft restart enters its target at EL1. */
	fake_run_on(0);
	frame = (struct frame){ .x = { 1, 0x40080000, 11, 12, 13 } };
	assert_false(trap(EC(EC_HVC64)));
	assert_int_equal(fake_sysreg_read("elr_el2"), 0x40080000);
	assert_int_equal(fake_sysreg_read("spsr_el2"), SPSR_EL1H_MASKED);
	assert_int_equal(fake_sysreg_read("sctlr_el1"), SCTLR_EL1_RESET);
	assert_int_equal(frame.x[0], 11);
	assert_int_equal(frame.x[1], 12);
	assert_int_equal(frame.x[2], 13);
	for (u32 n = 0; n < 4; n++) {
		if (n == 1)
			continue;
		frame.x[0] = n;
		assert_false(trap(EC(EC_HVC64)));
		assert_int_equal(frame.x[0], 0xbadca11);
	}
	assert_int_equal(fake_event_count(EV_LEAVE), 0);
}

static void test_disable(void **state)
{
	u32 before;

	(void)state;
	fake_run_on(0);
	before = this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_HYPERCALL];
	fake_leave_answer = -EBUSY;
	assert_false(trap(EC(EC_HVC64) | JAILHOUSE_HVC_CODE));
	assert_int_equal(this_cpu()->stats[JAILHOUSE_CPU_STAT_VMEXITS_HYPERCALL], before + 1);
	assert_int_equal(frame.x[0], (u64)-EBUSY);
	fake_leave_answer = 0;
	assert_true(trap(EC(EC_HVC64) | JAILHOUSE_HVC_CODE));
	assert_int_equal(fake_event_count(EV_LEAVE), 1);
}

static void test_smc(void **state)
{
	(void)state;
	fake_firmware_answer = 0x99;
	frame.x[0] = 0x82000001;
	assert_false(trap(EC(EC_SMC64)));
	/* The instruction is skipped: it was trapped before it was executed. */
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
	assert_int_equal(frame.x[0], ~0ULL);
	assert_int_equal(fake_event_count(EV_FIRMWARE), 0);
}

static void test_wfi(void **state)
{
	(void)state;
	assert_false(trap(EC(EC_WFX)));
	assert_int_equal(fake_event_count(EV_WAIT_FOR_CELL), 1);
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
	fake_sysreg_write("elr_el2", PC);
	assert_false(trap(EC(EC_WFX) & ~ESR_IL));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 2);
	/* WFIT would have to end in time: it ends at once. */
	assert_false(trap(EC(EC_WFX) | 2));
	assert_int_equal(fake_event_count(EV_WAIT_FOR_CELL), 2);
	/* Asked to stop while it waited. */
	fake_auto_follow = false;
	cpu_request(cpu_get(3), CPU_REQ_STOP);
	assert_true(trap(EC(EC_WFX)));
	assert_int_equal(cpu_get(3)->power, CPU_POWER_OFF);
	assert_false(cpu_get(3)->failed);
}

/* Every exception class has an answer that is no endless loop. */
static void test_all_classes(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 ec = 0; ec < 64; ec++)
		for (u32 i = 0; i < 20; i++) {
			bool stopped;

			setup(NULL);
			fault_at(0xe0000000);
			fake_leave_answer = -EPERM;
			stopped = trap(EC(ec) | (fake_random() & ESR_ISS_MASK));
			if (stopped && !cpu_get(3)->failed)
				fail_msg("class 0x%02x ends the CPU and is no failure", ec);
			/* Others run on. */
			assert_int_equal(cpu_get(0)->power, CPU_POWER_ON);
		}
}

static void test_unknown_class(void **state)
{
	(void)state;
	assert_true(trap(EC(0x3f)));
	parked("unhandled trap (exception class 0x3f)");
	assert_true(log_has("pc: 0x0000000000001000"));
}

static void test_serror(void **state)
{
	(void)state;
	assert_false(trap(EC(0x2f)));
	assert_true(log_has("SError on CPU 3"));
	assert_false(cpu_get(3)->failed);
}

/* Our own bug: a report, and this CPU stops; it never returns to any cell. */
static void test_bug(void **state)
{
	(void)state;
	fake_sysreg_write("esr_el2", 0x96000045);
	fake_sysreg_write("far_el2", 0xbad0bad0);
	frame.x[31] = 0xbad;
	assert_true(FAKE_STOPS(trap_bug(&frame, 4)));
	for (u32 n = 0; n < 31; n += 3) {
		char line[80];

		snprintf(line, sizeof(line), " x%u 0x%016llx 0x%016llx 0x%016llx\n", n, frame.x[n],
			 n < 30 ? frame.x[n + 1] : 0, n < 30 ? frame.x[n + 2] : 0);
		assert_true(log_has(line));
	}
	assert_true(log_has("Unhandled HYP exception 4 on CPU 3"));
	assert_true(log_has("far 0xbad0bad0"));
	assert_true(log_has("Stopping CPU 3"));
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(decode),
		TEST(status_names),
		TEST(loads_and_stores),
		TEST(16_bit_instruction),
		TEST(counted),
		TEST(undecodable),
		TEST(refused_by_handler),
		TEST(reserved_register),
		TEST(unmapped),
		TEST(report_holds_the_list),
		TEST(device_is_named),
		TEST(root_is_not_parked),
		TEST(fetch),
		TEST(table_walk),
		TEST(other_faults),
		TEST(permission_fault),
		TEST(stale_fault),
		TEST(fault_while_tables_change),
		TEST(stale_faults_elsewhere),
		TEST(stale_fault_by_kind),
		TEST(fetch_without_address),
		TEST(kick_before_judgement),
		TEST(abort_instead_of_park),
		TEST(injected_pstate),
		TEST(features_that_are_closed),
		TEST(hvc_immediates),
		TEST(hvc_smccc),
		TEST(stub_calls),
		TEST(disable),
		TEST(smc),
		TEST(wfi),
		TEST(all_classes),
		TEST(unknown_class),
		TEST(serror),
		TEST(bug),
	};

	return cmocka_run_group_tests_name("trap", tests, NULL, NULL);
}
