/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device file /dev/jailhouse.
 */
#pragma once

#include <linux/device.h>

int drv_file_init(void);
void drv_file_exit(void);

/** The misc device. */
struct device *drv_file_device(void);
