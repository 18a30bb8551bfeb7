/* SPDX-License-Identifier: GPL-2.0 */
/* More than a UART can be. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.size = 0x20000)
