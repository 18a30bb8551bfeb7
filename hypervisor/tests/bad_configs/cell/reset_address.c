/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing is there. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_reset_address = 0x200000)
