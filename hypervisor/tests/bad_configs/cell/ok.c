/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing is wrong: the base itself. */
#include "base_cell.h"

BROKEN_CELL(.cell.vpci_irq_base = 0)
