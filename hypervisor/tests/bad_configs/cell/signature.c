/* SPDX-License-Identifier: GPL-2.0 */
/* A signature of something else. */
#include "base_cell.h"

BROKEN_CELL(.cell.signature = "JHSYS")
