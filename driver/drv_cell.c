// SPDX-License-Identifier: GPL-2.0
/*
 * Creates, starts and destroys cells: gathers what a cell needs from Linux,
 * lets the hypervisor decide, and keeps account. Loading is in drv_images.c.
 */
#include "drv_cell.h"

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <jailhouse/config-check.h>
#include <jailhouse/hypercall.h>

#include "drv_config.h"
#include "drv_cpus.h"
#include "drv_environment.h"
#include "drv_hypercall.h"
#include "drv_images.h"
#include "drv_inject.h"
#include "drv_reason.h"
#include "drv_regions.h"
#include "drv_restart.h"
#include "drv_stages.h"
#include "drv_sysfs.h"

/* VMIDs and the restart set have room for these. */
#define MAX_CELL_ID     255
/* A cell that never ran need not be asked. */
#define UNDO_TIMEOUT_MS 2000

struct creating {
	const void __user *source;
	size_t size;
	struct jailhouse_cell_desc *config;
	struct drv_cell *cell;
};

struct drv_cell *drv_cell_new(struct jailhouse_cell_desc *config, struct jailhouse_reason *why)
{
	struct drv_cell *cell = drv_inject_kzalloc(sizeof(*cell));

	if (!cell) {
		drv_reason_set(why, -ENOMEM, "Linux has no memory for cell \"%.*s\"",
			       JAILHOUSE_CELL_NAME_MAXLEN, config->name);
		return NULL;
	}
	INIT_LIST_HEAD(&cell->entry);
	INIT_LIST_HEAD(&cell->images);
	INIT_LIST_HEAD(&cell->released);
	cell->id = config->id;
	cell->config = config;
	strscpy(cell->name, config->name, sizeof(cell->name));
	drv_environment_cpu_set(config, &cell->cpus);
	drv_sysfs_cell_init(cell);
	return cell;
}

void drv_cell_put(struct drv_cell *cell)
{
	kobject_put(&cell->kobj);
}

static struct drv_cell *find_by_id(u32 id)
{
	struct drv_cell *cell;

	list_for_each_entry(cell, &drv.cells, entry)
		if (cell->id == id)
			return cell;
	return NULL;
}

static struct drv_cell *find_by_name(const char *name)
{
	struct drv_cell *cell;

	list_for_each_entry(cell, &drv.cells, entry)
		if (!strcmp(cell->name, name))
			return cell;
	return NULL;
}

static struct drv_cell *find_by_cpu(unsigned int cpu)
{
	struct drv_cell *cell;

	list_for_each_entry(cell, &drv.cells, entry)
		if (drv_cpu_set_has(&cell->cpus, cpu))
			return cell;
	return NULL;
}

static int check_enabled(struct jailhouse_reason *why)
{
	if (drv.enabled && !drv.broken)
		return 0;
	return drv_reason_set(
		why, -EINVAL,
		"the hypervisor is not enabled; run `jailhouse enable SYSCONFIG` first");
}

int drv_cell_find(const struct jailhouse_cell_id *id, struct drv_cell **cell,
		  struct jailhouse_reason *why)
{
	bool by_name = id->id == JAILHOUSE_CELL_ID_UNUSED;

	lockdep_assert_held(&drv_lock);
	if (check_enabled(why))
		return why->code;
	if (by_name && strnlen(id->name, sizeof(id->name)) == sizeof(id->name))
		return drv_reason_set(why, -EINVAL, "the cell name is longer than %d characters",
				      JAILHOUSE_CELL_ID_NAMELEN);
	*cell = by_name ? find_by_name(id->name) : find_by_id((u32)id->id);
	if (!*cell && by_name)
		return drv_reason_set(why, -ENOENT,
				      "there is no cell \"%s\"; `jailhouse cell list` shows all",
				      id->name);
	if (!*cell)
		return drv_reason_set(
			why, -ENOENT,
			"there is no cell with id %d; `jailhouse cell list` shows all", id->id);
	if (*cell == drv.root)
		return drv_reason_set(
			why, -EINVAL,
			"cell \"%s\" is the root cell, in which this Linux runs; it ends with `jailhouse disable`",
			drv.root->name);
	return 0;
}

static int get_config(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;

	return drv_config_get_cell(c->source, c->size, &c->config, why);
}

static void put_config(void *data)
{
	struct creating *c = data;

	/* From the next stage on it belongs to the object. */
	if (!c->cell)
		kfree(c->config);
}

static u32 lowest_free_id(void)
{
	u32 id = 1;

	while (find_by_id(id))
		id++;
	return id;
}

static int make_cell(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;
	u32 id = lowest_free_id();

	if (find_by_name(c->config->name))
		return drv_reason_set(
			why, -EEXIST,
			"there is a cell \"%s\" already; destroy it first or choose another name",
			c->config->name);
	if (id > MAX_CELL_ID)
		return drv_reason_set(why, -E2BIG,
				      "there are %d cells already, the most that can be",
				      MAX_CELL_ID);
	c->config->id = id;
	if (CELL_FLAGS_VIRTUAL_CONSOLE_ACTIVE(c->config->flags))
		c->config->flags |= JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED;
	c->cell = drv_cell_new(c->config, why);
	return c->cell ? 0 : why->code;
}

static void drop_cell(void *data)
{
	struct creating *c = data;

	drv_cell_put(c->cell);
}

