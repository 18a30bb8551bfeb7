/* SPDX-License-Identifier: GPL-2.0 */
/* A mask with a hole. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].bar_mask[0] = 0xfffe1000)
