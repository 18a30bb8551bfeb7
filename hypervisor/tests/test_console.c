/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formatting, the console ring with its busy protocol, and reasons.
 */
#include "fake.h"

#include <hyp/printk.h>

#include <stdlib.h>
#include <string.h>

static u32 format_string(char *buffer, u32 size, const char *format, ...)
{
	__builtin_va_list args;
	u32 length;

	__builtin_va_start(args, format);
	length = vformat_string(buffer, size, format, args);
	__builtin_va_end(args);
	return length;
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	console_page.magic = 0;
	return 0;
}

/* --- format ------------------------------------------------------------------------------------------ */

#define FORMATS(expected, ...)                                                   \
	do {                                                                     \
		char text[256];                                                  \
                                                                                 \
		assert_int_equal(format_string(text, sizeof(text), __VA_ARGS__), \
				 strlen(expected));                              \
		assert_string_equal(text, expected);                             \
	} while (0)

static void test_format(void **state)
{
	(void)state;
	FORMATS("", "%s", "");
	FORMATS("a b %", "%s %c %%", "a", 'b');
	FORMATS("0 1 -1 2147483647 -2147483648", "%d %d %d %d %d", 0, 1, -1, 2147483647,
		(int)0x80000000);
	FORMATS("0 4294967295", "%u %u", 0u, ~0u);
	FORMATS("0 dead ffffffff", "%x %x %x", 0u, 0xdeadu, ~0u);
	FORMATS("18446744073709551615", "%llu", ~0ULL);
	FORMATS("ffffffffffffffff", "%llx", ~0ULL);
	FORMATS("-9223372036854775808", "%lld", (s64)BIT(63));
	FORMATS("9223372036854775807", "%lld", (s64)(BIT(63) - 1));
	FORMATS("[   42] [42   ] [00042] [-0042]", "[%5d] [%-5d] [%05d] [%05d]", 42, 42, 42, -42);
	FORMATS("[  ab] [ab  ]", "[%4s] [%-4s]", "ab", "ab");
	FORMATS("[       42] [                 42]", "[%9d] [%19d]", 42, 42);
	FORMATS("[-42] [0]", "[%0d] [%0d]", -42, 0);
	FORMATS("0x000000000000beef", "0x%016llx", 0xbeefULL);
	FORMATS("123456", "%3d", 123456);
}

/* Never beyond the buffer, always with an end, and the length that it would
 * have. ASan watches the bytes around. */
static void test_format_truncates(void **state)
{
	(void)state;
	for (u32 size = 0; size < 16; size++) {
		char *text = malloc(size ? size : 1);

		text[0] = '#';
		assert_int_equal(format_string(text, size, "%s-%04d", "hello", 42), 10);
		if (size == 0)
			assert_int_equal(text[0], '#');
		else
			assert_int_equal(strlen(text), MIN(10u, size - 1));
		assert_int_equal(strncmp(text, "hello-0042", size ? size - 1 : 0), 0);
		free(text);
	}
}

/* Formats that end in the middle of a conversion come to an end, too. */
static void test_format_unfinished(void **state)
{
	static const char *const formats[] = { "abc%", "abc%-", "abc%0", "abc%12", "abc%ll" };
	char text[32];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(formats); i++) {
		const char *volatile format = formats[i];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		assert_int_equal(format_string(text, sizeof(text), format), 3);
#pragma GCC diagnostic pop
		assert_string_equal(text, "abc");
	}
}

/* Against the C library, for what both know. */
static void test_format_random(void **state)
{
	static const char *const formats[] = { "%lld",    "%llu",    "%llx",  "%20lld", "%-20lldx",
					       "%020llu", "%016llx", "%1llx", "%-3llu|" };

	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 20000; round++) {
		const char *format = formats[fake_random_below(ARRAY_SIZE(formats))];
		u64 value = fake_random() >> fake_random_below(64);
		char ours[64], theirs[64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		assert_int_equal(format_string(ours, sizeof(ours), format, value),
				 snprintf(theirs, sizeof(theirs), format, value));
#pragma GCC diagnostic pop
		assert_string_equal(ours, theirs);
	}
}

/* --- ring -------------------------------------------------------------------------------------------- */

/* What a reader sees that starts `back` bytes before the end. */
static const char *ring_tail(u32 back)
{
	static char text[JAILHOUSE_CONSOLE_RING_SIZE + 1];

	for (u32 i = 0; i < back; i++)
		text[i] = console_page.content[(console_page.tail - back + i) %
					       JAILHOUSE_CONSOLE_RING_SIZE];
	text[back] = 0;
	return text;
}

static void test_ring(void **state)
{
	(void)state;
	printk("hello %d\n", 42);
	assert_int_equal(console_page.tail, 9);
	assert_string_equal(ring_tail(9), "hello 42\n");
	assert_int_equal(console_page.busy, 0);
	console_putc('x');
	assert_int_equal(console_page.tail, 10);
	assert_string_equal(ring_tail(4), "42\nx");
}

