/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The table of UART drivers and the one way to send a character. Shared with
 * the inmates. Not here: any register.
 */
#include <jailhouse/uart.h>

#include "uart_drivers.h"

/* About 0.1 s on a slow bus; a character at 9600 baud takes 1 ms. */
#define UART_POLL_LIMIT 100000

static const struct uart_driver *const drivers[] = {
	&uart_pl011, &uart_xuartps, &uart_imx, &uart_ns8250, &uart_lpuart,
};

const struct uart_driver *uart_get(unsigned int n)
{
	return n < sizeof(drivers) / sizeof(drivers[0]) ? drivers[n] : NULL;
}

const struct uart_driver *uart_find_type(u16 type)
{
	const struct uart_driver *driver;

	for (unsigned int n = 0; (driver = uart_get(n)) != NULL; n++)
		if (driver->type == type)
			return driver;
	return NULL;
}

bool uart_open(struct uart *uart, const struct jailhouse_console *console, volatile void *base)
{
	uart->base = base;
	uart->flags = console->flags;
	uart->stuck = false;
	uart->driver = CON_IS_MMIO(console->flags) ? uart_find_type(console->type) : NULL;
	if (!uart->driver)
		return false;

	if (console->divider != 0)
		uart->driver->init(uart, console->divider);
	return true;
}

bool uart_putc(struct uart *uart, char character)
{
	unsigned int polls = uart->stuck ? 1 : UART_POLL_LIMIT;

	if (!uart->driver)
		return false;

	while (!uart->driver->can_write(uart))
		if (--polls == 0) {
			uart->stuck = true;
			return false;
		}

	uart->stuck = false;
	uart->driver->write(uart, (u8)character);
	return true;
}
