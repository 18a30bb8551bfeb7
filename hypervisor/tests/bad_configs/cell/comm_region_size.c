/* SPDX-License-Identifier: GPL-2.0 */
/* Two pages. */
#include "base_cell.h"

BROKEN_CELL(.mem[COMM].size = 0x2000)