static void test_ring_wraps(void **state)
{
	static char expected[5000];
	u32 length = 0;

	(void)state;
	/* Lines of all lengths, over the end many times and at every offset. */
	for (u32 i = 0; i < 3000; i++) {
		char line[64];
		u32 n = (u32)snprintf(line, sizeof(line), "%0*u\n", (int)(i % 40) + 1, i);

		printk("%s", line);
		memmove(expected, expected + n, sizeof(expected) - n);
		memcpy(expected + sizeof(expected) - n, line, n);
		length += n;
		assert_int_equal(console_page.tail, length);
		if (length >= JAILHOUSE_CONSOLE_RING_SIZE)
			assert_memory_equal(ring_tail(JAILHOUSE_CONSOLE_RING_SIZE),
					    expected + sizeof(expected) -
						    JAILHOUSE_CONSOLE_RING_SIZE,
					    JAILHOUSE_CONSOLE_RING_SIZE);
	}
	/* Nothing was written behind the ring. */
	for (u32 i = 0; i < sizeof(console_page.reserved0); i++)
		assert_int_equal(console_page.reserved0[i], 0);
}

/* The count of all bytes wraps at 2^32, in the middle of a line. */
static void test_tail_wraps(void **state)
{
	(void)state;
	console_page.tail = 0xfffffffc;
	printk("12345678");
	assert_int_equal(console_page.tail, 4);
	assert_memory_equal(console_page.content, "5678", 4);
	assert_memory_equal(console_page.content + JAILHOUSE_CONSOLE_RING_SIZE - 4, "1234", 4);
}

static void test_long_line(void **state)
{
	static char text[1000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	printk("%s", text);
	/* Cut, and nothing but its own characters. */
	assert_in_range(console_page.tail, 200, 999);
	assert_null(strpbrk(ring_tail(console_page.tail), "\n%"));
	assert_int_equal(strspn(ring_tail(console_page.tail), "a"), console_page.tail);
}

/* A reader copies, and repeats while `busy` was set or `tail` moved. So busy is
 * set, visibly, before the first byte, and cleared after the last. */
static u32 stage;

static void at_barrier(void)
{
	stage++;
	if (stage == 1) {
		assert_int_equal(console_page.busy, 1);
		assert_int_equal(console_page.tail, 0);
		assert_int_equal(console_page.content[0], 0);
	} else if (stage == 2) {
		assert_int_equal(console_page.busy, 1);
		assert_int_equal(console_page.tail, 3);
		assert_memory_equal(console_page.content, "abc", 3);
	}
}

static void test_busy_protocol(void **state)
{
	(void)state;
	stage = 0;
	fake_on_barrier = at_barrier;
	printk("abc");
	fake_on_barrier = NULL;
	assert_int_equal(stage, 2);
	assert_int_equal(console_page.busy, 0);
	for (u32 i = 0; i < 2; i++)
		assert_string_equal(fake_event(EV_BARRIER, i)->name, "dmb ishst");
}

static void test_ring_off(void **state)
{
	(void)state;
	console_set_ring(false);
	printk("secret");
	console_putc('x');
	assert_int_equal(console_page.tail, 0);
	console_set_ring(true);
	printk("x");
	assert_int_equal(console_page.tail, 1);
}

static char uart[100];
static u32 uart_length;

static void uart_putc(char c)
{
	assert_true(uart_length < sizeof(uart));
	uart[uart_length++] = c;
}

static void test_output(void **state)
{
	(void)state;
	uart_length = 0;
	console_set_output(uart_putc);
	printk("a\nb\n");
	/* A UART wants CR before LF, the ring does not. */
	assert_int_equal(uart_length, 6);
	assert_memory_equal(uart, "a\r\nb\r\n", 6);
	assert_string_equal(ring_tail(4), "a\nb\n");
	/* Also with the ring off. */
	console_set_ring(false);
	printk("c");
	assert_int_equal(uart_length, 7);
}

static void test_magic(void **state)
{
	(void)state;
	console_init();
	assert_int_equal(console_page.magic, JAILHOUSE_CONSOLE_MAGIC);
}

/* --- reasons ----------------------------------------------------------------------------------------- */

static void test_reason(void **state)
{
	u32 sequence = console_page.reason_seq;

	(void)state;
	assert_int_equal(reason(-EBUSY, "CPU %u of \"%s\"", 3, "cell"), -EBUSY);
	assert_string_equal(console_page.reason, "CPU 3 of \"cell\"");
	assert_int_equal(console_page.reason_code, -EBUSY);
	assert_int_equal(console_page.reason_seq, sequence + 1);
	assert_non_null(strstr(ring_tail(console_page.tail), "CPU 3 of \"cell\""));
}

static void test_long_reason(void **state)
{
	static char text[1000];
	u32 sequence = console_page.reason_seq;

	(void)state;
	memset(text, 'b', sizeof(text) - 1);
	reason(-EIO, "%s", text);
	assert_int_equal(strlen(console_page.reason), JAILHOUSE_REASON_SIZE - 1);
	assert_int_equal(console_page.reason_seq, sequence + 1);
	for (u32 i = 0; i < sizeof(console_page.reserved1); i++)
		assert_int_equal(console_page.reserved1[i], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(format),
		TEST(format_truncates),
		TEST(format_unfinished),
		TEST(format_random),
		TEST(ring),
		TEST(ring_wraps),
		TEST(tail_wraps),
		TEST(long_line),
		TEST(busy_protocol),
		TEST(ring_off),
		TEST(output),
		TEST(magic),
		TEST(reason),
		TEST(long_reason),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
