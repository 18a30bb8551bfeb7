/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Takes CPUs from Linux and gives them back. All under drv_lock.
 */
#pragma once

#include <jailhouse/ioctl.h>

#include "drv_cpu_set.h"

int drv_cpus_init(void);
/** Waits for CPUs that are still on their way. */
void drv_cpus_exit(void);

/** Before the switch, while all CPUs of root are online: note who they are. */
void drv_cpus_note(void);

/**
 * Take offline those of `wanted` that are online; Linux need not have all. `taken` gets the CPUs for
 * which that was necessary. All are switched off in the hypervisor too, which follows later than Linux
 * says so. On failure all are online again as they were,
 * except one that did not come in time: it is brought back when it does.
 */
int drv_cpus_take(const struct drv_cpu_set *wanted, struct drv_cpu_set *taken,
		  struct jailhouse_reason *why);

/** Bring online what was taken. A CPU that does not come is reported to the log. */
void drv_cpus_give_back(struct drv_cpu_set *taken);
