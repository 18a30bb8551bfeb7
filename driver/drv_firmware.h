/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypervisor's image, jailhouse.bin.
 */
#pragma once

#include <linux/firmware.h>

#include <jailhouse/header.h>
#include <jailhouse/ioctl.h>

/** Load the image and check its header; release_firmware() it afterwards. */
int drv_firmware_get(const struct firmware **image, struct jailhouse_reason *why);

/** The header of an image that drv_firmware_get() accepted. */
static inline const struct jailhouse_header *drv_firmware_header(const struct firmware *image)
{
	return (const struct jailhouse_header *)image->data;
}

/**
 * Where the system config lies behind image and per-CPU areas, if all fits
 * `memory_size` with at least a page to spare; else -EINVAL.
 */
int drv_firmware_config_offset(const struct jailhouse_header *header, u32 max_cpus, u64 config_size,
			       u64 memory_size, u64 *offset, struct jailhouse_reason *why);
