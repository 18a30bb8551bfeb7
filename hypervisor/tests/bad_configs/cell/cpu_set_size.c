/* SPDX-License-Identifier: GPL-2.0 */
/* Not a multiple of 8. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_set_size = 12)
