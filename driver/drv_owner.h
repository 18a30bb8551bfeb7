/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who in this Linux uses a range of physical addresses.
 */
#pragma once

#include <linux/device.h>
#include <linux/types.h>

/** Longest description of a user. */
#define DRV_OWNER_TEXT 160

enum drv_owner {
	DRV_OWNER_NONE,
	/** Linux' own memory. */
	DRV_OWNER_RAM,
	/** A device with a driver. */
	DRV_OWNER_DEVICE,
	/** The same, but its registers reach beyond the range. */
	DRV_OWNER_DEVICE_PART,
	/** A range that somebody claimed. */
	DRV_OWNER_RANGE,
};

/**
 * Find a user of [start, start + size); `text` describes it. If it is a device
 * and `device` is given, *device is it, to be released with put_device().
 */
enum drv_owner drv_owner_find(u64 start, u64 size, char text[DRV_OWNER_TEXT],
			      struct device **device);

/** The N of mem=NM that keeps Linux below `limit`; 0 if that cannot be. */
u64 drv_owner_mem_parameter(u64 limit);
