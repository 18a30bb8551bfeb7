/* SPDX-License-Identifier: GPL-2.0 */
/* Not at a multiple of 2 MiB. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.phys_start = 0x7fd00000)
