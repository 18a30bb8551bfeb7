/* SPDX-License-Identifier: GPL-2.0 */
/* A line feed. */
#include "base_cell.h"

BROKEN_CELL(.cell.name = "a\nb")
