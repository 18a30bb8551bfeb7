/* SPDX-License-Identifier: GPL-2.0 */
/* Peer 3 of peers 0 to 2. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_dev_id = 3)
