/* SPDX-License-Identifier: GPL-2.0 */
/* More than 4096 bytes. */
#include "base_cell.h"

BROKEN_CELL(.cell.cpu_set_size = 4104)
