/* SPDX-License-Identifier: GPL-2.0 */
/* None. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.size = 0)
