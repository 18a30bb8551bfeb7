/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The same cell on a machine with `secure=on`, see board.h. */
#define ONE_UART
#include "qemu-arm64-smp-demo.c"
