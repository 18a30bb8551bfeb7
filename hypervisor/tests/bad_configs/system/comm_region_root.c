/* SPDX-License-Identifier: GPL-2.0 */
/* Root has nobody to communicate with. */
#include "base_system.h"

BROKEN_SYSTEM(.mem[SPARE] = { 0, 0x3f000000, 0x1000, RW | JAILHOUSE_MEM_COMM_REGION })
