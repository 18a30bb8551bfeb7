/* SPDX-License-Identifier: GPL-2.0 */
/* One vector too many. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].num_msix_vectors = 17)
