/* SPDX-License-Identifier: GPL-2.0 */
/* Not the size of a policy. */
#include "base_cell.h"

BROKEN_CELL(.policy.record.size = 24)
