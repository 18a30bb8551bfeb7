/* SPDX-License-Identifier: GPL-2.0 */
/* Two descriptors that overlap, with different interrupts of one word. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 64, .irqchips[1].pin_bitmap = { 0, 0, 2 })
