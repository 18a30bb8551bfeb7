/* SPDX-License-Identifier: GPL-2.0 */
/* The exit counters of a cell at one moment, and their difference to another. */
#pragma once

#include <stdbool.h>

#define STATS_MAX_COUNTERS 32
#define STATS_MAX_CPUS     64
#define STATS_NAME_SIZE    48

struct stats_counter {
	char name[STATS_NAME_SIZE];
	unsigned long long sum;
	unsigned long long per_cpu[STATS_MAX_CPUS];
};

struct stats_sample {
	int cell;
	/** Seconds of the monotonic clock. */
	double time;
	unsigned int num_counters;
	struct stats_counter counter[STATS_MAX_COUNTERS];
	unsigned int num_cpus;
	unsigned int cpu[STATS_MAX_CPUS];
};

/** False if the cell is gone. */
bool stats_read(struct stats_sample *sample, int cell);

/** All CPUs together. */
#define STATS_ALL_CPUS (-1)

/** A counter's value; `cpu` is an index into sample->cpu or STATS_ALL_CPUS. */
unsigned long long stats_value(const struct stats_sample *sample, unsigned int counter, int cpu);

/** Events per second between two samples; 0 if there is no other. The counters
 *  have 31 bits and start anew with the cell. */
double stats_rate(const struct stats_sample *now, const struct stats_sample *before,
		  unsigned int counter, int cpu);
