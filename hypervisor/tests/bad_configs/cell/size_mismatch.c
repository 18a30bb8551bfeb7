/* SPDX-License-Identifier: GPL-2.0 */
/* One memory region more than there are: the extension ends too early. */
#include "base_cell.h"

BROKEN_CELL(.cell.flags = 0, .cell.num_memory_regions = 64)
