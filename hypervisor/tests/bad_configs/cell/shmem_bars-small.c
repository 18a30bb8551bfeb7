/* SPDX-License-Identifier: GPL-2.0 */
/* Less than a page. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].bar_mask[0] = 0xfffff800)
