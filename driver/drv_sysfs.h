/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/devices/jailhouse. Adding and removing under drv_lock, and never under
 * drv_view, which the attributes take.
 */
#pragma once

#include <linux/types.h>

#include <jailhouse/ioctl.h>

#include "drv_state.h"

int drv_sysfs_init(void);
void drv_sysfs_exit(void);

/** Make the kobject of a new cell; from now on drv_cell_put() frees it. */
void drv_sysfs_cell_init(struct drv_cell *cell);

/** Show cells/<id> with all its files. -ENOMEM: nothing is shown. */
int drv_sysfs_cell_add(struct drv_cell *cell, struct jailhouse_reason *why);

/** Remove it, also what is left of it. */
void drv_sysfs_cell_remove(struct drv_cell *cell);

/** statistics/cpu<n> of CPUs that come and go. A directory that cannot be added is logged. */
void drv_sysfs_cpus_add(struct drv_cell *cell, const struct drv_cpu_set *cpus);
void drv_sysfs_cpus_remove(struct drv_cell *cell, const struct drv_cpu_set *cpus);

/** Show the mapped image as the file `core`. */
int drv_sysfs_core_publish(const void *image, size_t size, struct jailhouse_reason *why);
/** The mapping goes: show a copy from now on. */
void drv_sysfs_core_keep(void);
/** Remove the file and the copy. */
void drv_sysfs_core_withdraw(void);
