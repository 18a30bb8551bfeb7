/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: spinlocks. Most tests have one thread, so a lock that is
 * held is never released: waiting for one fails the test. So does giving up a
 * lock that nobody holds.
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

void fake_not_locked(const u32 *lock);

static inline void spin_unlock(u32 *lock)
{
	if (!__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE))
		fake_not_locked(lock);
}
