/* SPDX-License-Identifier: GPL-2.0 */
/* A section that is no whole page. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM + 4].size = 0x800, .mem[SHMEM + 4].flags = RO | JAILHOUSE_MEM_IO_32)
