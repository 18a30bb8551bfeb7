/* SPDX-License-Identifier: GPL-2.0 */
/* It crosses a page boundary. */
#include "base_cell.h"

BROKEN_CELL(.mem[SUBPAGE].size = 0xe08)
