/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * /dev/jailhouse: the ioctls of the driver.
 */
#pragma once

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

#include <jailhouse/types.h>

#define JAILHOUSE_CELL_ID_NAMELEN    31
#define JAILHOUSE_CELL_ID_UNUSED     (-1)
/** Most images in one LOAD. */
#define JAILHOUSE_MAX_PRELOAD_IMAGES 64

struct jailhouse_cell_create {
	__u64 config_address;
	__u32 config_size;
	__u32 padding;
};

struct jailhouse_preload_image {
	__u64 source_address;
	__u64 size;
	/** Intermediate physical address in the cell. */
	__u64 target_address;
	__u64 padding;
};

/** Names a cell by id, or by name if id is JAILHOUSE_CELL_ID_UNUSED. */
struct jailhouse_cell_id {
	__s32 id;
	__u32 padding;
	char name[JAILHOUSE_CELL_ID_NAMELEN + 1];
};

struct jailhouse_cell_load {
	struct jailhouse_cell_id cell_id;
	__u32 num_preload_images;
	__u32 padding;
	struct jailhouse_preload_image image[];
};

/** Longest reason text, with its terminating zero. */
#define JAILHOUSE_REASON_TEXT_SIZE 512

/**
 * Why the last failed ioctl on this file descriptor failed. After one that did
 * not fail it may hold a text, too: what its user should know.
 */
struct jailhouse_reason {
	/** The negative errno that it returned; 0 if none failed yet, or with such a text. */
	__s32 code;
	__u32 padding;
	char text[JAILHOUSE_REASON_TEXT_SIZE];
};

#define JAILHOUSE_ENABLE       _IOW(0, 0, void *)
#define JAILHOUSE_DISABLE      _IO(0, 1)
#define JAILHOUSE_CELL_CREATE  _IOW(0, 2, struct jailhouse_cell_create)
#define JAILHOUSE_CELL_LOAD    _IOW(0, 3, struct jailhouse_cell_load)
#define JAILHOUSE_CELL_START   _IOW(0, 4, struct jailhouse_cell_id)
#define JAILHOUSE_CELL_DESTROY _IOW(0, 5, struct jailhouse_cell_id)
/** Ours: reads struct jailhouse_reason. */
#define JAILHOUSE_GET_REASON   _IOR(0, 64, struct jailhouse_reason)

_Static_assert(sizeof(struct jailhouse_cell_create) == 16, "ioctl ABI");
_Static_assert(sizeof(struct jailhouse_cell_id) == 40, "ioctl ABI");
_Static_assert(sizeof(struct jailhouse_preload_image) == 32, "ioctl ABI");
_Static_assert(sizeof(struct jailhouse_cell_load) == 48, "ioctl ABI");
