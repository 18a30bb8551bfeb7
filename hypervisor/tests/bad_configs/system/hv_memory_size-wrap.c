/* SPDX-License-Identifier: GPL-2.0 */
/* It wraps around. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.phys_start = 0xffffffffffe00000)
