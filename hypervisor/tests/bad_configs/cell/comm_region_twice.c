/* SPDX-License-Identifier: GPL-2.0 */
/* Two of them. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].flags = RW | JAILHOUSE_MEM_COMM_REGION)
