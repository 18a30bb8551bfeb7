/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The interrupt controller of a cell, beyond irq_init() and irq_enable(). */
#pragma once

#include <jailhouse/types.h>

/** The virtual timer, a PPI. */
#define TIMER_IRQ 27

static inline bool is_sgi_ppi(unsigned int irqn)
{
	return irqn < 32;
}

static inline bool is_spi(unsigned int irqn)
{
	return irqn >= 32 && irqn < 1020;
}

/** Send SGI 0 to 15 to the CPU with these affinity fields. */
void gic_send_sgi(u64 affinity, unsigned int sgi);

/** Stop delivery of an interrupt (for SGIs and PPIs: to this CPU). */
void irq_disable(unsigned int irq);

/** GICv3: the redistributor frames of the calling CPU. */
void *gic_own_redistributor(void);
