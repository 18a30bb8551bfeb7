/* SPDX-License-Identifier: GPL-2.0 */
/* More records than any config can have. */
#include "base_cell.h"

BROKEN_CELL(.ext.num_records = 257)
