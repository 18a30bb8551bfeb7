/* SPDX-License-Identifier: GPL-2.0 */
/* A channel without peers. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_peers = 0, .pci[1].shmem_dev_id = 0)
