/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The drivers that uart.c lists; private to this folder. */
#pragma once

#include <jailhouse/uart.h>

extern const struct uart_driver uart_pl011;
