/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log lines, the ring that root reads, and reasons. Formatting is in
 * format.c. Not here: any UART.
 */
#include <hyp/printk.h>

#include <arch/barrier.h>
#include <arch/spinlock.h>
#include <hyp/cpu.h>
#include <hyp/string.h>

struct jailhouse_console_page console_page
	__attribute__((aligned(PAGE_SIZE), section(".bss.console")));

/* Protects the ring and keeps lines whole. */
static u32 console_lock;
static void (*output)(char c);
static bool ring_on = true;

void console_init(void)
{
	console_page.magic = JAILHOUSE_CONSOLE_MAGIC;
}

void console_set_output(void (*putc)(char c))
{
	output = putc;
}

void console_set_ring(bool on)
{
	ring_on = on;
}

/* The reader's partner of both barriers is in the driver's console.c. */
static void ring_write(const char *text, u32 length)
{
	u32 tail = console_page.tail;

	*(volatile u32 *)&console_page.busy = 1;
	dmb_ishst();
	for (u32 i = 0; i < length; i++)
		console_page.content[tail++ % JAILHOUSE_CONSOLE_RING_SIZE] = text[i];
	console_page.tail = tail;
	dmb_ishst();
	*(volatile u32 *)&console_page.busy = 0;
}

static void write_text(const char *text, u32 length)
{
	spin_lock(&console_lock);
	if (ring_on)
		ring_write(text, length);
	if (output && IS_ENABLED(CONFIG_LOG_TO_UART))
		for (u32 i = 0; i < length; i++) {
			if (text[i] == '\n')
				output('\r');
			output(text[i]);
		}
	spin_unlock(&console_lock);
}

void printk(const char *format, ...)
{
	char line[256];
	__builtin_va_list args;
	u32 length;

	__builtin_va_start(args, format);
	length = vformat_string(line, sizeof(line), format, args);
	__builtin_va_end(args);
	write_text(line, MIN(length, (u32)sizeof(line) - 1));
}

void console_putc(char c)
{
	write_text(&c, 1);
}

long(reason)(long code, const char *format, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, format);
	vformat_string(console_page.reason, JAILHOUSE_REASON_SIZE, format, args);
	__builtin_va_end(args);
	console_page.reason_code = (s32)code;
	dmb_ishst();
	console_page.reason_seq++;
	printk("Refused (%lld): %s\n", (s64)code, console_page.reason);
	return code;
}
