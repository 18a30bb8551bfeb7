// SPDX-License-Identifier: GPL-2.0
/*
 * Loads images into cells, and keeps a copy of each, since a cell that resets
 * itself wants to find its memory as it was at its start.
 *
 * The copies that belong to one start: all that was loaded since the cell was
 * last created, shut down, or loaded after it had been started.
 */
#include "drv_images.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "drv_hypercall.h"
#include "drv_inject.h"
#include "drv_memory.h"
#include "drv_reason.h"

struct drv_image {
	struct list_head entry;
	/* In the cell's address space, and the physical memory behind it. */
	u64 target;
	u64 phys;
	u64 size;
	void *data;
};

#define LOADABLE (JAILHOUSE_MEM_LOADABLE | JAILHOUSE_MEM_WRITE)

static bool is_loadable(const struct jailhouse_memory *region)
{
	return (region->flags & LOADABLE) == LOADABLE;
}

static bool holds(const struct jailhouse_memory *region, u64 start, u64 size)
{
	return start >= region->virt_start && start - region->virt_start <= region->size &&
	       size <= region->size - (start - region->virt_start);
}

static const struct jailhouse_memory *find_region(const struct drv_cell *cell, u64 start, u64 size)
{
	const struct jailhouse_memory *regions = jailhouse_cell_mem_regions(cell->config);

	for (unsigned int i = 0; i < cell->config->num_memory_regions; i++)
		if (is_loadable(&regions[i]) && holds(&regions[i], start, size))
			return &regions[i];
	return NULL;
}

static int refuse_target(const struct drv_cell *cell, unsigned int number,
			 const struct jailhouse_preload_image *image, struct jailhouse_reason *why)
{
	const struct jailhouse_memory *regions = jailhouse_cell_mem_regions(cell->config);
	const char *separator = " ";

	drv_reason_set(
		why, -EINVAL,
		"image %u (0x%llx bytes at 0x%llx) does not lie inside one loadable region of cell \"%s\", which are:",
		number, image->size, image->target_address, cell->name);
	for (unsigned int i = 0; i < cell->config->num_memory_regions; i++) {
		if (!is_loadable(&regions[i]) || !regions[i].size)
			continue;
		drv_reason_append(why, "%s0x%llx-0x%llx", separator, regions[i].virt_start,
				  regions[i].virt_start + regions[i].size - 1);
		separator = ", ";
	}
	if (*separator == ' ')
		drv_reason_append(why, " none; give a region JAILHOUSE_MEM_LOADABLE and _WRITE");
	return -EINVAL;
}

static void free_image(struct drv_image *image)
{
	list_del(&image->entry);
	vfree(image->data);
	kfree(image);
}

static void free_images(struct list_head *images)
{
	struct drv_image *image, *next;

	list_for_each_entry_safe(image, next, images, entry)
		free_image(image);
}

void drv_images_drop(struct drv_cell *cell)
{
	free_images(&cell->images);
}

/* Copy one image behind `images`. */
static int fetch_image(const struct drv_cell *cell, unsigned int number,
		       const struct jailhouse_preload_image *source, struct list_head *images,
		       struct jailhouse_reason *why)
{
	const struct jailhouse_memory *region;
	struct drv_image *image;

	if (!source->size)
		return 0;
	region = find_region(cell, source->target_address, source->size);
	if (!region)
		return refuse_target(cell, number, source, why);
	image = drv_inject_kzalloc(sizeof(*image));
	if (!image)
		goto no_memory;
	image->target = source->target_address;
	image->phys = region->phys_start + (source->target_address - region->virt_start);
	image->size = source->size;
	INIT_LIST_HEAD(&image->entry);
	image->data = drv_inject_vmalloc(image->size);
	if (!image->data) {
		free_image(image);
		goto no_memory;
	}
	if (copy_from_user(image->data, u64_to_user_ptr(source->source_address), image->size)) {
		free_image(image);
		return drv_reason_set(
			why, -EFAULT,
			"image %u cannot be read: 0x%llx bytes at address 0x%llx are not all mapped",
			number, source->size, source->source_address);
	}
	list_add_tail(&image->entry, images);
	return 0;

no_memory:
	return drv_reason_set(why, -ENOMEM, "Linux has no memory for image %u (0x%llx bytes)",
			      number, source->size);
}

static int fetch_images(const struct drv_cell *cell,
			const struct jailhouse_preload_image __user *source, u32 count,
			struct list_head *images, struct jailhouse_reason *why)
{
	struct jailhouse_preload_image one;
	int err = 0;

	if (count > JAILHOUSE_MAX_PRELOAD_IMAGES)
		return drv_reason_set(
			why, -E2BIG,
			"%u images in one request are more than the %d that are possible; load the rest with another",
			count, JAILHOUSE_MAX_PRELOAD_IMAGES);
	for (u32 i = 0; i < count && !err; i++) {
		if (copy_from_user(&one, &source[i], sizeof(one)))
			err = drv_reason_set(why, -EFAULT,
					     "the description of image %u cannot be read", i);
		else
			err = fetch_image(cell, i, &one, images, why);
	}
	return err;
}

static int write_images(const struct list_head *images, struct jailhouse_reason *why)
{
	const struct drv_image *image;
	int err = 0;

	list_for_each_entry(image, images, entry) {
		err = drv_memory_write(image->phys, image->data, image->size, why);
		if (err)
			break;
	}
	return err;
}

static int set_loadable(struct drv_cell *cell, unsigned int timeout_ms,
			struct jailhouse_reason *why)
{
	return drv_hypercall_manage(JAILHOUSE_HC_CELL_SET_LOADABLE, cell->id, timeout_ms, why);
}

/* What `fresh` overwrites entirely need not be kept. */
static void keep(struct drv_cell *cell, struct list_head *fresh)
{
	struct drv_image *old, *next;
	const struct drv_image *image;

	list_for_each_entry(image, fresh, entry)
		list_for_each_entry_safe(old, next, &cell->images, entry)
			if (old->target >= image->target &&
			    old->target + old->size <= image->target + image->size)
				free_image(old);
	list_splice_tail_init(fresh, &cell->images);
}

bool drv_images_missing(const struct drv_cell *cell)
{
	const struct jailhouse_memory *region = jailhouse_cell_mem_regions(cell->config);

	for (u32 i = 0; i < cell->config->num_memory_regions && !cell->loaded; i++)
		if (is_loadable(&region[i]))
			return true;
	return false;
}

int drv_images_load(struct drv_cell *cell, const struct jailhouse_preload_image __user *source,
		    u32 count, struct jailhouse_reason *why)
{
	LIST_HEAD(fresh);
	char prefix[80];
	int err;

	lockdep_assert_held(&drv_lock);
	err = fetch_images(cell, source, count, &fresh, why);
	if (err)
		goto out;
	err = set_loadable(cell, 0, why);
	if (err) {
		scnprintf(prefix, sizeof(prefix), "cell \"%s\" cannot be stopped", cell->name);
		drv_reason_prefix(why, prefix);
		goto out;
	}
	if (cell->started || !count)
		drv_images_drop(cell);
	cell->started = false;
	cell->restarting = false;
	err = write_images(&fresh, why);
	if (!err) {
		cell->loaded |= !list_empty(&fresh);
		keep(cell, &fresh);
	}
out:
	free_images(&fresh);
	return err;
}

int drv_images_reload(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why)
{
	int err;

	lockdep_assert_held(&drv_lock);
	err = set_loadable(cell, timeout_ms, why);
	return err ? err : write_images(&cell->images, why);
}
