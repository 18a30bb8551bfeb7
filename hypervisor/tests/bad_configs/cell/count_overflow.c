/* SPDX-License-Identifier: GPL-2.0 */
/* Cache regions without number. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_cache_regions = 0x80000000)
