/* SPDX-License-Identifier: GPL-2.0 */
/* More than 256 regions. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_memory_regions = 257)
