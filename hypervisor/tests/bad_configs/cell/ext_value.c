/* SPDX-License-Identifier: GPL-2.0 */
/* There is no such policy. */
#include "base_cell.h"

BROKEN_CELL(.policy.on_violation = 2)
