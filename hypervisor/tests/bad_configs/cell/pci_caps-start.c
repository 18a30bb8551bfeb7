/* SPDX-License-Identifier: GPL-2.0 */
/* They start behind the last. */
#include "base_cell.h"

BROKEN_CELL(.pci[0].caps_start = 0xffff, .pci[0].num_caps = 0xffff)
