/* SPDX-License-Identifier: GPL-2.0 */
/* A BAR for MSI-X without vectors. */
#include "base_cell.h"

BROKEN_CELL(.pci[1].num_msix_vectors = 0)
