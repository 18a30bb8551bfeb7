/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included first into files of arch/arm64 that are tested: the private data of
 * a CPU is not at its fixed EL2 address, but one of the fake's.
 */
#pragma once

#define this_private fixed_this_private
#include "../arch/arm64/private.h"
#undef this_private

struct cpu_private *this_private(void);
