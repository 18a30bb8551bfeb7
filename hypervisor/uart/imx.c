/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Transmit side of the UART of i.MX. Shared with the inmates.
 * Registers: reference manual IMX8MPRM, chapter "Universal Asynchronous
 * Receiver/Transmitter (UART)", memory map; the same in all i.MX with this UART.
 */
#include <jailhouse/io.h>

#include "uart_drivers.h"

#define IMX_UTXD    0x40
#define IMX_UCR1    0x80
#define UCR1_UARTEN (1u << 0)
#define IMX_UCR2    0x84
#define UCR2_SRST   (1u << 0) /* 0 resets */
#define UCR2_RXEN   (1u << 1)
#define UCR2_TXEN   (1u << 2)
#define UCR2_WS     (1u << 5) /* 8 bits */
#define UCR2_IRTS   (1u << 14)
#define IMX_UFCR    0x90
#define UFCR_RXTL_1 (1u << 0)
#define UFCR_RFDIV1 (5u << 7)
#define UFCR_TXTL_2 (2u << 10)
#define IMX_UBIR    0xa4
#define IMX_UBMR    0xa8
#define IMX_UTS     0xb4
#define UTS_TXFULL  (1u << 4)

/*
 * `divider` is clock / baud, 16 to 65536: the rate is the undivided clock by
 * 16 * (UBMR + 1) / (UBIR + 1). UBIR comes before UBMR, and both while nothing
 * is sent or received.
 */
static void imx_init(const struct uart *uart, u32 divider)
{
	io_write32(uart_reg(uart, IMX_UCR1), UCR1_UARTEN);
	io_write32(uart_reg(uart, IMX_UCR2), UCR2_SRST);
	io_write32(uart_reg(uart, IMX_UFCR), UFCR_TXTL_2 | UFCR_RFDIV1 | UFCR_RXTL_1);
	io_write32(uart_reg(uart, IMX_UBIR), 15);
	io_write32(uart_reg(uart, IMX_UBMR), divider - 1);
	io_write32(uart_reg(uart, IMX_UCR2),
		   UCR2_SRST | UCR2_RXEN | UCR2_TXEN | UCR2_WS | UCR2_IRTS);
}

static bool imx_can_write(const struct uart *uart)
{
	return !(io_read32(uart_reg(uart, IMX_UTS)) & UTS_TXFULL);
}

static void imx_write(const struct uart *uart, u8 character)
{
	io_write32(uart_reg(uart, IMX_UTXD), character);
}

const struct uart_driver uart_imx = {
	.type = JAILHOUSE_CON_TYPE_IMX,
	.name = "IMX",
	.init = imx_init,
	.can_write = imx_can_write,
	.write = imx_write,
};
