/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether this machine, as this Linux was booted, can be partitioned.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>
#include <linux/cpumask.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>

/**
 * All checks that need no reserved resource, in an order in which no check can
 * harm a machine that an earlier one refuses. `config` has been validated.
 */
int drv_environment_check(const struct jailhouse_system *config, struct jailhouse_reason *why);

/** Root's CPU set must be the online CPUs; they may change until hotplug is disabled. */
int drv_environment_check_cpus(const struct jailhouse_system *config, struct jailhouse_reason *why);

/** The CPU bitmap of a validated config as Linux' own type. */
void drv_environment_cpu_set(const struct jailhouse_cell_desc *cell, struct cpumask *cpus);
