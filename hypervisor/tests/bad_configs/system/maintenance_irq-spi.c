/* SPDX-License-Identifier: GPL-2.0 */
/* An SPI. */
#include "base_system.h"

BROKEN_SYSTEM(.header.platform_info.arm.maintenance_irq = 32)
