// SPDX-License-Identifier: GPL-2.0
/*
 * Makes Linux let go of what a cell takes: an access of a driver to a device
 * that is gone would abort in the middle of the kernel. Memory that Linux uses
 * is refused; a device that the cell takes whole is released by its driver,
 * and bound again when the cell is destroyed.
 */
#include "drv_regions.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "drv_inject.h"
#include "drv_owner.h"
#include "drv_reason.h"

/* Devices in one region: more than there are in a page of 512-byte windows. */
#define MAX_DEVICES 64

/* Arm GICv3 (IHI 0069): the distributor's frame, and the two of a redistributor */
#define GICD_SIZE       0x10000
#define GICR_STRIDE     0x20000
#define GICV2_GICD_SIZE 0x1000
#define GICC_SIZE       0x2000

static bool unbind = true;
module_param(unbind, bool, 0644);
MODULE_PARM_DESC(
	unbind,
	"take devices that a cell needs from their drivers in Linux (Y); N: refuse such cells");

struct released_device {
	struct list_head entry;
	struct device *device;
};

static int release_device(struct drv_cell *cell, struct device *device,
			  struct jailhouse_reason *why)
{
	struct released_device *released = drv_inject_kzalloc(sizeof(*released));

	if (!released)
		return drv_reason_set(why, -ENOMEM, "Linux has no memory to release device %s",
				      dev_name(device));
	pr_notice("device %s is taken from driver %s for cell \"%s\"\n", dev_name(device),
		  dev_driver_string(device), cell->name);
	device_release_driver(device);
	released->device = get_device(device);
	list_add(&released->entry, &cell->released);
	return 0;
}

static int refuse(const struct drv_cell *cell, unsigned int index, const char *user,
		  const char *remedy, struct jailhouse_reason *why)
{
	const struct jailhouse_memory *region = &jailhouse_cell_mem_regions(cell->config)[index];

	return drv_reason_set(
		why, -EBUSY,
		"memory region %u (0x%llx, 0x%llx bytes) of cell \"%s\" is in use by %s; %s", index,
		region->phys_start, region->size, cell->name, user, remedy);
}

static int refuse_ram(const struct drv_cell *cell, unsigned int index, const char *user,
		      struct jailhouse_reason *why)
{
	u64 limit =
		drv_owner_mem_parameter(jailhouse_cell_mem_regions(cell->config)[index].phys_start);
	char remedy[96] = "choose memory that Linux does not use";

	if (limit)
		scnprintf(
			remedy, sizeof(remedy),
			"boot Linux with mem=%lluM or less, or choose memory that it does not use",
			limit);
	return refuse(cell, index, user, remedy, why);
}

static bool overlaps(const struct jailhouse_memory *region, u64 start, u64 size)
{
	return region->size && region->phys_start < start + size &&
	       start < region->phys_start + region->size;
}

/* What the hypervisor keeps for itself; it would refuse too, but only after CPUs were taken. */
static const char *never_given(const struct jailhouse_memory *region)
{
	bool v2 = drv.config->platform_info.arm.gic_version == 2;
	u64 gicd = drv.config->platform_info.arm.gicd_base;
	u64 part = v2 ? drv.config->platform_info.arm.gicc_base :
			drv.config->platform_info.arm.gicr_base;

	if (overlaps(region, drv.memory.start, drv.memory.size))
		return "the hypervisor's memory";
	if (overlaps(region, gicd, v2 ? GICV2_GICD_SIZE : GICD_SIZE) ||
	    overlaps(region, part, v2 ? GICC_SIZE : GICR_STRIDE * (u64)num_possible_cpus()))
		return "the interrupt controller, which every cell sees filtered without a region";
	return NULL;
}

static int check_never_given(const struct drv_cell *cell, unsigned int index,
			     struct jailhouse_reason *why)
{
	const struct jailhouse_memory *region = &jailhouse_cell_mem_regions(cell->config)[index];
	const char *what = never_given(region);

	if (!what)
		return 0;
	return drv_reason_set(why, -EINVAL,
			      "memory region %u (0x%llx, 0x%llx bytes) of cell \"%s\" covers %s; "
			      "leave that out of the config",
			      index, region->phys_start, region->size, cell->name, what);
}

/* Returns 1 if the region had a user, which is gone now: there may be another. */
static int free_region(struct drv_cell *cell, unsigned int index, struct jailhouse_reason *why)
{
	const struct jailhouse_memory *region = &jailhouse_cell_mem_regions(cell->config)[index];
	struct device *device = NULL;
	char user[DRV_OWNER_TEXT];
	int err;

	switch (drv_owner_find(region->phys_start, region->size, user, &device)) {
	case DRV_OWNER_NONE:
		return 0;
	case DRV_OWNER_RAM:
		return refuse_ram(cell, index, user, why);
	case DRV_OWNER_DEVICE:
		if (READ_ONCE(unbind))
			err = release_device(cell, device, why);
		else
			err = refuse(cell, index, user,
				     "unbind it, or set the module's parameter `unbind` to Y", why);
		break;
	case DRV_OWNER_DEVICE_PART:
		err = refuse(
			cell, index, user,
			"the region covers only a part of it: take all of it or share it (JAILHOUSE_MEM_ROOTSHARED)",
			why);
		break;
	default:
		return refuse(cell, index, user, "release it there, or share the region", why);
	}
	put_device(device);
	return err ? err : 1;
}

static int free_regions(struct drv_cell *cell, struct jailhouse_reason *why)
{
	const struct jailhouse_memory *regions = jailhouse_cell_mem_regions(cell->config);
	unsigned int devices = 0;
	int result;

	for (unsigned int i = 0; i < cell->config->num_memory_regions; i++) {
		if (regions[i].flags & JAILHOUSE_MEM_COMM_REGION)
			continue;
		result = check_never_given(cell, i, why);
		if (result)
			return result;
		if (regions[i].flags & JAILHOUSE_MEM_ROOTSHARED)
			continue;
		do {
			result = free_region(cell, i, why);
		} while (result > 0 && devices++ < MAX_DEVICES);
		if (result > 0)
			return drv_reason_set(
				why, -EBUSY,
				"cell \"%s\" takes more than %d devices from Linux, or one that Linux binds again at once; unbind them first",
				cell->name, MAX_DEVICES);
		if (result)
			return result;
	}
	return 0;
}

int drv_regions_take(struct drv_cell *cell, struct jailhouse_reason *why)
{
	int err = free_regions(cell, why);

	if (err)
		drv_regions_give_back(cell);
	return err;
}

void drv_regions_give_back(struct drv_cell *cell)
{
	struct released_device *released, *next;

	list_for_each_entry_safe(released, next, &cell->released, entry) {
		if (device_attach(released->device) <= 0)
			pr_warn("device %s finds no driver again; bind it by hand if it is needed\n",
				dev_name(released->device));
		put_device(released->device);
		list_del(&released->entry);
		kfree(released);
	}
}
