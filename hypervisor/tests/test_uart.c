/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UART drivers: found by type, set up only if a divider is given, and never
 * waited for without end.
 */
#include "fake.h"

#include <jailhouse/pl011.h>
#include <jailhouse/uart.h>

#include <string.h>

#define BASE 0x09000000ULL

static struct jailhouse_console console;
static struct uart uart;
static u32 fr_reads, full_until;
static char sent[16];
static u32 num_sent;

static u64 uart_read(u64 offset, u32 bytes)
{
	assert_int_equal(bytes, 4);
	assert_int_equal(offset, PL011_FR);
	return fr_reads++ < full_until ? PL011_FR_TXFF : 0;
}

static void uart_write(u64 offset, u32 bytes, u64 value)
{
	assert_int_equal(bytes, 4);
	if (offset == PL011_DR && num_sent < sizeof(sent))
		sent[num_sent++] = (char)value;
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	console = (struct jailhouse_console){
		.address = BASE,
		.size = 0x1000,
		.type = JAILHOUSE_CON_TYPE_PL011,
		.flags = JAILHOUSE_CON_ACCESS_MMIO,
	};
	fr_reads = full_until = num_sent = 0;
	fake_bus_add(BASE, 0x1000, uart_read, uart_write);
	fake_events_clear();
	return 0;
}

static bool open(void)
{
	return uart_open(&uart, &console, fake_bus_find(BASE));
}

static void test_types(void **state)
{
	const struct uart_driver *driver;

	(void)state;
	for (u32 n = 0; (driver = uart_get(n)); n++)
		assert_ptr_equal(uart_find_type(driver->type), driver);
	assert_non_null(uart_find_type(JAILHOUSE_CON_TYPE_PL011));
	assert_null(uart_find_type(JAILHOUSE_CON_TYPE_NONE));
	assert_null(uart_find_type(0xffff));
}

static void test_open(void **state)
{
	(void)state;
	assert_true(open());
	/* As Linux left it. */
	assert_int_equal(fake_event_count(EV_IO_WRITE), 0);
	console.flags = 0;
	assert_false(open());
	assert_false(uart_putc(&uart, 'x'));
	console.flags = JAILHOUSE_CON_ACCESS_MMIO;
	console.type = JAILHOUSE_CON_TYPE_NONE;
	assert_false(open());
	assert_false(uart_putc(&uart, 'x'));
}

static void test_divider(void **state)
{
	static const u32 offsets[] = { PL011_CR, PL011_IBRD, PL011_FBRD, PL011_LCRH, PL011_CR };

	(void)state;
	console.divider = 13 << 6 | 2;
	assert_true(open());
	assert_int_equal(fake_event_count(EV_IO_WRITE), ARRAY_SIZE(offsets));
	/* Off, rate, line, on: LCRH latches the rate. */
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++)
		assert_int_equal(fake_event(EV_IO_WRITE, i)->a,
				 (uintptr_t)fake_bus_find(BASE) + offsets[i]);
	assert_int_equal(fake_event(EV_IO_WRITE, 0)->c, 0);
	assert_int_equal(fake_event(EV_IO_WRITE, 1)->c, 13);
	assert_int_equal(fake_event(EV_IO_WRITE, 2)->c, 2);
	assert_true(fake_event(EV_IO_WRITE, 4)->c & PL011_CR_UARTEN);
}

static void test_putc(void **state)
{
	(void)state;
	assert_true(open());
	full_until = 10;
	assert_true(uart_putc(&uart, 'a'));
	assert_true(uart_putc(&uart, 'b'));
	assert_int_equal(fr_reads, 12);
	assert_memory_equal(sent, "ab", 2);
}

/* Flow control, or a UART that is off: one long wait, then none. */
static void test_stuck(void **state)
{
	u32 first;

	(void)state;
	assert_true(open());
	full_until = ~0u;
	assert_false(uart_putc(&uart, 'a'));
	first = fr_reads;
	assert_in_range(first, 2, 10000000);
	for (u32 i = 0; i < 10; i++)
		assert_false(uart_putc(&uart, 'b'));
	assert_int_equal(fr_reads, first + 10);
	assert_int_equal(num_sent, 0);
	/* It recovers. */
	full_until = 0;
	assert_true(uart_putc(&uart, 'c'));
	assert_memory_equal(sent, "c", 1);
	full_until = fr_reads + 5;
	assert_true(uart_putc(&uart, 'd'));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(types), TEST(open), TEST(divider), TEST(putc), TEST(stuck),
	};

	return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
