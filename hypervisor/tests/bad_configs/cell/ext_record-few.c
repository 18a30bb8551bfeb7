/* SPDX-License-Identifier: GPL-2.0 */
/* One record fewer than there are. */
#include "base_cell.h"

BROKEN_CELL(.ext.num_records = 2)
