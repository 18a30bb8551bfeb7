/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configs on their way from user space: read once, checked once.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>
#include <linux/types.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>

/**
 * Copy a system config, whose size only its own header tells. On success
 * *size bytes at *config, to be freed with kfree(), which keep all rules.
 */
int drv_config_get_system(const void __user *source, struct jailhouse_system **config, size_t *size,
			  struct jailhouse_reason *why);

/** The same for a cell config of a given size, before it has an id. */
int drv_config_get_cell(const void __user *source, size_t size, struct jailhouse_cell_desc **config,
			struct jailhouse_reason *why);
