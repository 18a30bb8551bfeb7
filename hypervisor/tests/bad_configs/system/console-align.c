/* SPDX-License-Identifier: GPL-2.0 */
/* Not at a word. */
#include "base_system.h"

BROKEN_SYSTEM(.header.debug_console.address = 0x09000042)
