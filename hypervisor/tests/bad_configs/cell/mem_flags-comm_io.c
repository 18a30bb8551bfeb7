/* SPDX-License-Identifier: GPL-2.0 */
/* The communication page is memory. */
#include "base_cell.h"

BROKEN_CELL(.mem[COMM].flags = RW | JAILHOUSE_MEM_COMM_REGION | JAILHOUSE_MEM_IO)
