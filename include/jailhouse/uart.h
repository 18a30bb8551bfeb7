/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Output to a UART that a config names: the interface between the drivers in
 * hypervisor/uart/ and their two users, the hypervisor and the inmates.
 *
 * Not here: mapping the registers, switching clocks, formatting, locking.
 */
#pragma once

#include <jailhouse/console.h>
#include <jailhouse/types.h>

struct uart;

/** One driver. A new one is a file and a line in uart.c. */
struct uart_driver {
	/** JAILHOUSE_CON_TYPE_* */
	u16 type;
	/** As the command line of an inmate names it (con-type=...). */
	const char *name;
	/** Sets up the line; called only if the config gives a divider. */
	void (*init)(const struct uart *uart, u32 divider);
	/** Can the transmitter take a character now? */
	bool (*can_write)(const struct uart *uart);
	void (*write)(const struct uart *uart, u8 character);
};

/** A UART in use. The owner keeps it and hands it to the functions below. */
struct uart {
	const struct uart_driver *driver;
	/** The registers as the caller mapped them. */
	volatile void *base;
	/** JAILHOUSE_CON_* of the config: how far apart the registers stand, quirks. */
	u16 flags;
	/** The last character was lost: do not wait again until it recovers. */
	bool stuck;
};

/**
 * Prepare `uart` for the UART that `console` describes, whose registers are
 * mapped at `base`. Returns false, with uart->driver NULL, if the config names
 * none, does not use MMIO, or names a type without a driver.
 */
bool uart_open(struct uart *uart, const struct jailhouse_console *console, volatile void *base);

/**
 * Send one character as it is. Waits for the transmitter, but not for ever:
 * returns false if it stays full (or uart->driver is NULL); the character is
 * lost then. After a loss the next calls do not wait until it recovers.
 */
bool uart_putc(struct uart *uart, char character);

/** The driver for JAILHOUSE_CON_TYPE_* `type`, or NULL. */
const struct uart_driver *uart_find_type(u16 type);

/** The n-th driver, or NULL behind the last. */
const struct uart_driver *uart_get(unsigned int n);
