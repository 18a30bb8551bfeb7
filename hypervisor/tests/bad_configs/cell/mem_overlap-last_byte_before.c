/* SPDX-License-Identifier: GPL-2.0 */
/* The same, in the other order in the list. */
#include "base_cell.h"

BROKEN_CELL(.mem[SUBPAGE] = { 0x0a000fff, 0x100fff, 1, RW | JAILHOUSE_MEM_IO_8 })
