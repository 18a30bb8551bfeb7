/* SPDX-License-Identifier: GPL-2.0 */
/* The last output section does not exist. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_regions_start = SHMEM + 1)
