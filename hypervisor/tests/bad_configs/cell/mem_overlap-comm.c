/* SPDX-License-Identifier: GPL-2.0 */
/* A region over the communication page. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 0x7ffff000, .mem[SPARE].size = 0x2000)
