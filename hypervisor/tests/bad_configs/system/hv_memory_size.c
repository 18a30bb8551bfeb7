/* SPDX-License-Identifier: GPL-2.0 */
/* Too little. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.size = 0x1ff000)
