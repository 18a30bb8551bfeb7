/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set of CPUs of the machine. Linux' cpumask ends with the CPUs that Linux
 * may have (nr_cpu_ids); the driver also knows CPUs that Linux does not.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/minmax.h>

#include <jailhouse/config-check.h>

struct drv_cpu_set {
	DECLARE_BITMAP(bits, JAILHOUSE_CONFIG_MAX_CPUS);
};

/** For the format %*pbl. */
#define drv_cpu_set_args(set) JAILHOUSE_CONFIG_MAX_CPUS, (set)->bits

static inline bool drv_cpu_set_has(const struct drv_cpu_set *set, unsigned int cpu)
{
	return cpu < JAILHOUSE_CONFIG_MAX_CPUS && test_bit(cpu, set->bits);
}

static inline bool drv_cpu_set_empty(const struct drv_cpu_set *set)
{
	return bitmap_empty(set->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}

static inline unsigned int drv_cpu_set_first(const struct drv_cpu_set *set)
{
	return (unsigned int)find_first_bit(set->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}

/** The highest CPU of the set, plus 1. */
static inline unsigned int drv_cpu_set_end(const struct drv_cpu_set *set)
{
	return drv_cpu_set_empty(set) ?
		       0 :
		       (unsigned int)find_last_bit(set->bits, JAILHOUSE_CONFIG_MAX_CPUS) + 1;
}

static inline unsigned int drv_cpu_set_weight(const struct drv_cpu_set *set)
{
	return (unsigned int)bitmap_weight(set->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}

static inline void drv_cpu_set_or(struct drv_cpu_set *to, const struct drv_cpu_set *more)
{
	bitmap_or(to->bits, to->bits, more->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}

/** `to` = `from` without `less`; true if something is left. */
static inline bool drv_cpu_set_andnot(struct drv_cpu_set *to, const struct drv_cpu_set *from,
				      const struct drv_cpu_set *less)
{
	return bitmap_andnot(to->bits, from->bits, less->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}

/** A set of Linux', such as cpu_online_mask. */
static inline void drv_cpu_set_of(struct drv_cpu_set *set, const struct cpumask *cpus)
{
	bitmap_zero(set->bits, JAILHOUSE_CONFIG_MAX_CPUS);
	bitmap_copy(set->bits, cpumask_bits(cpus),
		    min_t(unsigned int, nr_cpu_ids, JAILHOUSE_CONFIG_MAX_CPUS));
}
