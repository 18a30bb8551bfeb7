/* SPDX-License-Identifier: GPL-2.0 */
/* A CPU interface beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gic_version = 2,
	      .header.platform_info.arm.gicc_base = 0x10000000000)
