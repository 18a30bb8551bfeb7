/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting the hypervisor under Linux, and taking it away. Under drv_lock.
 */
#pragma once

#include <jailhouse/ioctl.h>

/** `config`: a system config in user space. All or nothing. */
int drv_enable(const void __user *config, struct jailhouse_reason *why);

/**
 * Destroy all cells, then give EL2 back. Each cell may take `timeout_ms` to
 * agree; 0: as long as it wants. Cells that are gone when a later step is
 * refused stay gone.
 */
int drv_disable(unsigned int timeout_ms, struct jailhouse_reason *why);
