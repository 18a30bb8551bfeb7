/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether this machine, as this Linux was booted, can be partitioned.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>

#include "drv_cpu_set.h"

struct device_node;

/**
 * All checks that need no reserved resource, in an order in which no check can
 * harm a machine that an earlier one refuses. `config` has been validated.
 */
int drv_environment_check(const struct jailhouse_system *config, struct jailhouse_reason *why);

/**
 * Root's CPU set must be the online CPUs, and those that Linux does not have but
 * the driver can start. They may change until hotplug is disabled.
 */
int drv_environment_check_cpus(const struct jailhouse_system *config, struct jailhouse_reason *why);

/** The interrupt controller's node, to be put; NULL without a device tree. */
struct device_node *drv_environment_gic(void);

/** The CPU bitmap of a validated config. */
void drv_environment_cpu_set(const struct jailhouse_cell_desc *cell, struct drv_cpu_set *cpus);

/**
 * The first CPU of the set that neither Linux nor the driver can have, or
 * UINT_MAX. `machine`: all that they can.
 */
unsigned int drv_environment_foreign_cpu(const struct jailhouse_cell_desc *cell,
					 struct drv_cpu_set *machine);

/** Says, to the log and as a note for the user, which CPUs no cell can have and why. */
void drv_environment_note(struct jailhouse_reason *why);
