/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory cells/ in sysfs: a part of drv_sysfs.h that its .c needs.
 */
#pragma once

int drv_sysfs_cell_root_init(void);
void drv_sysfs_cell_root_exit(void);
