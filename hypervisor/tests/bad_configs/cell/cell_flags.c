/* SPDX-License-Identifier: GPL-2.0 */
/* A flag that does not exist. */
#include "base_cell.h"

BROKEN_CELL(.cell.flags = JAILHOUSE_CELL_EXTENDED | 0x100)