static int check_cpus_exist(const struct jailhouse_cell_desc *config, struct jailhouse_reason *why)
{
	struct drv_cpu_set machine;
	unsigned int cpu = drv_environment_foreign_cpu(config, &machine);

	if (cpu == UINT_MAX)
		return 0;
	return drv_reason_set(why, -EBUSY,
			      "CPU %u of cell \"%s\" does not exist; this machine has CPUs %*pbl",
			      cpu, config->name, drv_cpu_set_args(&machine));
}

static int check_cpus(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;
	const struct drv_cell *owner;
	unsigned int cpu;
	int err;

	err = check_cpus_exist(c->config, why);
	if (err)
		return err;
	for_each_set_bit(cpu, c->cell->cpus.bits, JAILHOUSE_CONFIG_MAX_CPUS) {
		owner = find_by_cpu(cpu);
		if (owner == drv.root)
			continue;
		if (owner)
			return drv_reason_set(
				why, -EBUSY,
				"CPU %u belongs to cell \"%s\"; destroy that one first or give cell \"%s\" other CPUs",
				cpu, owner->name, c->cell->name);
		return drv_reason_set(
			why, -EBUSY,
			"CPU %u is not in the root cell's CPU set, so cell \"%s\" cannot get it",
			cpu, c->cell->name);
	}
	return 0;
}

static int take_regions(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;

	return drv_regions_take(c->cell, why);
}

static void return_regions(void *data)
{
	struct creating *c = data;

	drv_regions_give_back(c->cell);
}

static int take_cpus(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;

	return drv_cpus_take(&c->cell->cpus, &c->cell->offlined, why);
}

static void return_cpus(void *data)
{
	struct creating *c = data;

	drv_cpus_give_back(&c->cell->offlined);
}

static int call_create(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;

	return drv_hypercall_manage(JAILHOUSE_HC_CELL_CREATE, virt_to_phys(c->config), 0, why);
}

static void undo_create(void *data)
{
	struct jailhouse_reason why = {};
	struct creating *c = data;

	if (drv_hypercall_manage(JAILHOUSE_HC_CELL_DESTROY, c->cell->id, UNDO_TIMEOUT_MS, &why))
		pr_err("the hypervisor keeps cell \"%s\", which could not be completed: %s\n",
		       c->cell->name, why.text);
}

static int register_cell(void *data, struct jailhouse_reason *why)
{
	struct creating *c = data;
	int err;

	err = drv_sysfs_cell_add(c->cell, why);
	if (err)
		return err;
	drv_sysfs_cpus_remove(drv.root, &c->cell->cpus);
	down_write(&drv_view);
	drv_cpu_set_andnot(&drv.root->cpus, &drv.root->cpus, &c->cell->cpus);
	list_add_tail(&c->cell->entry, &drv.cells);
	up_write(&drv_view);
	return 0;
}

static const struct drv_stage create_stages[] = {
	{ "cell-config", get_config, put_config },
	{ "cell-object", make_cell, drop_cell },
	{ "cell-cpus", check_cpus, NULL },
	{ "cell-regions", take_regions, return_regions },
	{ "cell-offline", take_cpus, return_cpus },
	{ "cell-create", call_create, undo_create },
	{ "cell-sysfs", register_cell, NULL },
};

int drv_cell_create(const void __user *config, size_t size, struct jailhouse_reason *why)
{
	struct creating c = { .source = config, .size = size };
	int err;

	lockdep_assert_held(&drv_lock);
	err = check_enabled(why);
	if (!err)
		err = drv_stages_run(create_stages, ARRAY_SIZE(create_stages), &c, why);
	if (err)
		return err;
	pr_info("created cell %u \"%s\" on CPUs %*pbl\n", c.cell->id, c.cell->name,
		drv_cpu_set_args(&c.cell->cpus));
	return 0;
}

static int word_refusal(const struct drv_cell *cell, const char *what, struct jailhouse_reason *why)
{
	char prefix[80];

	scnprintf(prefix, sizeof(prefix), "cell \"%s\" cannot be %s", cell->name, what);
	drv_reason_prefix(why, prefix);
	return why->code;
}

int drv_cell_start(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why)
{
	if (drv_images_missing(cell))
		return drv_reason_set(
			why, -ENODATA,
			"nothing was loaded into cell \"%s\" since it was created; load its program first: jailhouse cell load %s IMAGE",
			cell->name, cell->name);
	if (drv_hypercall_manage(JAILHOUSE_HC_CELL_START, cell->id, timeout_ms, why))
		return word_refusal(cell, "started", why);
	cell->started = true;
	drv_restart_watch();
	return 0;
}

int drv_cell_destroy(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why)
{
	if (drv_hypercall_manage(JAILHOUSE_HC_CELL_DESTROY, cell->id, timeout_ms, why))
		return word_refusal(cell, "destroyed", why);
	drv_sysfs_cell_remove(cell);
	down_write(&drv_view);
	list_del_init(&cell->entry);
	drv_cpu_set_or(&drv.root->cpus, &cell->cpus);
	up_write(&drv_view);
	drv_sysfs_cpus_add(drv.root, &cell->cpus);
	drv_images_drop(cell);
	drv_cpus_give_back(&cell->offlined);
	drv_regions_give_back(cell);
	pr_info("destroyed cell %u \"%s\"\n", cell->id, cell->name);
	drv_cell_put(cell);
	return 0;
}

int drv_cell_destroy_all(unsigned int timeout_ms, struct jailhouse_reason *why)
{
	struct drv_cell *cell, *next;
	int err = 0;

	list_for_each_entry_safe_reverse(cell, next, &drv.cells, entry)
	{
		if (cell == drv.root)
			break;
		err = drv_cell_destroy(cell, timeout_ms, why);
		if (err)
			break;
	}
	return err;
}
