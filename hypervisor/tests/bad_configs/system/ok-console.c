/* SPDX-License-Identifier: GPL-2.0 */
/* A UART that shares its page, as the mini UART of BCM2711 does. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.address = 0x09000040, .header.debug_console.size = 0x40)
