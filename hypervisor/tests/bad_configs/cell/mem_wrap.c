/* SPDX-License-Identifier: GPL-2.0 */
/* The end wraps in the cell's address space. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 0xfffffffffffff000, .mem[SPARE].size = 0x2000)
