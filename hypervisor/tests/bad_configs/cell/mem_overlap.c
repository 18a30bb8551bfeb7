/* SPDX-License-Identifier: GPL-2.0 */
/* The last page of one region is the first of the next. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 0xff000, .mem[SPARE].size = 0x2000)
