/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: system registers are a table by name. The fields and
 * encodings are Arm's, since only files of arch/arm64 and the GIC use them.
 */
#pragma once

#include "../../../arch/arm64/include/arch/sysregs.h"

#undef read_sysreg
#undef write_sysreg

#define read_sysreg(reg)         fake_sysreg_read(#reg)
#define write_sysreg(reg, value) fake_sysreg_write(#reg, (u64)(value))

u64 fake_sysreg_read(const char *name);
void fake_sysreg_write(const char *name, u64 value);
