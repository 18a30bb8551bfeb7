/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults on demand, for tests of the roll-back: the module parameter `inject`.
 * Each fault happens once; writing an empty string disarms it.
 *
 *	skip_cpu:N	CPU N stays in Linux at the next enable
 *	late_cpu:N	CPU N enters EL2 half a second after the time limit
 *	offline_timeout	the next CPU to be taken offline comes too late
 *	alloc:N		the N-th allocation from now on fails (1 is the next)
 *	stage:NAME	the named stage of enable or cell create fails
 */
#pragma once

#include <linux/types.h>

enum drv_fault {
	DRV_FAULT_NONE,
	DRV_FAULT_SKIP_CPU,
	DRV_FAULT_LATE_CPU,
	DRV_FAULT_OFFLINE_TIMEOUT,
	DRV_FAULT_ALLOC,
	DRV_FAULT_STAGE,
};

/** Does the armed fault concern CPU `cpu`? Does not disarm it. Any context. */
bool drv_inject_cpu(enum drv_fault fault, unsigned int cpu);

/** Is the fault armed? Disarms it. */
bool drv_inject_once(enum drv_fault fault);

/** Counts an allocation; true if it is the one that shall fail. */
bool drv_inject_alloc(void);

/** Shall this stage fail? Disarms the fault. */
bool drv_inject_stage(const char *name);

/** Allocations of the driver that may be made to fail; kfree() and vfree(). */
void *drv_inject_kzalloc(size_t size);
void *drv_inject_vmalloc(size_t size);
