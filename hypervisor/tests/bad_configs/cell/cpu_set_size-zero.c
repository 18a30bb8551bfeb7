/* SPDX-License-Identifier: GPL-2.0 */
/* No CPU set at all. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_set_size = 0)
