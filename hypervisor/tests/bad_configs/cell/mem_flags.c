/* SPDX-License-Identifier: GPL-2.0 */
/* A flag that does not exist. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].flags = RW | 0x200)
