/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UART drivers: found by type, set up only if a divider is given, sending
 * only when the transmitter has room, and never waiting for that without end.
 * Registers stand here as numbers, so that a driver's wrong one is found.
 */
#include "fake.h"

#include <jailhouse/uart.h>

#include <string.h>

#define BASE 0x09000000ULL

/** What a test knows about a kind of UART. */
struct model {
	/** As `con-type` has it. */
	const char *name;
	u16 type, flags;
	/** Width of each access. */
	u32 bytes;
	/** Where in its page it begins. */
	u32 begin;
	/** Offsets: the status, and where characters go. */
	u32 status, data;
	/** The status with room and without: all that does not matter is inverted. */
	u32 ready, full;
	/** The register whose bit 7 turns `data` into something else; 0: none. */
	u32 latch;
	/** What uart_open() writes if told so. */
	u32 divider;
	u32 num_init;
	struct {
		u32 offset, value;
	} init[8];
};

static const struct model *model;
static struct jailhouse_console console;
static struct uart uart;
static u32 polls, full_until;
static bool seen_ready, latched;
static char sent[16];
static u32 num_sent;

/* Arm DDI 0183, table 3-1. Off, rate, line, on: LCRH latches the rate. */
static const struct model pl011 = {
	.name = "PL011",
	.type = JAILHOUSE_CON_TYPE_PL011,
	.flags = JAILHOUSE_CON_REGDIST_4,
	.bytes = 4,
	.status = 0x18,
	.data = 0x00,
	.ready = ~0x20u,
	.full = 0x20,
	.divider = 13 << 6 | 2,
	.num_init = 5,
	.init = { { 0x30, 0 }, { 0x24, 13 }, { 0x28, 2 }, { 0x2c, 0x70 }, { 0x30, 0x301 } },
};

/* UG1087, module UART. Off, mode, rate, on with both FIFOs emptied. */
static const struct model xuartps = {
	.name = "XUARTPS",
	.type = JAILHOUSE_CON_TYPE_XUARTPS,
	.bytes = 4,
	.status = 0x2c,
	.data = 0x30,
	.ready = ~0x10u,
	.full = 0x10,
	.divider = 54,
	.num_init = 5,
	.init = { { 0x00, 0x28 }, { 0x04, 0x20 }, { 0x18, 54 }, { 0x34, 15 }, { 0x00, 0x117 } },
};

/* IMX8MPRM, UART memory map. Running but mute, clock by 1, rate, on. */
static const struct model imx = {
	.name = "IMX",
	.type = JAILHOUSE_CON_TYPE_IMX,
	.bytes = 4,
	.status = 0xb4,
	.data = 0x40,
	.ready = ~0x10u,
	.full = 0x10,
	.divider = 208,
	.num_init = 6,
	.init = { { 0x80, 1 },
		  { 0x84, 1 },
		  { 0x90, 0xa81 },
		  { 0xa4, 15 },
		  { 0xa8, 207 },
		  { 0x84, 0x4027 } },
};

/* PC16550D, table 2. */
static const struct model ns8250_1 = {
	.name = "8250",
	.type = JAILHOUSE_CON_TYPE_8250,
	.flags = JAILHOUSE_CON_REGDIST_1,
	.bytes = 1,
	.status = 5,
	.data = 0,
	.ready = 0x20,
	.full = ~0x20u,
	.latch = 3,
	.divider = 0x30182,
	.num_init = 5,
	.init = { { 3, 0x83 }, { 0, 0x82 }, { 1, 0x01 }, { 3, 0x03 }, { 2, 0x01 } },
};

static const struct model ns8250_4 = {
	.name = "8250",
	.type = JAILHOUSE_CON_TYPE_8250,
	.flags = JAILHOUSE_CON_REGDIST_4,
	.bytes = 4,
	.status = 0x14,
	.data = 0,
	.ready = 0x20,
	.full = ~0x20u,
	.latch = 0xc,
	.divider = 0x30182,
	.num_init = 5,
	.init = { { 0xc, 0x83 }, { 0, 0x82 }, { 4, 0x01 }, { 0xc, 0x03 }, { 8, 0x01 } },
};

/* TI: as above, with MDR1 off before and in 16x mode behind. */
static const struct model ns8250_ti = {
	.name = "8250",
	.type = JAILHOUSE_CON_TYPE_8250,
	.flags = JAILHOUSE_CON_REGDIST_4 | JAILHOUSE_CON_MDR_QUIRK,
	.bytes = 4,
	.status = 0x14,
	.data = 0,
	.ready = 0x20,
	.full = ~0x20u,
	.latch = 0xc,
	.divider = 26,
	.num_init = 7,
	.init = { { 0x20, 7 },
		  { 0xc, 0x83 },
		  { 0, 26 },
		  { 4, 0 },
		  { 0xc, 0x03 },
		  { 8, 0x01 },
		  { 0x20, 0 } },
};

/* The mini UART of BCM2711 does not begin at a page; bit 5: there is room. */
static const struct model aux_mu = {
	.name = "8250",
	.type = JAILHOUSE_CON_TYPE_8250,
	.flags = JAILHOUSE_CON_REGDIST_4,
	.bytes = 4,
	.begin = 0x40,
	.status = 0x14,
	.data = 0,
	.ready = 0x20,
	.full = 0x40,
	.latch = 0xc,
	.divider = 541,
	.num_init = 5,
	.init = { { 0xc, 0x83 }, { 0, 0x1d }, { 4, 0x02 }, { 0xc, 0x03 }, { 8, 0x01 } },
};

