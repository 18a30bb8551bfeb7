/* SPDX-License-Identifier: GPL-2.0 */
/* A page between state table and common section. */
#include "base_cell.h"

BROKEN_CELL(.mem[SHMEM + 1].virt_start = 0x7f70a000)
