/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Transmit side of NXP's LPUART with 32-bit registers. Shared with the inmates.
 * Registers: reference manual IMX8QMRM, chapter "Low Power Universal
 * Asynchronous Receiver/Transmitter (LPUART)", memory map.
 */
#include <jailhouse/io.h>

#include "uart_drivers.h"

#define LPUART_BAUD 0x10
#define BAUD_SBR    (0x1fffu << 0)
#define BAUD_OSR    (0x1fu << 24)
#define LPUART_STAT 0x14
#define STAT_TDRE   (1u << 23)
#define LPUART_CTRL 0x18
#define CTRL_RE     (1u << 18)
#define CTRL_TE     (1u << 19)
#define LPUART_DATA 0x1c

/*
 * `divider` is the fields OSR and SBR as they stand in BAUD. OSR 0 samples 16
 * times a bit, so that a plain number is clock / (16 * baud). Both may change
 * only while transmitter and receiver are off.
 */
static void lpuart_init(const struct uart *uart, u32 divider)
{
	io_write32(uart_reg(uart, LPUART_CTRL), 0);
	io_write32(uart_reg(uart, LPUART_BAUD), divider & (BAUD_OSR | BAUD_SBR));
	io_write32(uart_reg(uart, LPUART_CTRL), CTRL_TE | CTRL_RE);
}

/* TDRE: no more in the FIFO than its watermark, which is below its depth. */
static bool lpuart_can_write(const struct uart *uart)
{
	return io_read32(uart_reg(uart, LPUART_STAT)) & STAT_TDRE;
}

static void lpuart_write(const struct uart *uart, u8 character)
{
	io_write32(uart_reg(uart, LPUART_DATA), character);
}

const struct uart_driver uart_lpuart = {
	.type = JAILHOUSE_CON_TYPE_IMX_LPUART,
	.name = "IMX-LPUART",
	.init = lpuart_init,
	.can_write = lpuart_can_write,
	.write = lpuart_write,
};
