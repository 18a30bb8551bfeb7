/* SPDX-License-Identifier: GPL-2.0 */
/* A region of redistributors nowhere. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.base = 0)
