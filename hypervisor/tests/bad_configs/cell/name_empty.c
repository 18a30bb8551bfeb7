/* SPDX-License-Identifier: GPL-2.0 */
/* No name. */
#include "base_cell.h"

BROKEN_CELL(.cell.name = "")
