/* SPDX-License-Identifier: GPL-2.0 */
/* Far beyond. */
#include "base_cell.h"

BROKEN_CELL(.cell.vpci_irq_base = 0xffffffff)
