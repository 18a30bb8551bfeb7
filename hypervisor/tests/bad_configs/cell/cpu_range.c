/* SPDX-License-Identifier: GPL-2.0 */
/* CPU 64 is beyond the supported number. */
#include "base_cell.h"

BROKEN_CELL(.cpus[1] = 1)
