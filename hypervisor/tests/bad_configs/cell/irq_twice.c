/* SPDX-License-Identifier: GPL-2.0 */
/* The same descriptor again. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 32, .irqchips[1].pin_bitmap = { 0x100 })
