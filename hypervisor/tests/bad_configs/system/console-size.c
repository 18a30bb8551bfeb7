/* SPDX-License-Identifier: GPL-2.0 */
/* No size. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.size = 0)
