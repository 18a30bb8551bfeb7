/* SPDX-License-Identifier: GPL-2.0 */
/* An extension block that is not announced. */
#include "base_system.h"

BROKEN_SYSTEM(.header.root_cell.flags = 0)
