/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The drivers that uart.c lists, and what they share; private to this folder. */
#pragma once

#include <jailhouse/uart.h>

static inline volatile void *uart_reg(const struct uart *uart, u32 offset)
{
	return (volatile u8 *)uart->base + offset;
}

extern const struct uart_driver uart_pl011;
extern const struct uart_driver uart_xuartps;
extern const struct uart_driver uart_imx;
extern const struct uart_driver uart_ns8250;
extern const struct uart_driver uart_lpuart;
