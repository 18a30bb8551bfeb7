/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trapped memory accesses: one decoded access struct, one kind of handler,
 * one table of windows per cell.
 */
#pragma once

#include <hyp/base.h>

struct cell;

/** An access that a cell made, and its result. It starts in the window; a
 *  handler refuses what is unaligned or reaches beyond. */
struct mmio_access {
	/* Offset in the window. */
	u64 offset;
	/* 1, 2, 4 or 8 bytes. */
	u32 size;
	bool write;
	/* To write; or 0 until the handler puts there what was read. */
	u64 value;
};

enum mmio_result {
	MMIO_DONE, /**< performed, or ignored as the device would */
	MMIO_REFUSED, /**< a violation of this cell's rights */
};

typedef enum mmio_result (*mmio_handler)(struct cell *cell, u64 arg, struct mmio_access *access);

struct mmio_window {
	struct range range;
	mmio_handler handler;
	u64 arg;
};

#define MMIO_MAX_WINDOWS 64

/** No overlaps. The first of size 0 ends the list. */
struct mmio_map {
	struct mmio_window windows[MMIO_MAX_WINDOWS + 1];
};

/** -ENOMEM if the map is full, -EINVAL if the window overlaps another. */
int mmio_add(struct mmio_map *map, struct range range, mmio_handler handler, u64 arg) __must_check;

/** The base of a window that no access reaches. */
#define MMIO_NOWHERE BIT(63)

/** A window that its owner may move by its range.base; what was added before it
 *  has precedence. NULL if the map is full. */
struct mmio_window *mmio_append(struct mmio_map *map, struct range range, mmio_handler handler,
				u64 arg);

/** The window that holds `ipa`, or NULL. */
const struct mmio_window *mmio_find(const struct mmio_map *map, u64 ipa);

/** Handler of sub-page regions; arg is the index of the memory region. */
enum mmio_result mmio_subpage(struct cell *cell, u64 region, struct mmio_access *access);
