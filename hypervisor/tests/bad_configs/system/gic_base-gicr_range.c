/* SPDX-License-Identifier: GPL-2.0 */
/* The last redistributors would lie beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.gicr_base = 0xffffff0000)
