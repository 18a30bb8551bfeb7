/* SPDX-License-Identifier: GPL-2.0 */
/* 32 characters and no end. */
#include "base_cell.h"

BROKEN_CELL(.cell.name = "0123456789abcdef0123456789abcdef")
