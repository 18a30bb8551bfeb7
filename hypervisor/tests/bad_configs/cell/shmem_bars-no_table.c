/* SPDX-License-Identifier: GPL-2.0 */
/* MSI-X without its BAR. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].bar_mask[1] = 0)
