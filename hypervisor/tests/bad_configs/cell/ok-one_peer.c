/* SPDX-License-Identifier: GPL-2.0 */
/* A channel of one peer, which is there alone. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_peers = 1, .pci[1].shmem_dev_id = 0,
	    .mem[SHMEM + 2] = { 0x7f702000, 0x7f702000, 0x2000, RO | JAILHOUSE_MEM_WRITE })
