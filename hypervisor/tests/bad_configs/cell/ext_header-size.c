/* SPDX-License-Identifier: GPL-2.0 */
/* It ends beyond the file. */
#include "base_cell.h"

BROKEN_CELL(.ext.size = 0x1000)
