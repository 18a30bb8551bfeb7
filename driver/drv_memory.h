/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reserved memory: the hypervisor's own, and windows into that of cells.
 */
#pragma once

#include <linux/types.h>

#include <jailhouse/ioctl.h>

#include "drv_state.h"

/** Claim and map hypervisor_memory; -EBUSY if claimed by another, -ENOMEM if not mapped. */
int drv_memory_claim(struct drv_memory *memory, u64 start, u64 size, struct jailhouse_reason *why);

/** Undo it; harmless if nothing was claimed. */
void drv_memory_release(struct drv_memory *memory);

/** Clean and invalidate to the point of coherency; may sleep. */
void drv_memory_clean(const void *start, size_t size);

/** Forget what any CPU fetched as instructions. */
void drv_memory_forget_instructions(void);

/** Copy into physical memory that Linux does not own, and clean it. May sleep. */
int drv_memory_write(u64 phys, const void *data, size_t size, struct jailhouse_reason *why);
