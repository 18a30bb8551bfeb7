/* SPDX-License-Identifier: GPL-2.0 */
/* Half a redistributor. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.size = 0x10000)
