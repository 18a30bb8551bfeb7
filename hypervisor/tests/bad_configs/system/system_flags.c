/* SPDX-License-Identifier: GPL-2.0 */
/* A flag that does not exist. */
#include "base_system.h"

BROKEN_SYSTEM(.header.flags = 2)
