/* SPDX-License-Identifier: GPL-2.0 */
/* Interrupt 128 through two descriptors that overlap. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 64, .irqchips[1].pin_bitmap = { 0, 0, 1 })
