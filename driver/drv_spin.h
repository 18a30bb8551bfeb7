/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs that the firmware starts by spin-table: it keeps them in a loop that
 * looks at a release address. Those that this Linux does not have (nr_cpus=)
 * are the driver's to start. All under drv_lock.
 */
#pragma once

#include <linux/types.h>

#include <jailhouse/ioctl.h>

#include "drv_cpu_set.h"

/** CPUs that Linux can never have, and that wait for somebody to start them. */
void drv_spin_find(struct drv_cpu_set *cpus);

/** CPUs that Linux has, or may have, and that it cannot take offline. */
void drv_spin_bound(struct drv_cpu_set *cpus);

/** Has the device tree this CPU, whoever starts it? */
bool drv_spin_described(unsigned int cpu);

/** Is the release address of a CPU in the page of this address? Firmware reserves
 *  such a page, and Linux leaves it alone once it has started its CPUs. */
bool drv_spin_release_page(u64 address);

/**
 * Bring CPUs of drv_spin_find() from the firmware's loop into our pen, at EL2.
 * They stay there for ever, whenever they are not in the hypervisor.
 */
int drv_spin_fetch(const struct drv_cpu_set *cpus, struct jailhouse_reason *why);

/** Send them to EL2 code at `entry`. From any context. */
void drv_spin_send(u64 entry);

/** Wait until all are back in the pen, as long as `timeout_ms`; false if not. */
bool drv_spin_wait(unsigned int timeout_ms);

/** Are they all away? */
bool drv_spin_away(void);
