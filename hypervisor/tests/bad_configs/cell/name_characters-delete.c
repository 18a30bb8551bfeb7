/* SPDX-License-Identifier: GPL-2.0 */
/* DEL. */
#include "base_cell.h"

BROKEN_CELL(.cell.name = "a\x7f")
