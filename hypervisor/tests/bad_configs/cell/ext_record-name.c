/* SPDX-License-Identifier: GPL-2.0 */
/* Not the size of a name. */
#include "base_cell.h"

BROKEN_CELL(.name.record.size = 48)
