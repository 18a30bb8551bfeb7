/* SPDX-License-Identifier: GPL-2.0 */
/* One peer more than a channel can have. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_peers = 13)
