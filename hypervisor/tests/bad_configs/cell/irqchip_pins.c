/* SPDX-License-Identifier: GPL-2.0 */
/* Not a multiple of 32. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 170)
