/* SPDX-License-Identifier: GPL-2.0 */
/* There are 8 bits of VMID. */
#include "base_cell.h"

BROKEN_CELL(.cell.id = 256)
