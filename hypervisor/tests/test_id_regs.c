/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a cell reads from identification registers. The fake hardware has every
 * feature: what is hidden shows as zeroes.
 */
#include "fake_private.h"

#include "fake.h"

#include <arch/sysregs.h>

#define PC 0x1000

static u64 hardware[56];

u64 id_register_read(u32 n)
{
	assert_true(n < ARRAY_SIZE(hardware));
	return hardware[n];
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	fake_sysreg_write("elr_el2", PC);
	for (u32 i = 0; i < ARRAY_SIZE(hardware); i++)
		hardware[i] = ~0ULL;
	return 0;
}

/* MRS Xt, or MSR, of Op0 3, Op1 0, CRn 0 (Arm ARM D19.2.40). */
static u64 trapped(u32 crm, u32 op2, u32 rt, bool read)
{
	return (u64)EC_SYSREG << ESR_EC_SHIFT | ESR_IL | 3 << 20 | op2 << 17 | rt << 5 | crm << 1 |
	       (read ? 1 : 0);
}

static u64 value_of(u32 crm, u32 op2)
{
	struct frame frame = { .x = { [7] = 0x77 } };

	fake_sysreg_write("elr_el2", PC);
	sysreg_trap(&frame, trapped(crm, op2, 7, true));
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
	return frame.x[7];
}

static void test_hidden(void **state)
{
	static const struct {
		u32 crm, op2;
		u64 shown;
	} expected[] = {
		{ 4, 0, 0xff0f000f0fffffff }, /* PFR0: no RAS, SEL2, MPAM, AMU, RME */
		{ 4, 1, 0x0000000f000000ff }, /* PFR1: BT, SSBS, CSV2_frac */
		{ 4, 2, 0 },
		{ 4, 4, ~0ULL }, /* ZFR0 */
		{ 4, 5, 0 }, /* SMFR0 */
		{ 4, 7, 0 },
		{ 5, 0, 0x000000f0f0f0ff0f }, /* DFR0: debug and PMU */
		{ 5, 1, 0 },
		{ 5, 2, 0 },
		{ 6, 0, ~0ULL }, /* ISAR0 */
		{ 6, 1, 0x0fffffffffffffff }, /* ISAR1: no LS64 */
		{ 6, 2, 0xffffff00ffffffff }, /* ISAR2 */
		{ 6, 3, ~0ULL },
		{ 7, 0, 0xf0fffffffffffff2 }, /* MMFR0: 40 bits, no FGT */
		{ 7, 1, 0xfffff0f0fffff0ff }, /* MMFR1: no VH, TWED, HCX */
		{ 7, 2, 0xfffffffff0ffffff }, /* MMFR2: no NV */
		{ 7, 3, 0 },
		{ 7, 4, 0 },
		{ 1, 0, ~0ULL }, /* AArch32 */
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(expected); i++)
		if (value_of(expected[i].crm, expected[i].op2) != expected[i].shown)
			fail_msg("CRm %u, Op2 %u reads as 0x%llx, not 0x%llx", expected[i].crm,
				 expected[i].op2, value_of(expected[i].crm, expected[i].op2),
				 expected[i].shown);
}

/* Nothing is announced that the hardware has not. */
static void test_nothing_invented(void **state)
{
	(void)state;
	for (u32 round = 0; round < 200; round++)
		for (u32 n = 0; n < ARRAY_SIZE(hardware); n++) {
			u64 value;

			hardware[n] = (u64)fake_random() << 32 | fake_random();
			value = value_of(1 + n / 8, n % 8);
			/* A range of addresses may shrink to a number with other bits. */
			if (n == ((7 - 1) << 3))
				value &= ~0xfULL;
			assert_int_equal(value & ~hardware[n], 0);
		}
}

static void test_small_address_range_is_kept(void **state)
{
	(void)state;
	for (u64 range = 0; range < 16; range++) {
		hardware[48] = range;
		assert_int_equal(value_of(7, 0), range < 2 ? range : 2);
	}
}

static void test_read_to_xzr(void **state)
{
	struct frame frame = { .x = { 0 } };

	(void)state;
	sysreg_trap(&frame, trapped(4, 0, 31, true));
	for (u32 i = 0; i < ARRAY_SIZE(frame.x); i++)
		assert_int_equal(frame.x[i], 0);
	assert_int_equal(fake_sysreg_read("elr_el2"), PC + 4);
}

static void test_write_is_undefined(void **state)
{
	struct frame frame = { .x = { 0 } };

	(void)state;
	sysreg_trap(&frame, trapped(4, 0, 7, false));
	assert_int_equal(ESR_EC(fake_sysreg_read("esr_el1")), EC_UNKNOWN);
	assert_int_equal(fake_sysreg_read("elr_el1"), PC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_hidden, setup),
		cmocka_unit_test_setup(test_nothing_invented, setup),
		cmocka_unit_test_setup(test_small_address_range_is_kept, setup),
		cmocka_unit_test_setup(test_read_to_xzr, setup),
		cmocka_unit_test_setup(test_write_is_undefined, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
