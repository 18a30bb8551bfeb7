/* SPDX-License-Identifier: GPL-2.0 */
/* All of it is beyond 40 bits. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 1ULL << 40)
