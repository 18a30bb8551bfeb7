/* SPDX-License-Identifier: GPL-2.0 */
/* A mandatory record of a later version. */
#include "base_cell.h"

BROKEN_CELL(.unknown.flags = JAILHOUSE_EXT_MANDATORY)
