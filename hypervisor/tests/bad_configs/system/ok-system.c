/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing is wrong: the base itself. */
#include "base_system.h"

BROKEN_SYSTEM(.cpus[0] = 0xf)
