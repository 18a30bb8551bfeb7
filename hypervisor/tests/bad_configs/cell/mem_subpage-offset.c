/* SPDX-License-Identifier: GPL-2.0 */
/* Another offset in the page than the physical one. */
#include "base_cell.h"

BROKEN_CELL(.mem[SUBPAGE].virt_start = 0x0b000400)
