/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities without number. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_pci_caps = 0xffffffff)
