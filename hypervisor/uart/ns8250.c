/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Transmit side of UARTs that are compatible with the 16550, bytes or words
 * apart. Shared with the inmates. Registers: PC16550D data sheet, section 8.
 * The mini UART of BCM2711 (ARM Peripherals, 2.2) is one as far as used here.
 */
#include <jailhouse/io.h>

#include "uart_drivers.h"

/* Numbers of registers. While LCR.DLAB is set, DLL and DLM hide THR and IER. */
#define NS8250_THR    0
#define NS8250_DLL    0
#define NS8250_DLM    1
#define NS8250_FCR    2
#define FCR_ENABLE    (1u << 0)
#define NS8250_LCR    3
#define LCR_WLEN_8    (3u << 0)
#define LCR_DLAB      (1u << 7)
#define NS8250_LSR    5
#define LSR_THRE      (1u << 5)
/* In TI SoCs: UART_MDR1, technical reference manual of AM65x and others. */
#define NS8250_MDR1   8
#define MDR1_UART_16X 0
#define MDR1_DISABLED 7

static void put(const struct uart *uart, u32 number, u32 value)
{
	if (CON_USES_REGDIST_1(uart->flags))
		io_write8(uart_reg(uart, number), (u8)value);
	else
		io_write32(uart_reg(uart, number * 4), value);
}

/* `divider` is clock / (16 * baud); for the mini UART clock / (8 * baud) - 1. */
static void ns8250_init(const struct uart *uart, u32 divider)
{
	/* TI: to be disabled while the divisor latches change. */
	if (CON_HAS_MDR_QUIRK(uart->flags))
		put(uart, NS8250_MDR1, MDR1_DISABLED);
	put(uart, NS8250_LCR, LCR_DLAB | LCR_WLEN_8);
	put(uart, NS8250_DLL, divider & 0xff);
	put(uart, NS8250_DLM, divider >> 8 & 0xff);
	put(uart, NS8250_LCR, LCR_WLEN_8);
	put(uart, NS8250_FCR, FCR_ENABLE);
	if (CON_HAS_MDR_QUIRK(uart->flags))
		put(uart, NS8250_MDR1, MDR1_UART_16X);
}

static bool ns8250_can_write(const struct uart *uart)
{
	u32 lsr = CON_USES_REGDIST_1(uart->flags) ? io_read8(uart_reg(uart, NS8250_LSR)) :
						    io_read32(uart_reg(uart, NS8250_LSR * 4));

	return lsr & LSR_THRE;
}

static void ns8250_write(const struct uart *uart, u8 character)
{
	put(uart, NS8250_THR, character);
}

const struct uart_driver uart_ns8250 = {
	.type = JAILHOUSE_CON_TYPE_8250,
	.name = "8250",
	.init = ns8250_init,
	.can_write = ns8250_can_write,
	.write = ns8250_write,
};
