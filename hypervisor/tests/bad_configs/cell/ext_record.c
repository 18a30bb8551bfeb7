/* SPDX-License-Identifier: GPL-2.0 */
/* A size that is no multiple of 8. */
#include "base_cell.h"

BROKEN_CELL(.policy.record.size = 20)
