/* SPDX-License-Identifier: GPL-2.0 */
/* A name for a region that does not exist. */
#include "base_cell.h"

BROKEN_CELL(.name.region = NUM_REGIONS)
