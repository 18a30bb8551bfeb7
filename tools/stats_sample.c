// SPDX-License-Identifier: GPL-2.0
/* Reads the counters of a cell from sysfs and computes rates. */
#include "stats_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

#define PREFIX         "vmexits_"
#define COUNTER_PERIOD (1ULL << 31)

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static unsigned long long read_counter(int cell, const char *folder, const char *name)
{
	char value[TOOL_VALUE_SIZE];

	if (!tool_read_attribute(value, "cells/%d/statistics/%s%s", cell, folder, name))
		return 0;
	return strtoull(value, NULL, 10);
}

static void add_counter(struct stats_sample *sample, const char *name)
{
	struct stats_counter *counter = &sample->counter[sample->num_counters];

	if (sample->num_counters == STATS_MAX_COUNTERS || strlen(name) >= sizeof(counter->name))
		return;
	strcpy(counter->name, name);
	counter->sum = read_counter(sample->cell, "", name);
	sample->num_counters++;
}

static void add_cpu(struct stats_sample *sample, const char *folder)
{
	char path[64];

	if (sample->num_cpus == STATS_MAX_CPUS || strlen(folder) > sizeof(path) - 2)
		return;
	snprintf(path, sizeof(path), "%.32s/", folder);
	sample->cpu[sample->num_cpus] = (unsigned int)strtoul(folder + 3, NULL, 10);
	for (unsigned int n = 0; n < sample->num_counters; n++)
		sample->counter[n].per_cpu[sample->num_cpus] =
			read_counter(sample->cell, path, sample->counter[n].name);
	sample->num_cpus++;
}

bool stats_read(struct stats_sample *sample, int cell)
{
	struct timespec now;
	char **list = tool_list("cells/%d/statistics", cell);

	memset(sample, 0, sizeof(*sample));
	sample->cell = cell;
	if (!list)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sample->time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	for (char **name = list; *name; name++)
		if (starts_with(*name, PREFIX))
			add_counter(sample, *name);
	for (char **name = list; *name; name++)
		if (starts_with(*name, "cpu"))
			add_cpu(sample, *name);
	tool_free_list(list);
	return true;
}

unsigned long long stats_value(const struct stats_sample *sample, unsigned int counter, int cpu)
{
	if (cpu == STATS_ALL_CPUS)
		return sample->counter[counter].sum;
	return sample->counter[counter].per_cpu[cpu];
}

double stats_rate(const struct stats_sample *now, const struct stats_sample *before,
		  unsigned int counter, int cpu)
{
	unsigned long long a, b;

	if (!before || now->time <= before->time || counter >= before->num_counters ||
	    (cpu != STATS_ALL_CPUS && (unsigned int)cpu >= before->num_cpus))
		return 0;
	a = stats_value(before, counter, cpu);
	b = stats_value(now, counter, cpu);
	/* Just below the period it has wrapped; else it was set to zero. */
	if (b < a)
		b += a > COUNTER_PERIOD / 2 && a < COUNTER_PERIOD ? COUNTER_PERIOD : a;
	return (double)(b - a) / (now->time - before->time);
}
