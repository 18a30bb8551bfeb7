/* SPDX-License-Identifier: GPL-2.0 */
/* The region cannot be read. */
#include "base_cell.h"

BROKEN_CELL(.mem[RAM].flags = JAILHOUSE_MEM_WRITE)
