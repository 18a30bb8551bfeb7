/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory that is a device. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM + 1].flags = RO | JAILHOUSE_MEM_IO)
