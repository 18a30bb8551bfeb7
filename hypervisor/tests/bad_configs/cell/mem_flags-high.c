/* SPDX-License-Identifier: GPL-2.0 */
/* A flag beyond 32 bits. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].flags = RW | 1ULL << 40)
