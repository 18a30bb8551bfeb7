/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Registers of the PrimeCell UART PL011 (Arm DDI 0183, chapter 3), as far as
 * somebody here uses them.
 */
#pragma once

#define PL011_DR             0x000
#define PL011_FR             0x018
#define PL011_FR_TXFF        (1u << 5)
#define PL011_FR_RXFE        (1u << 4)
#define PL011_IBRD           0x024
#define PL011_FBRD           0x028
#define PL011_LCRH           0x02c
#define PL011_LCRH_FEN       (1u << 4)
#define PL011_LCRH_WLEN_8    (3u << 5)
#define PL011_CR             0x030
#define PL011_CR_UARTEN      (1u << 0)
#define PL011_CR_TXE         (1u << 8)
#define PL011_CR_RXE         (1u << 9)
#define PL011_IMSC           0x038
#define PL011_ICR            0x044
#define PL011_INT_RX         (1u << 4)
#define PL011_INT_RX_TIMEOUT (1u << 6)
#define PL011_INT_ALL        0x7ffu
