/* SPDX-License-Identifier: GPL-2.0 */
/* A number that overflows when the sections are added. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].shmem_regions_start = 0xfffffffe)
