/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spinlocks: a u32 that is 0 when free. Only once EL2's own map is on, since
 * exclusives need Normal cacheable memory.
 *
 * Order of locks: management lock (cell.c), then a CPU's kick_lock, then the
 * lock of a link (ivshmem.c), then the distributor lock (gic_dist.c), then the
 * console lock (console.c). Nobody waits for another CPU while holding one of
 * the last four, so that every wait is bounded by a few instructions of others.
 */
#pragma once

#include <hyp/base.h>

static inline bool spin_trylock(u32 *lock)
{
	return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0;
}

void spin_wait_lock(u32 *lock);

static inline void spin_lock(u32 *lock)
{
	if (!spin_trylock(lock))
		spin_wait_lock(lock);
}

static inline void spin_unlock(u32 *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}
