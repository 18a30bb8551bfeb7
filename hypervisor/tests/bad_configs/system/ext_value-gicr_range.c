/* SPDX-License-Identifier: GPL-2.0 */
/* A region of redistributors that ends beyond 40 bits. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.size = 0xfff8000000)
