/* SPDX-License-Identifier: GPL-2.0 */
/* Registers cannot be loaded. */
#include "base_cell.h"

BROKEN_CELL(.mem[UART].flags = RW | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_LOADABLE)
