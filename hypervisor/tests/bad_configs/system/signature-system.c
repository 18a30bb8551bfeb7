/* SPDX-License-Identifier: GPL-2.0 */
/* A cell's signature where a system's must be. */
#include "base_system.h"

BROKEN_SYSTEM(.header.signature = "JHCLL")
