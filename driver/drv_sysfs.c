// SPDX-License-Identifier: GPL-2.0
/*
 * The files of /sys/devices/jailhouse itself: is it enabled, pools, console,
 * image. Those of cells are in drv_sysfs_cell.c.
 */
#include "drv_sysfs.h"

#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include <jailhouse/hypercall.h>

#include "drv_console.h"
#include "drv_hypercall.h"
#include "drv_inject.h"
#include "drv_reason.h"
#include "drv_sysfs_cell.h"

static ssize_t enabled_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return sysfs_emit(buffer, "%d\n", READ_ONCE(drv.enabled));
}
static DEVICE_ATTR_RO(enabled);

static ssize_t show_info(char *buffer, u64 type)
{
	long value;

	down_read(&drv_view);
	value = drv_hypercall_query(JAILHOUSE_HC_HYPERVISOR_GET_INFO, type, 0);
	up_read(&drv_view);
	return sysfs_emit(buffer, "%ld\n", max(value, 0L));
}

static ssize_t mem_pool_size_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return show_info(buffer, JAILHOUSE_INFO_MEM_POOL_SIZE);
}
static DEVICE_ATTR_RO(mem_pool_size);

static ssize_t mem_pool_used_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return show_info(buffer, JAILHOUSE_INFO_MEM_POOL_USED);
}
static DEVICE_ATTR_RO(mem_pool_used);

static ssize_t remap_pool_size_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return show_info(buffer, JAILHOUSE_INFO_REMAP_POOL_SIZE);
}
static DEVICE_ATTR_RO(remap_pool_size);

static ssize_t remap_pool_used_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return show_info(buffer, JAILHOUSE_INFO_REMAP_POOL_USED);
}
static DEVICE_ATTR_RO(remap_pool_used);

static ssize_t console_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	ssize_t length = 0;
	u32 tail;

	down_read(&drv_view);
	if (drv.enabled && !SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE(drv.config->flags))
		length = -EPERM;
	else if (drv.enabled)
		length = (ssize_t)drv_console_ring(drv.console, buffer, &tail);
	up_read(&drv_view);
	return length;
}
static DEVICE_ATTR_RO(console);

static ssize_t last_console_show(struct device *dev, struct device_attribute *attr, char *buffer)
{
	return drv_console_show_last(buffer);
}
static DEVICE_ATTR_RO(last_console);

static struct attribute *device_attrs[] = {
	&dev_attr_enabled.attr,         &dev_attr_mem_pool_size.attr,
	&dev_attr_mem_pool_used.attr,   &dev_attr_remap_pool_size.attr,
	&dev_attr_remap_pool_used.attr, &dev_attr_console.attr,
	&dev_attr_last_console.attr,    NULL,
};

static const struct attribute_group device_group = {
	.attrs = device_attrs,
};

/* The image: mapped while enabled, a copy afterwards. Written under drv_lock and drv_view. */
static const void *core_image;
static void *core_copy;
static size_t core_size;
static bool core_file_exists;

static ssize_t core_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			 char *buffer, loff_t offset, size_t count)
{
	ssize_t length = 0;

	down_read(&drv_view);
	if (core_image)
		length = memory_read_from_buffer(buffer, count, &offset, core_image, core_size);
	up_read(&drv_view);
	return length;
}
static BIN_ATTR(core, 0400, core_read, NULL, 0);

static void set_core(const void *image, size_t size)
{
	down_write(&drv_view);
	core_image = image;
	core_size = size;
	up_write(&drv_view);
}

int drv_sysfs_core_publish(const void *image, size_t size, struct jailhouse_reason *why)
{
	int err = drv_inject_alloc() ? -ENOMEM :
				       sysfs_create_bin_file(&drv.device->kobj, &bin_attr_core);

	if (err)
		return drv_reason_set(why, err,
				      "the sysfs file `core` cannot be created (error %d)", err);
	core_file_exists = true;
	set_core(image, size);
	return 0;
}

void drv_sysfs_core_keep(void)
{
	core_copy = drv_inject_vmalloc(core_size);
	if (core_copy)
		memcpy(core_copy, core_image, core_size);
	set_core(core_copy, core_copy ? core_size : 0);
}

void drv_sysfs_core_withdraw(void)
{
	if (core_file_exists)
		sysfs_remove_bin_file(&drv.device->kobj, &bin_attr_core);
	core_file_exists = false;
	set_core(NULL, 0);
	vfree(core_copy);
	core_copy = NULL;
}

int drv_sysfs_init(void)
{
	int err;

	drv.device = root_device_register("jailhouse");
	if (IS_ERR(drv.device))
		return PTR_ERR(drv.device);
	err = sysfs_create_group(&drv.device->kobj, &device_group);
	if (!err)
		err = drv_sysfs_cell_root_init();
	if (err)
		root_device_unregister(drv.device);
	return err;
}

void drv_sysfs_exit(void)
{
	drv_sysfs_core_withdraw();
	drv_sysfs_cell_root_exit();
	root_device_unregister(drv.device);
}
