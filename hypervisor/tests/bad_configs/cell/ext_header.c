/* SPDX-License-Identifier: GPL-2.0 */
/* No magic. */
#include "base_cell.h"

BROKEN_CELL(.ext.magic = 0x1234)
