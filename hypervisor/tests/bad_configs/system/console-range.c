/* SPDX-License-Identifier: GPL-2.0 */
/* A UART beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.address = 0x10000000000, .header.debug_console.size = 0x1000)
