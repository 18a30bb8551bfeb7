/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gicv2.c whose two instructions of the Arm architecture, WFI and SEV, are told to the
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
#include "../irqchip/gicv2.c"

/* As a fresh image has it. */
void fake_gicv2_forget(void);
void fake_gicv2_forget(void)
{
	kick_users = kick_irq = kick_targets = 0;
}
