/* SPDX-License-Identifier: GPL-2.0 */
/* A region of redistributors without base and size. */
#include "base_cell.h"

BROKEN_CELL(.unknown.type = JAILHOUSE_EXT_GICR_REGION)
