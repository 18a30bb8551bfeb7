/* SPDX-License-Identifier: GPL-2.0 */
/* A config for 32-bit Arm. */
#include "base_cell.h"

BROKEN_CELL(.cell.architecture = JAILHOUSE_ARM)
