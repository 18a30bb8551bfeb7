/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core asks of the architecture about memory: EL2's own map, and the
 * upkeep of TLBs and caches.
 */
#pragma once

#include <hyp/base.h>

/** Where the hypervisor's memory appears in EL2. */
void *hyp_pa_to_va(pa_t pa);
pa_t hyp_va_to_pa(const void *va);

/** Most bytes that map_temporary() shows at once. */
#define TEMPORARY_SIZE (64 * PAGE_SIZE)

/**
 * Show [pa, pa + size) of foreign memory to this CPU until the next call.
 * The range may start anywhere; with its offset in the first page it must not
 * exceed TEMPORARY_SIZE. Normal cacheable, read and write, never executable.
 */
void *map_temporary(pa_t pa, u64 size);

/** The same for device registers (Device-nGnRE). */
volatile void *map_temporary_device(pa_t pa, u64 size);

/** Show nothing any more: cell memory stays mapped no longer than it is used,
 *  so that no speculative access can bring it into the caches. */
void unmap_temporary(void);

/** Map device registers for all CPUs, at enable only; NULL if out of space. */
volatile void *map_device(pa_t pa, u64 size);

/** Pages that map_device() can map, and has mapped. */
u32 remap_pool_size(void);
u32 remap_pool_used(void);

/** Drop all stage 1 and stage 2 TLB entries of `vmid` on all CPUs. */
void tlb_flush_vmid(u16 vmid);

/** Make table writes visible to table walkers before what follows. */
void table_sync(void);

/** Clean and invalidate [va, va + size) to the point of coherency. */
void cache_flush(const void *va, u64 size);

/** Clean and invalidate, and zero first if asked, foreign memory. */
void memory_flush(pa_t pa, u64 size, bool zero);
