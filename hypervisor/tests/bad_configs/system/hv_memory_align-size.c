/* SPDX-License-Identifier: GPL-2.0 */
/* Not whole pages. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.size = 0x200800)
