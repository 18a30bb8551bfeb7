/* SPDX-License-Identifier: GPL-2.0 */
/* It ends beyond the block. */
#include "base_cell.h"

BROKEN_CELL(.unknown.size = 0x1000)
