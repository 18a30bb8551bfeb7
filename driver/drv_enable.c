// SPDX-License-Identifier: GPL-2.0
/*
 * Enable is a transaction of stages, see enable_stages; disable undoes what
 * it left. What lies where in the reserved memory: <jailhouse/header.h>.
 */
#include "drv_enable.h"

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/arch_timer.h>

#include "drv_cell.h"
#include "drv_config.h"
#include "drv_console.h"
#include "drv_cpus.h"
#include "drv_environment.h"
#include "drv_firmware.h"
#include "drv_hypercall.h"
#include "drv_memory.h"
#include "drv_pci.h"
#include "drv_ram.h"
#include "drv_reason.h"
#include "drv_spin.h"
#include "drv_stages.h"
#include "drv_state.h"
#include "drv_switch.h"
#include "drv_sysfs.h"

struct enabling {
	const void __user *source;
	struct jailhouse_system *config;
	size_t config_size;
	const struct firmware *image;
	struct drv_cell *root;
	struct drv_memory memory;
	struct jailhouse_console_page *console;
	/* CPUs of root that Linux does not have. */
	struct drv_cpu_set parked;
	u64 switch_us;
};

static int get_config(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	return drv_config_get_system(e->source, &e->config, &e->config_size, why);
}

static void put_config(void *data)
{
	struct enabling *e = data;

	kfree(e->config);
}

static int check_environment(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	return drv_environment_check(e->config, why);
}

static int guard_ram(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	return drv_ram_guard(e->config, why);
}

static void unguard_ram(void *data)
{
	drv_ram_unguard();
}

static int get_image(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	return drv_firmware_get(&e->image, why);
}

static void put_image(void *data)
{
	struct enabling *e = data;

	release_firmware(e->image);
}

static int make_root_cell(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	e->root = drv_cell_new(&e->config->root_cell, why);
	return e->root ? 0 : why->code;
}

static void drop_root_cell(void *data)
{
	struct enabling *e = data;

	drv_cell_put(e->root);
}

static int claim_memory(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	return drv_memory_claim(&e->memory, e->config->hypervisor_memory.phys_start,
				e->config->hypervisor_memory.size, why);
}

static void release_memory(void *data)
{
	struct enabling *e = data;

	/* Some CPU may still run the hypervisor: its memory stays claimed for ever. */
	if (!drv.broken)
		drv_memory_release(&e->memory);
}

/* From here on no CPU comes or goes. */
static int hold_cpus(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;
	int err;

	cpu_hotplug_disable();
	err = drv_environment_check_cpus(e->config, why);
	if (err) {
		cpu_hotplug_enable();
		return err;
	}
	drv_cpus_note();
	return 0;
}

static void let_cpus(void *data)
{
	cpu_hotplug_enable();
}

/* Cannot be undone, but does no harm: they wait elsewhere from then on. */
static int fetch_cpus(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;

	drv_spin_find(&e->parked);
	return drv_spin_fetch(&e->parked, why);
}

static int lay_out(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;
	u32 max_cpus = drv_cpu_set_end(&e->root->cpus);
	struct jailhouse_header *header = e->memory.map;
	u64 offset;
	int err;

	err = drv_firmware_config_offset(drv_firmware_header(e->image), max_cpus, e->config_size,
					 e->memory.size, &offset, why);
	if (err)
		return err;
	e->console = e->memory.map + drv_firmware_header(e->image)->console_page;
	drv_console_rescue(e->console);
	memset(e->memory.map, 0, e->memory.size);
	memcpy(e->memory.map, e->image->data, e->image->size);
	memcpy(e->memory.map + offset, e->config, e->config_size);
	header->max_cpus = max_cpus;
	header->online_cpus = drv_cpu_set_weight(&e->root->cpus);
	header->rendezvous_ms = drv_switch_rendezvous_ms();
	header->config_size = (u32)e->config_size;
	header->phys_start = e->memory.start;
	BUILD_BUG_ON(JAILHOUSE_CONFIG_MAX_CPUS != BITS_PER_LONG);
	header->parked_cpus = e->parked.bits[0];
	drv_memory_clean(e->memory.map, e->memory.size);
	drv_memory_forget_instructions();
	return 0;
}

/* EL2 may have written with its caches off, and ours may hold what was there before. */
static void take_failure(struct enabling *e, int err, struct jailhouse_reason *why)
{
	drv_memory_clean(e->console, sizeof(*e->console));
	drv_console_begin();
	drv_console_keep(e->console);
	if (err == -EREMCHG) {
		drv.broken = true;
		__module_get(THIS_MODULE);
		return;
	}
	if (e->console->magic == JAILHOUSE_CONSOLE_MAGIC)
		drv_hypercall_failed(e->console, err, 0, why);
}

static int switch_to_el2(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;
	ktime_t start = ktime_get();
	int err;

	down_write(&drv_view);
	err = drv_switch_enter(e->memory.start + drv_firmware_header(e->image)->entry, why);
	e->switch_us = (u64)ktime_us_delta(ktime_get(), start);
	if (err) {
		take_failure(e, err, why);
	} else {
		drv_console_begin();
		drv.config = e->config;
		drv.memory = e->memory;
		drv.core_size = drv_firmware_header(e->image)->core_size;
		drv.console = e->console;
		drv.root = e->root;
		list_add(&e->root->entry, &drv.cells);
		drv.enabled = true;
	}
	up_write(&drv_view);
	return err;
}

