/* SPDX-License-Identifier: GPL-2.0 */
/* The last page is beyond 40 bits. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 0xfffffff000, .mem[SPARE].size = 0x2000)
