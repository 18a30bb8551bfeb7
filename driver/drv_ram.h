/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All memory that Linux uses must be root's: its first access to other memory
 * would be its last.
 */
#pragma once

/* Before <jailhouse/...>, which defines ARRAY_SIZE where nobody has. */
#include <linux/kernel.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>

/**
 * Refuses a system config that leaves out some of it (but for pages with the
 * release addresses of a spin-table), and from then on memory that would come
 * online elsewhere. Ends with drv_ram_unguard(), which `config`
 * must survive.
 */
int drv_ram_guard(const struct jailhouse_system *config, struct jailhouse_reason *why);
void drv_ram_unguard(void);

int drv_ram_init(void);
void drv_ram_exit(void);
