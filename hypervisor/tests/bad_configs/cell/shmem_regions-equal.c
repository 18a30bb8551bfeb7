/* SPDX-License-Identifier: GPL-2.0 */
/* An output section of another size. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM + 4].size = 0x1000)
