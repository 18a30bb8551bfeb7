/* SPDX-License-Identifier: GPL-2.0 */
/* More regions than the file has. */
#include "base_system.h"

BROKEN_SYSTEM(.header.root_cell.num_memory_regions = 200)
