/* SPDX-License-Identifier: GPL-2.0 */
/* A region without redistributors. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.size = 0)
