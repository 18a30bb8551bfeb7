/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gicv2.c without its two instructions of the Arm architecture, WFI and SEV.
 */
#include "fake.h"

#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/sysregs.h>
#include <hyp/printk.h>

#include "../irqchip/gic_regs.h"

/* __asm__ volatile("wfi" : : : "memory"); becomes a statement without effect. */
#define __asm__
#define volatile(...) ((void)0)
#include "../irqchip/gicv2.c"
