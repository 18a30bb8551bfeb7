/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hypervisor has said: its console ring while it runs, and copies of
 * the page from before.
 */
#pragma once

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <jailhouse/console.h>

/** One open file's place in the log. */
struct drv_console_reader {
	struct mutex lock;
	/** Which log; a new one starts with each enable. */
	u32 log;
	/** Bytes of it that this reader has got or missed. */
	u32 position;
	char text[JAILHOUSE_CONSOLE_RING_SIZE + 64];
};

void drv_console_reader_init(struct drv_console_reader *reader);

/** read() of /dev/jailhouse. */
ssize_t drv_console_read(struct drv_console_reader *reader, char __user *buffer, size_t count,
			 bool nonblocking);

/** The raw ring, oldest byte first; returns its length. Caller holds drv_view. */
size_t drv_console_ring(const struct jailhouse_console_page *page,
			char text[JAILHOUSE_CONSOLE_RING_SIZE], u32 *tail);

/**
 * Before memory is overwritten: if an EL2 image has left its page at `page`,
 * keep it as the last console.
 */
void drv_console_rescue(const struct jailhouse_console_page *page);

/** A new log begins. Caller holds drv_view for writing. */
void drv_console_begin(void);

/** Keep the log of a hypervisor that goes or has failed. Caller holds drv_view for writing. */
void drv_console_keep(const struct jailhouse_console_page *page);

/** The page that drv_console_rescue() kept, as text; for sysfs. */
ssize_t drv_console_show_last(char *buffer);
