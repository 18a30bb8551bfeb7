/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abort.c, whose one instruction of the Arm architecture, AT S1E1R, asks a table
 * of the test.
 */
#include "fake.h"

#include <arch/barrier.h>
#include <hyp/mmio.h>

#include "fake_private.h"
#include <arch/sysregs.h>

u64 (*fake_stage1)(u64 va);

static void translate(void)
{
	u64 far = read_sysreg(far_el2);

	/* PAR_EL1: bit 0 says that there is no translation. */
	write_sysreg(par_el1, fake_stage1 ? fake_stage1(far) : far & ~PAGE_MASK);
}

/* As in host_gicv3.c. */
#define __asm__
#define volatile(...) translate()
#include "../arch/arm64/abort.c"
