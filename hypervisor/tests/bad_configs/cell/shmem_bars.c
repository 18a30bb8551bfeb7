/* SPDX-License-Identifier: GPL-2.0 */
/* No BAR 0. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].bar_mask[0] = 0)
