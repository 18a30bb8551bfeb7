/* SPDX-License-Identifier: GPL-2.0 */
/* A page of the cell straddles two physical ones. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].phys_start = 0x7fb00800)
