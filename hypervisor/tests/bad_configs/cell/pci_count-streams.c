/* SPDX-License-Identifier: GPL-2.0 */
/* Stream ids without number. */
#include "base_cell.h"

BROKEN_CELL(.cell.num_stream_ids = 0x40000000)
