/* SPDX-License-Identifier: GPL-2.0 */
/* A slash, which would leave the cell's folder in sysfs. */
#include "base_cell.h"

BROKEN_CELL(.cell.name = "a/b")
