/* SPDX-License-Identifier: GPL-2.0 */
/* A flag that does not exist. */
#include "base_cell.h"

BROKEN_CELL(.policy.flags = 8)
