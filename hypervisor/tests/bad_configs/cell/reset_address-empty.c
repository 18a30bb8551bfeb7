/* SPDX-License-Identifier: GPL-2.0 */
/* The region of that address has no size. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_reset_address = 0x300000, .mem[NONE].virt_start = 0x300000,
	    .mem[NONE].flags = RW)
