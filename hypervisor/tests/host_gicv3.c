/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gicv3.c whose two instructions of the Arm architecture, WFI and SEV, are told to the
 * test.
 */
#include "fake.h"

#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/sysregs.h>
#include <hyp/printk.h>

#include "../irqchip/gic_regs.h"

/* __asm__ volatile("wfi" : : : "memory"); */
#define __asm__
#define volatile(...) fake_instruction(#__VA_ARGS__)
#include "../irqchip/gicv3.c"
#undef volatile
#undef __asm__

#include <string.h>

/* One enable has one machine, a test program many. */
void fake_frames_reset(void);
void fake_frames_reset(void)
{
	memset(frames, 0, sizeof(frames));
}
