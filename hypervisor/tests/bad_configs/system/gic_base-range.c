/* SPDX-License-Identifier: GPL-2.0 */
/* Beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicd_base = 1ULL << 40)
