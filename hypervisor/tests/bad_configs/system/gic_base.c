/* SPDX-License-Identifier: GPL-2.0 */
/* No distributor. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicd_base = 0)
