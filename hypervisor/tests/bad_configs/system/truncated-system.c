/* SPDX-License-Identifier: GPL-2.0 */
/* A system config that ends inside the root cell's header. */
#include "base_system.h"

extern const char config[sizeof(struct jailhouse_system) - 1];
const char config[sizeof(struct jailhouse_system) - 1] = JAILHOUSE_SYSTEM_SIGNATURE;
