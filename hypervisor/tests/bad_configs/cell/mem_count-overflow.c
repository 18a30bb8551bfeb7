/* SPDX-License-Identifier: GPL-2.0 */
/* A count whose bytes overflow 32 bits. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_memory_regions = 0x08000001)
