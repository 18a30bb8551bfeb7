/* SPDX-License-Identifier: GPL-2.0 */
/* SGIs and PPIs belong to CPUs, not to cells. */
#include "base_cell.h"

BROKEN_CELL(.irqchips[1].pin_base = 0)
