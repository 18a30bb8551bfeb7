/* SPDX-License-Identifier: GPL-2.0 */
/* Root sees a region at another address. */
#include "base_system.h"

BROKEN_SYSTEM(.mem[UART].virt_start = 0x09001000)
