/* SPDX-License-Identifier: GPL-2.0 */
/* A GICv3's frames are 64 KiB. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicd_base = 0x08001000)
