/* SPDX-License-Identifier: GPL-2.0 */
/* A sub-page region inside a whole page. */
#include "base_cell.h"

BROKEN_CELL(.mem[SPARE].virt_start = 0x0b000000)
