/* SPDX-License-Identifier: GPL-2.0 */
/* A config for x86. */
#include "base_system.h"

BROKEN_SYSTEM(.header.architecture = JAILHOUSE_X86)
