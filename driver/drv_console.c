// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the hypervisor's console page, which only EL2 writes; and keeps two
 * copies of such pages: the log that ended last (read() continues with it
 * after disable and after a failed enable), and the one that an attempt found
 * in memory before overwriting it (after a hang and a warm reset that is all
 * there is).
 */
#include "drv_console.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "drv_state.h"

#define POLL_MS       100
/* EL2 is never in the middle of a write for long; a parked CPU may be for ever. */
#define COPY_ATTEMPTS 1000

/* Protected by drv_view. */
static struct jailhouse_console_page kept_page, last_page;
static bool kept_valid, last_valid;
static u32 log_number;

size_t drv_console_ring(const struct jailhouse_console_page *page,
			char text[JAILHOUSE_CONSOLE_RING_SIZE], u32 *tail)
{
	u32 length, start, first;

	for (unsigned int attempt = 0; attempt < COPY_ATTEMPTS; attempt++) {
		*tail = READ_ONCE(page->tail);
		length = min_t(u32, *tail, JAILHOUSE_CONSOLE_RING_SIZE);
		start = (*tail - length) % JAILHOUSE_CONSOLE_RING_SIZE;
		first = min_t(u32, length, JAILHOUSE_CONSOLE_RING_SIZE - start);
		/* Pairs with the writer's barriers around its change of `busy`. */
		smp_rmb();
		memcpy(text, page->content + start, first);
		memcpy(text + first, page->content, length - first);
		smp_rmb();
		if (!READ_ONCE(page->busy) && READ_ONCE(page->tail) == *tail)
			break;
		cpu_relax();
	}
	return length;
}

void drv_console_reader_init(struct drv_console_reader *reader)
{
	mutex_init(&reader->lock);
	reader->log = 0;
	reader->position = 0;
}

/* Fill reader->text with what is new; 0 if nothing is. */
static ssize_t fetch(struct drv_console_reader *reader, size_t count)
{
	const struct jailhouse_console_page *page = drv.enabled ? drv.console : &kept_page;
	u32 tail, held, unread, missed;
	size_t prefix = 0;

	if (drv.enabled && !SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE(drv.config->flags))
		return -EPERM;
	if (!drv.enabled && !kept_valid)
		return 0;
	if (reader->log != log_number) {
		reader->log = log_number;
		reader->position = 0;
	}
	/* The text first stands at the end of the buffer's room for the notice. */
	held = (u32)drv_console_ring(page, reader->text, &tail);
	unread = tail - reader->position;
	if (unread == 0)
		return 0;
	if (unread > held) {
		char notice[64];

		missed = unread - held;
		prefix = (size_t)scnprintf(notice, sizeof(notice),
					   "<missed %u bytes of console log>\n", missed);
		reader->position += missed;
		unread = held;
		if (prefix > count)
			prefix = count;
		memmove(reader->text + prefix, reader->text, held);
		memcpy(reader->text, notice, prefix);
	} else {
		memmove(reader->text, reader->text + held - unread, unread);
	}
	unread = (u32)min_t(size_t, unread, count - prefix);
	reader->position += unread;
	return (ssize_t)(prefix + unread);
}

static ssize_t fetch_locked(struct drv_console_reader *reader, size_t count, bool *enabled)
{
	ssize_t length;

	if (down_read_killable(&drv_view))
		return -EINTR;
	*enabled = drv.enabled;
	length = fetch(reader, count);
	up_read(&drv_view);
	return length;
}

static ssize_t read_locked(struct drv_console_reader *reader, char __user *buffer, size_t count,
			   bool nonblocking)
{
	ssize_t length;
	bool enabled;

	for (;;) {
		length = fetch_locked(reader, count, &enabled);
		if (length < 0)
			return length;
		if (length > 0)
			break;
		if (nonblocking)
			return enabled ? 0 : -EAGAIN;
		if (msleep_interruptible(POLL_MS) || signal_pending(current))
			return -EINTR;
	}
	return copy_to_user(buffer, reader->text, (size_t)length) ? -EFAULT : length;
}

ssize_t drv_console_read(struct drv_console_reader *reader, char __user *buffer, size_t count,
			 bool nonblocking)
{
	ssize_t length;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&reader->lock))
		return -EINTR;
	length = read_locked(reader, buffer, count, nonblocking);
	mutex_unlock(&reader->lock);
	return length;
}

void drv_console_rescue(const struct jailhouse_console_page *page)
{
	down_write(&drv_view);
	if (READ_ONCE(page->magic) == JAILHOUSE_CONSOLE_MAGIC) {
		memcpy(&last_page, page, sizeof(last_page));
		last_valid = true;
	}
	up_write(&drv_view);
}

void drv_console_begin(void)
{
	lockdep_assert_held_write(&drv_view);
	log_number++;
	kept_valid = false;
}

void drv_console_keep(const struct jailhouse_console_page *page)
{
	lockdep_assert_held_write(&drv_view);
	memcpy(&kept_page, page, sizeof(kept_page));
	/* Nobody writes the copy, whatever its writer was doing. */
	kept_page.busy = 0;
	kept_valid = true;
}

ssize_t drv_console_show_last(char *buffer)
{
	size_t length = 0;
	u32 tail;

	down_read(&drv_view);
	if (last_valid) {
		last_page.busy = 0;
		length = drv_console_ring(&last_page, buffer, &tail);
		if (last_page.reason_seq && last_page.reason[0])
			length += (size_t)scnprintf(buffer + length, PAGE_SIZE - length,
						    "<last error %d: %.*s>\n",
						    last_page.reason_code,
						    JAILHOUSE_REASON_SIZE - 1, last_page.reason);
	}
	up_read(&drv_view);
	return (ssize_t)length;
}
