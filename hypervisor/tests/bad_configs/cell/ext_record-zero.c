/* SPDX-License-Identifier: GPL-2.0 */
/* A record without size. */
#include "base_cell.h"

BROKEN_CELL(.policy.record.size = 0)
