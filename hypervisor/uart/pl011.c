/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Transmit side of the PrimeCell UART PL011. Shared with the inmates.
 * Receiving is the business of who owns the device.
 */
#include <jailhouse/io.h>
#include <jailhouse/pl011.h>

#include "uart_drivers.h"

/* `divider` is IBRD << 6 | FBRD. The order is that of Arm DDI 0183, 3.3.8. */
static void pl011_init(const struct uart *uart, u32 divider)
{
	io_write32(uart_reg(uart, PL011_CR), 0);
	io_write32(uart_reg(uart, PL011_IBRD), divider >> 6);
	io_write32(uart_reg(uart, PL011_FBRD), divider & 0x3f);
	io_write32(uart_reg(uart, PL011_LCRH), PL011_LCRH_WLEN_8 | PL011_LCRH_FEN);
	io_write32(uart_reg(uart, PL011_CR), PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
}

static bool pl011_can_write(const struct uart *uart)
{
	return !(io_read32(uart_reg(uart, PL011_FR)) & PL011_FR_TXFF);
}

static void pl011_write(const struct uart *uart, u8 character)
{
	io_write32(uart_reg(uart, PL011_DR), character);
}

const struct uart_driver uart_pl011 = {
	.type = JAILHOUSE_CON_TYPE_PL011,
	.name = "PL011",
	.init = pl011_init,
	.can_write = pl011_can_write,
	.write = pl011_write,
};
