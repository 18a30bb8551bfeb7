/* SPDX-License-Identifier: GPL-2.0 */
/* Beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.phys_start = 1ULL << 40)
