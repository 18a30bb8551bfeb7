/* SPDX-License-Identifier: GPL-2.0 */
/* A name without end. */
#include "base_cell.h"

BROKEN_CELL(.name.name = "0123456789abcdefghijklmnopqr")
