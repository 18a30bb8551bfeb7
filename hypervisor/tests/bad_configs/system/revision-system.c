/* SPDX-License-Identifier: GPL-2.0 */
/* A newer revision. */
#include "base_system.h"

BROKEN_SYSTEM(.header.revision = JAILHOUSE_CONFIG_REVISION + 1)
