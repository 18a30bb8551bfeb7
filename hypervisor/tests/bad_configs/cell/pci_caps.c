/* SPDX-License-Identifier: GPL-2.0 */
/* One capability more than there are. */
#include "base_cell.h"

BROKEN_CELL(.pci[0].num_caps = 3)