/* IMX8QMRM, LPUART memory map. Off, rate, on; other bits of BAUD are not the divider's. */
static const struct model lpuart = {
	.name = "IMX-LPUART",
	.type = JAILHOUSE_CON_TYPE_IMX_LPUART,
	.bytes = 4,
	.status = 0x14,
	.data = 0x1c,
	.ready = 1u << 23,
	.full = ~(1u << 23),
	.divider = 0xe9fdf02b,
	.num_init = 3,
	.init = { { 0x18, 0 }, { 0x10, 0x0900102b }, { 0x18, 0xc0000 } },
};

static u64 uart_read(u64 offset, u32 bytes)
{
	assert_int_equal(bytes, model->bytes);
	assert_int_equal(offset, model->begin + model->status);
	seen_ready = polls++ >= full_until;
	return (seen_ready ? model->ready : model->full) & (u32)((1ULL << 8 * bytes) - 1);
}

static void uart_write(u64 offset, u32 bytes, u64 value)
{
	assert_int_equal(bytes, model->bytes);
	if (model->latch && offset == model->begin + model->latch)
		latched = value & 0x80;
	if (offset != model->begin + model->data || latched)
		return;
	/* One look at the status, one character. */
	assert_true(seen_ready);
	seen_ready = false;
	assert_true(num_sent < sizeof(sent));
	sent[num_sent++] = (char)value;
}

static int setup(void **state)
{
	fake_reset();
	model = *state;
	console = (struct jailhouse_console){
		.address = BASE + model->begin,
		.size = 0x100,
		.type = model->type,
		.flags = JAILHOUSE_CON_ACCESS_MMIO | model->flags,
	};
	polls = full_until = num_sent = 0;
	seen_ready = latched = false;
	fake_bus_add(BASE, 0x1000, uart_read, uart_write);
	fake_events_clear();
	return 0;
}

static bool open(void)
{
	return uart_open(&uart, &console, fake_bus_find(console.address));
}

static void test_types(void **state)
{
	const struct uart_driver *driver;

	(void)state;
	for (u32 n = 0; (driver = uart_get(n)); n++)
		assert_ptr_equal(uart_find_type(driver->type), driver);
	assert_null(uart_find_type(JAILHOUSE_CON_TYPE_NONE));
	assert_null(uart_find_type(0xffff));
}

static void test_open(void **state)
{
	(void)state;
	assert_true(open());
	assert_string_equal(uart.driver->name, model->name);
	/* As Linux left it. */
	assert_int_equal(fake_event_count(EV_IO_WRITE), 0);
	console.flags &= (u16)~JAILHOUSE_CON_ACCESS_MMIO;
	assert_false(open());
	assert_false(uart_putc(&uart, 'x'));
	console.flags |= JAILHOUSE_CON_ACCESS_MMIO;
	console.type = JAILHOUSE_CON_TYPE_NONE;
	assert_false(open());
	assert_false(uart_putc(&uart, 'x'));
}

static void test_divider(void **state)
{
	(void)state;
	console.divider = model->divider;
	assert_true(open());
	assert_int_equal(fake_event_count(EV_IO_WRITE), model->num_init);
	for (u32 i = 0; i < model->num_init; i++) {
		assert_int_equal(fake_event(EV_IO_WRITE, i)->a,
				 (uintptr_t)uart.base + model->init[i].offset);
		assert_int_equal(fake_event(EV_IO_WRITE, i)->c, model->init[i].value);
	}
	assert_int_equal(num_sent, 0);
	assert_true(uart_putc(&uart, 'a'));
	assert_memory_equal(sent, "a", 1);
}

static void test_putc(void **state)
{
	(void)state;
	assert_true(open());
	full_until = 10;
	assert_true(uart_putc(&uart, 'a'));
	assert_true(uart_putc(&uart, (char)0xe4));
	assert_int_equal(polls, 12);
	assert_int_equal(num_sent, 2);
	assert_memory_equal(sent, "a\xe4", 2);
	assert_int_equal(fake_event(EV_IO_WRITE, 1)->c, 0xe4);
	assert_int_equal(fake_event_count(EV_IO_WRITE), 2);
}

/* Flow control, or a UART that is off: one long wait, then none. */
static void test_stuck(void **state)
{
	u32 first;

	(void)state;
	assert_true(open());
	full_until = ~0u;
	assert_false(uart_putc(&uart, 'a'));
	first = polls;
	assert_in_range(first, 2, 10000000);
	for (u32 i = 0; i < 10; i++)
		assert_false(uart_putc(&uart, 'b'));
	assert_int_equal(polls, first + 10);
	assert_int_equal(num_sent, 0);
	/* It recovers. */
	full_until = 0;
	assert_true(uart_putc(&uart, 'c'));
	assert_memory_equal(sent, "c", 1);
	full_until = polls + 5;
	assert_true(uart_putc(&uart, 'd'));
}

int main(void)
{
#define TEST(name, model)                                                          \
	{                                                                          \
		"test_" #name " " #model, test_##name, setup, NULL, (void *)&model \
	}
#define TESTS(model) TEST(open, model), TEST(divider, model), TEST(putc, model), TEST(stuck, model)
	const struct CMUnitTest tests[] = {
		TEST(types, pl011), TESTS(pl011),    TESTS(xuartps),
		TESTS(imx),         TESTS(ns8250_1), TESTS(ns8250_4),
		TESTS(ns8250_ti),   TESTS(aux_mu),   TESTS(lpuart),
	};

	return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
