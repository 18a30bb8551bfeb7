/* SPDX-License-Identifier: GPL-2.0 */
/* Smaller than itself. */
#include "base_cell.h"

BROKEN_CELL(.ext.size = 8)
