/* SPDX-License-Identifier: GPL-2.0 */
/* More than 256 MiB. */
#include "base_system.h"

BROKEN_SYSTEM(.header.hypervisor_memory.size = 0x10001000)
