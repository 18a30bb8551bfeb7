/* SPDX-License-Identifier: GPL-2.0 */
/* More than 32. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_irqchips = 33)
