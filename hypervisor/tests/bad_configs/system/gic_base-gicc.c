/* SPDX-License-Identifier: GPL-2.0 */
/* A GICv2 without CPU interface. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gic_version = 2)