/* To sysfs and read() there is no hypervisor any more. Under drv_view. */
static void forget_hypervisor(void)
{
	drv.enabled = false;
	drv_console_keep(drv.console);
	drv.console = NULL;
	list_del_init(&drv.root->entry);
	drv.root = NULL;
}

static int switch_back(struct jailhouse_reason *why)
{
	u32 sequence;
	int err;

	down_write(&drv_view);
	sequence = READ_ONCE(drv.console->reason_seq);
	err = drv_switch_leave(why);
	if (err == -EREMCHG)
		drv.broken = true;
	if (err && !drv.broken)
		drv_hypercall_failed(drv.console, err, sequence, why);
	else
		forget_hypervisor();
	up_write(&drv_view);
	return err;
}

static void undo_switch(void *data)
{
	struct jailhouse_reason why = {};

	if (!switch_back(&why))
		return;
	/* Nothing refuses this while there are no cells; if it does, only a reset helps. */
	down_write(&drv_view);
	if (drv.enabled)
		forget_hypervisor();
	drv.broken = true;
	up_write(&drv_view);
	__module_get(THIS_MODULE);
	pr_crit("EL2 cannot be given back: %s\n", why.text);
}

static int show_root_cell(void *data, struct jailhouse_reason *why)
{
	struct enabling *e = data;
	int err;

	err = drv_sysfs_cell_add(e->root, why);
	if (err)
		return err;
	err = drv_sysfs_core_publish(e->memory.map, drv.core_size, why);
	if (err)
		drv_sysfs_cell_remove(e->root);
	return err;
}

static const struct drv_stage enable_stages[] = {
	{ "config", get_config, put_config },
	{ "environment", check_environment, NULL },
	{ "ram", guard_ram, unguard_ram },
	{ "firmware", get_image, put_image },
	{ "root-cell", make_root_cell, drop_root_cell },
	{ "memory", claim_memory, release_memory },
	{ "hotplug", hold_cpus, let_cpus },
	{ "parked", fetch_cpus, NULL },
	{ "layout", lay_out, NULL },
	{ "switch", switch_to_el2, undo_switch },
	{ "sysfs", show_root_cell, NULL },
};

int drv_enable(const void __user *config, struct jailhouse_reason *why)
{
	struct enabling e = { .source = config };
	int err;

	lockdep_assert_held(&drv_lock);
	if (drv.broken)
		return drv_reason_set(
			why, -EIO,
			"an earlier switch failed half-way (see the kernel log); reset the machine");
	if (drv.enabled)
		return drv_reason_set(
			why, -EBUSY,
			"the hypervisor is enabled already; run `jailhouse disable` first");
	drv_sysfs_core_withdraw();
	err = drv_stages_run(enable_stages, ARRAY_SIZE(enable_stages), &e, why);
	if (err)
		return err;
	cpu_hotplug_enable();
	release_firmware(e.image);
	__module_get(THIS_MODULE);
	drv_pci_add();
	drv_environment_note(why);
	pr_info("enabled on CPUs %*pbl; Linux stood still for %llu us, %llu us of it in EL2\n",
		drv_cpu_set_args(&drv.root->cpus), e.switch_us,
		drv.console->enable_ticks * 1000000 / max(arch_timer_get_cntfrq(), 1u));
	return 0;
}

/* CPUs that will not be online when all cells are gone and have returned theirs. */
static int check_all_cpus(struct jailhouse_reason *why)
{
	struct drv_cpu_set expected = {}, other;
	struct drv_cell *cell;

	list_for_each_entry(cell, &drv.cells, entry)
		drv_cpu_set_or(&expected, &cell->cpus);
	list_for_each_entry(cell, &drv.cells, entry)
		drv_cpu_set_andnot(&expected, &expected, &cell->offlined);
	drv_spin_find(&other);
	drv_cpu_set_andnot(&expected, &expected, &other);
	drv_cpu_set_of(&other, cpu_online_mask);
	if (!drv_cpu_set_andnot(&expected, &expected, &other))
		return 0;
	return drv_reason_set(
		why, -EBUSY,
		"CPUs %*pbl are offline, and every CPU must give EL2 back itself; bring them online first: echo 1 >/sys/devices/system/cpu/cpu%u/online (CPUs of a cell: destroy it before)",
		drv_cpu_set_args(&expected), drv_cpu_set_first(&expected));
}

static int leave_el2(struct jailhouse_reason *why)
{
	int err;

	cpu_hotplug_disable();
	err = check_all_cpus(why);
	if (!err)
		err = switch_back(why);
	cpu_hotplug_enable();
	return err;
}

int drv_disable(unsigned int timeout_ms, struct jailhouse_reason *why)
{
	struct drv_cell *root = drv.root;
	int err;

	lockdep_assert_held(&drv_lock);
	if (drv.broken)
		return drv_reason_set(
			why, -EIO,
			"an earlier switch failed half-way (see the kernel log); reset the machine");
	if (!drv.enabled)
		return drv_reason_set(why, -EINVAL, "the hypervisor is not enabled");
	err = check_all_cpus(why);
	if (!err)
		err = drv_cell_destroy_all(timeout_ms, why);
	if (err)
		return err;
	drv_pci_remove();
	err = leave_el2(why);
	if (err) {
		if (!drv.broken)
			drv_pci_add();
		return err;
	}
	drv_sysfs_cell_remove(root);
	drv_cell_put(root);
	drv_sysfs_core_keep();
	drv_memory_release(&drv.memory);
	drv_ram_unguard();
	kfree(drv.config);
	drv.config = NULL;
	module_put(THIS_MODULE);
	pr_info("disabled; EL2 is as it was\n");
	return 0;
}
