/* SPDX-License-Identifier: GPL-2.0 */
/* No redistributor. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicr_base = 0)
