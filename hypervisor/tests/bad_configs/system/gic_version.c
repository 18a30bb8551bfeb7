/* SPDX-License-Identifier: GPL-2.0 */
/* There is no such version. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gic_version = 4)
