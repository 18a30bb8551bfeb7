/* SPDX-License-Identifier: GPL-2.0 */
/* The communication page holds no code. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_reset_address = 0x80000000)
