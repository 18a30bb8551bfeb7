/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool of pages: what is left of the hypervisor's memory. There is no
 * heap. Pages are zeroed when they are handed out. Only management calls
 * allocate, under the management lock, or before other CPUs run.
 */
#pragma once

#include <hyp/base.h>

/** Give the pool its memory: `pages` pages at `base`, `bitmap` bytes zeroed. */
void page_pool_init(void *base, u32 pages);

/** `count` contiguous zeroed pages, the first aligned to `align` pages (a
 *  power of two); NULL if there are none. */
void *page_alloc(u32 count, u32 align);
void page_free(void *page, u32 count);

u32 page_pool_size(void);
u32 page_pool_used(void);

/** Make the allocation after the next `n` fail, for tests; -1 never. */
void page_alloc_fail_after(int n);
