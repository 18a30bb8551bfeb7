/* SPDX-License-Identifier: GPL-2.0 */
/* The record is too small. */
#include "base_system.h"

BROKEN_SYSTEM(.gicr.record.size = 16)
