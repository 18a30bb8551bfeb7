/* SPDX-License-Identifier: GPL-2.0 */
/* 128 interrupts from here end beyond 1023. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 928)
