/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cells: the registry, and their lives from create to destroy. All under
 * drv_lock. What a cell is: struct drv_cell in drv_state.h.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>

#include "drv_state.h"

/**
 * A new object for a checked config, which must outlive it if it is the root
 * cell's and belongs to it otherwise. NULL: -ENOMEM.
 */
struct drv_cell *drv_cell_new(struct jailhouse_cell_desc *config, struct jailhouse_reason *why);

/** Drop a reference; sysfs may hold others. */
void drv_cell_put(struct drv_cell *cell);

/** Find a cell other than root. -ENOENT, -EINVAL; the latter also if not enabled. */
int drv_cell_find(const struct jailhouse_cell_id *id, struct drv_cell **cell,
		  struct jailhouse_reason *why);

/** `config`: `size` bytes in user space. All or nothing. */
int drv_cell_create(const void __user *config, size_t size, struct jailhouse_reason *why);

/** Waits for an answer of the cell as long as `timeout_ms`; 0: until killed. */
int drv_cell_start(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why);
int drv_cell_destroy(struct drv_cell *cell, unsigned int timeout_ms, struct jailhouse_reason *why);

/** All but root, youngest first, until one refuses. */
int drv_cell_destroy_all(unsigned int timeout_ms, struct jailhouse_reason *why);
