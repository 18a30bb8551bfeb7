/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes after the last array. */
#include "base_cell.h"

BROKEN_CELL(.cell.flags = 0)
