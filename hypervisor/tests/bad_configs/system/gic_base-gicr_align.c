/* SPDX-License-Identifier: GPL-2.0 */
/* A redistributor at a page. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicr_base = 0x080a1000)
