/* SPDX-License-Identifier: GPL-2.0 */
/* Root is 0. */
#include "base_system.h"

BROKEN_SYSTEM(.header.root_cell.id = 1)
