/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hypervisor says: log lines to the UART and the ring that root can
 * read, and the reason that explains a refused management call.
 */
#pragma once

#include <hyp/base.h>
#include <jailhouse/console.h>

/** The page that root may read. */
extern struct jailhouse_console_page console_page;

/** Formats: %s %c %d %u %x %lld %llu %llx %llX, width, 0 and - flags, %%. */
void printk(const char *format, ...) __printf(1, 2);

/** Set the reason for the result `code` and log it. Returns `code`. Only
 *  under the management lock, or while one CPU runs. */
long reason(long code, const char *format, ...) __printf(2, 3);

/* With TRACE_ERROR, also say where in the source the refusal stands. */
#define reason(code, ...)                                                                       \
	({                                                                                      \
		if (IS_ENABLED(CONFIG_TRACE_ERROR))                                             \
			printk("%s:%d: returning error %d\n", __FILE__, __LINE__, (int)(code)); \
		reason((code), __VA_ARGS__);                                                    \
	})

/** One character of a cell's output. */
void console_putc(char c);

/** Mark the page as one that tells something; any CPU, any number of times. */
void console_init(void);

/** Where characters go besides the ring; NULL for none. Set once at enable. */
void console_set_output(void (*putc)(char c));
/** Keep the ring filled (the system flag); before the config is read it is. */
void console_set_ring(bool on);

/** Formatting without output; returns the length without truncation. */
u32 vformat_string(char *buffer, u32 size, const char *format, __builtin_va_list args);
