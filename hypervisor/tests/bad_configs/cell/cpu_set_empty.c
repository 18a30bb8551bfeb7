/* SPDX-License-Identifier: GPL-2.0 */
/* No CPU. */
#include "base_cell.h"

BROKEN_CELL(.cpus[0] = 0)
