/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Transmit side of the Cadence UART of Zynq UltraScale+ (XUARTPS). Shared with
 * the inmates. Registers: UG1087, module UART; their use: UG1085, chapter 21.
 */
#include <jailhouse/io.h>

#include "uart_drivers.h"

#define XUARTPS_CONTROL           0x00
#define CONTROL_RXRES             (1u << 0)
#define CONTROL_TXRES             (1u << 1)
#define CONTROL_RXEN              (1u << 2)
#define CONTROL_RXDIS             (1u << 3)
#define CONTROL_TXEN              (1u << 4)
#define CONTROL_TXDIS             (1u << 5)
#define CONTROL_STPBRK            (1u << 8)
#define XUARTPS_MODE              0x04
#define MODE_PAR_NONE             (4u << 3)
#define XUARTPS_BAUD_RATE_GEN     0x18
#define XUARTPS_CHANNEL_STS       0x2c
#define CHANNEL_STS_TFUL          (1u << 4)
#define XUARTPS_TX_RX_FIFO        0x30
#define XUARTPS_BAUD_RATE_DIVIDER 0x34
#define BDIV_RESET                15

/* `divider` is CD of Baud_rate_gen: clock / (16 * baud). 8 bits, no parity. */
static void xuartps_init(const struct uart *uart, u32 divider)
{
	io_write32(uart_reg(uart, XUARTPS_CONTROL), CONTROL_TXDIS | CONTROL_RXDIS);
	io_write32(uart_reg(uart, XUARTPS_MODE), MODE_PAR_NONE);
	io_write32(uart_reg(uart, XUARTPS_BAUD_RATE_GEN), divider);
	io_write32(uart_reg(uart, XUARTPS_BAUD_RATE_DIVIDER), BDIV_RESET);
	io_write32(uart_reg(uart, XUARTPS_CONTROL),
		   CONTROL_STPBRK | CONTROL_TXEN | CONTROL_RXEN | CONTROL_TXRES | CONTROL_RXRES);
}

static bool xuartps_can_write(const struct uart *uart)
{
	return !(io_read32(uart_reg(uart, XUARTPS_CHANNEL_STS)) & CHANNEL_STS_TFUL);
}

static void xuartps_write(const struct uart *uart, u8 character)
{
	io_write32(uart_reg(uart, XUARTPS_TX_RX_FIFO), character);
}

const struct uart_driver uart_xuartps = {
	.type = JAILHOUSE_CON_TYPE_XUARTPS,
	.name = "XUARTPS",
	.init = xuartps_init,
	.can_write = xuartps_can_write,
	.write = xuartps_write,
};
