/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the driver knows while it runs, and the locks that protect it.
 *
 * Lock order, outermost first:
 *
 *	drv_file.read_lock	one reader of the console per open file (drv_console.c)
 *	drv_lock		every change of state: enable, disable, cells, restarts
 *	  CPU hotplug		cpu_hotplug_disable(), add_cpu(), remove_cpu() in a worker, which
 *				itself never takes drv_lock
 *	  sysfs			adding and removing entries waits for their readers
 *	drv_view		what readers of sysfs and console see; written under drv_lock
 *	  stop_machine()
 *	guard_lock		whose memory may come online (drv_ram.c); also under the locks of
 *				memory hotplug, which holds that of CPU hotplug
 *	spinlocks		offline jobs, reasons of open files, faults; innermost
 *
 * So a sysfs attribute must never take drv_lock, and nobody may add or remove
 * a sysfs entry while holding drv_view.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>

#include <jailhouse/config-check.h>
#include <jailhouse/console.h>

#include "drv_cpu_set.h"

struct drv_images;
struct drv_stats;
struct drv_channel;

/** The hypervisor's reserved memory, claimed and mapped; drv_memory.c. */
struct drv_memory {
	u64 start;
	u64 size;
	void *map;
};

/** A cell, the root cell too. Lives as long as its kobject. */
struct drv_cell {
	struct kobject kobj;
	struct list_head entry;
	u32 id;
	char name[JAILHOUSE_CELL_NAME_MAXLEN + 1];
	/** The config as the hypervisor got it; the root cell's is part of drv.config. */
	struct jailhouse_cell_desc *config;
	/** Changes under drv_lock and drv_view. */
	struct drv_cpu_set cpus;
	/** CPUs that the driver took offline for this cell. */
	struct drv_cpu_set offlined;
	/** An image was loaded since the cell was created. */
	bool loaded;
	/** Started since the last load. */
	bool started;
	/** A restart was begun and is not complete. */
	bool restarting;
	/** What was loaded, for restarts: list of struct drv_image. */
	struct list_head images;
	/** Devices that lost their driver to this cell; drv_regions.c. */
	struct list_head released;
	/** sysfs: the directory statistics/ and its cpu<n>/ */
	struct drv_stats *stats;
	struct drv_stats *cpu_stats[JAILHOUSE_CONFIG_MAX_CPUS];
	/** The directory channels/, and those in it. */
	struct drv_channel *channels;
	struct drv_channel **channel;
	unsigned int num_channels;
};

struct drv_state {
	/** /sys/devices/jailhouse */
	struct device *device;
	bool enabled;
	/** CPUs disagreed about a switch: nothing works until a reset. */
	bool broken;
	struct jailhouse_system *config;
	struct drv_memory memory;
	/** Bytes of the image with its zeroed part. */
	u64 core_size;
	const struct jailhouse_console_page *console;
	/** All cells by id; the first is the root cell. */
	struct list_head cells;
	struct drv_cell *root;
};

extern struct drv_state drv;
extern struct mutex drv_lock;
extern struct rw_semaphore drv_view;
