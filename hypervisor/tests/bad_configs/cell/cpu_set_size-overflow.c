/* SPDX-License-Identifier: GPL-2.0 */
/* The largest multiple of 8. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_set_size = 0xfffffff8)
