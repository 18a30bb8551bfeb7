/* SPDX-License-Identifier: GPL-2.0 */
/* Root's RAM reaches into it. */
#include "base_system.h"

BROKEN_SYSTEM(.mem[RAM].size = 0x3fc01000)
