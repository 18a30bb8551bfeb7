/* SPDX-License-Identifier: GPL-2.0 */
/* No address. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.address = 0)
