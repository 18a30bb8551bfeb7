/* SPDX-License-Identifier: GPL-2.0 */
/* A channel without sections. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM + 1].size = 0, .mem[SHMEM + 2].size = 0, .mem[SHMEM + 3].size = 0,
	    .mem[SHMEM + 4].size = 0)
