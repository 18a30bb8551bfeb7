/* SPDX-License-Identifier: GPL-2.0 */
/* 0 is root. */
#include "base_cell.h"

BROKEN_CELL(.cell.id = 0)
