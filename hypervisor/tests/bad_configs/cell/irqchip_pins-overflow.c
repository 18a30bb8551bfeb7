/* SPDX-License-Identifier: GPL-2.0 */
/* Far beyond. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 0xffffffe0)
