// SPDX-License-Identifier: GPL-2.0
/*
 * Arms one fault at a time. A test aid: nothing here acts unless the
 * parameter is set.
 */
#include "drv_inject.h"

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static const struct fault_name {
	const char *name;
	enum drv_fault fault;
	/* What follows the colon: nothing, a number, a word. */
	enum { ARG_NONE, ARG_NUMBER, ARG_WORD } arg;
} fault_names[] = {
	{ "skip_cpu", DRV_FAULT_SKIP_CPU, ARG_NUMBER },
	{ "late_cpu", DRV_FAULT_LATE_CPU, ARG_NUMBER },
	{ "offline_timeout", DRV_FAULT_OFFLINE_TIMEOUT, ARG_NONE },
	{ "alloc", DRV_FAULT_ALLOC, ARG_NUMBER },
	{ "stage", DRV_FAULT_STAGE, ARG_WORD },
};

/* Protects all that follows; innermost of all locks. */
static DEFINE_RAW_SPINLOCK(inject_lock);
static const struct fault_name *armed;
static unsigned int armed_number;
static char armed_word[24];

static bool parse(const char *text, const struct fault_name **fault, unsigned int *number,
		  char *word)
{
	char copy[48], *arg, *name = copy;

	strscpy(copy, text, sizeof(copy));
	name = strim(copy);
	arg = strchr(name, ':');
	if (arg)
		*arg++ = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(fault_names); i++) {
		*fault = &fault_names[i];
		if (strcmp(name, fault_names[i].name))
			continue;
		switch (fault_names[i].arg) {
		case ARG_NONE:
			return !arg;
		case ARG_NUMBER:
			return arg && !kstrtouint(arg, 0, number);
		case ARG_WORD:
			return arg && strscpy(word, arg, sizeof(armed_word)) > 0;
		}
	}
	*fault = NULL;
	return !*name && !arg;
}

static int inject_set(const char *text, const struct kernel_param *param)
{
	const struct fault_name *fault;
	char word[sizeof(armed_word)] = "";
	unsigned int number = 0;
	unsigned long flags;

	if (!parse(text, &fault, &number, word))
		return -EINVAL;
	raw_spin_lock_irqsave(&inject_lock, flags);
	armed = fault;
	armed_number = number;
	strscpy(armed_word, word, sizeof(armed_word));
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return 0;
}

static int inject_get(char *buffer, const struct kernel_param *param)
{
	unsigned long flags;
	int n = 0;

	raw_spin_lock_irqsave(&inject_lock, flags);
	if (armed)
		n = scnprintf(buffer, 64, "%s", armed->name);
	if (armed && armed->arg == ARG_NUMBER)
		n += scnprintf(buffer + n, 64 - n, ":%u", armed_number);
	if (armed && armed->arg == ARG_WORD)
		n += scnprintf(buffer + n, 64 - n, ":%s", armed_word);
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return n + scnprintf(buffer + n, 2, "\n");
}

static const struct kernel_param_ops inject_ops = {
	.set = inject_set,
	.get = inject_get,
};
module_param_cb(inject, &inject_ops, NULL, 0600);
MODULE_PARM_DESC(inject,
		 "test aid, one fault: skip_cpu:N late_cpu:N offline_timeout alloc:N stage:NAME");

static bool is_armed(enum drv_fault fault)
{
	return armed && armed->fault == fault;
}

bool drv_inject_cpu(enum drv_fault fault, unsigned int cpu)
{
	unsigned long flags;
	bool hit;

	raw_spin_lock_irqsave(&inject_lock, flags);
	hit = is_armed(fault) && armed_number == cpu;
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return hit;
}

bool drv_inject_once(enum drv_fault fault)
{
	unsigned long flags;
	bool hit;

	raw_spin_lock_irqsave(&inject_lock, flags);
	hit = is_armed(fault);
	if (hit)
		armed = NULL;
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return hit;
}

bool drv_inject_alloc(void)
{
	unsigned long flags;
	bool hit = false;

	raw_spin_lock_irqsave(&inject_lock, flags);
	if (is_armed(DRV_FAULT_ALLOC) && (armed_number == 0 || --armed_number == 0)) {
		armed = NULL;
		hit = true;
	}
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return hit;
}

bool drv_inject_stage(const char *name)
{
	unsigned long flags;
	bool hit;

	raw_spin_lock_irqsave(&inject_lock, flags);
	hit = is_armed(DRV_FAULT_STAGE) && !strcmp(armed_word, name);
	if (hit)
		armed = NULL;
	raw_spin_unlock_irqrestore(&inject_lock, flags);
	return hit;
}

void *drv_inject_kzalloc(size_t size)
{
	return drv_inject_alloc() ? NULL : kzalloc(size, GFP_KERNEL | __GFP_NOWARN);
}

void *drv_inject_vmalloc(size_t size)
{
	return drv_inject_alloc() ? NULL : vmalloc(size);
}
