/* SPDX-License-Identifier: GPL-2.0 */
/* Not at a page. */
#include "base_cell.h"

BROKEN_CELL(.mem[COMM].virt_start = 0x80000800)
