/* SPDX-License-Identifier: GPL-2.0 */
/* The only byte of one region is the last byte of another. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE] = { 0x7fb00fff, 0xfffff, 1, RW | JAILHOUSE_MEM_IO_8 })
