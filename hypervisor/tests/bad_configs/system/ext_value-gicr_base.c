/* SPDX-License-Identifier: GPL-2.0 */
/* A region of redistributors that does not begin with 64 KiB. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.base = 0x080a1000)
