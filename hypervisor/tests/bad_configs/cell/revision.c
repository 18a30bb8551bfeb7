/* SPDX-License-Identifier: GPL-2.0 */
/* An older revision. */
#include "base_cell.h"

BROKEN_CELL(.cell.revision = JAILHOUSE_CONFIG_REVISION - 1)
