/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory regions that a cell takes, as Linux sees them. Under drv_lock.
 */
#pragma once

#include <jailhouse/ioctl.h>

#include "drv_state.h"

/**
 * See that Linux uses nothing of what the cell takes; devices that are taken
 * whole lose their driver. On failure they have it again.
 */
int drv_regions_take(struct drv_cell *cell, struct jailhouse_reason *why);

/** Give the devices their drivers again. */
void drv_regions_give_back(struct drv_cell *cell);
