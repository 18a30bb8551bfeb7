/* SPDX-License-Identifier: GPL-2.0 */
/* The end wraps in physical memory. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].phys_start = 0xfffffffffffff000, .mem[SPARE].size = 0x2000)
