/* SPDX-License-Identifier: GPL-2.0 */
/* More than 1024 devices. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_pci_devices = 1025)
