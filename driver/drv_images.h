/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is loaded into cells. All under drv_lock.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>

#include <jailhouse/ioctl.h>

#include "drv_state.h"

/**
 * Stop the cell, make its loadable regions writable and write `count` images
 * whose descriptions are in user space. None: just stop it. Images that do
 * not fit change nothing, not even the cell's state.
 */
int drv_images_load(struct drv_cell *cell, const struct jailhouse_preload_image __user *source,
		    u32 count, struct jailhouse_reason *why);

/** The cell has loadable regions, and no image was loaded since its creation. */
bool drv_images_missing(const struct drv_cell *cell);

/** Stop the cell and write the kept images anew, for a restart. */
int drv_images_reload(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why);

/** Forget the kept images. */
void drv_images_drop(struct drv_cell *cell);
