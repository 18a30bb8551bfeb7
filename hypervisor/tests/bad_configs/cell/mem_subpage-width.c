/* SPDX-License-Identifier: GPL-2.0 */
/* No width is allowed. */
#include "base_cell.h"

BROKEN_CELL(.mem[SUBPAGE].flags = RW)
