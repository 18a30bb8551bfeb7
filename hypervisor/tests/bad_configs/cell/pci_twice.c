/* SPDX-License-Identifier: GPL-2.0 */
/* Two functions at 00:00.0. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].bdf = 0)
