/* SPDX-License-Identifier: GPL-2.0 */
/* I/O regions without number. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_pio_regions = 1025)
