/* SPDX-License-Identifier: GPL-2.0 */
/* No state table. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM].size = 0)
