/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The string functions, under other names (see build.mk), against the C
 * library's, at all alignments and lengths. Buffers end where they end.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

void *hyp_memcpy(void *dest, const void *src, size_t n);
void *hyp_memmove(void *dest, const void *src, size_t n);
void *hyp_memset(void *s, int c, size_t n);
int hyp_memcmp(const void *a, const void *b, size_t n);
size_t hyp_strlen(const char *s);
int hyp_strcmp(const char *a, const char *b);

#define SIZE 128

static u8 a[SIZE], b[SIZE], c[SIZE];

static void fill(void)
{
	for (u32 i = 0; i < SIZE; i++) {
		a[i] = (u8)fake_random();
		b[i] = c[i] = (u8)fake_random();
	}
}

static void test_copy(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 from = 0; from < 17; from++)
		for (u32 to = 0; to < 17; to++)
			for (u32 n = 0; n < 80; n++) {
				fill();
				assert_ptr_equal(hyp_memcpy(b + to, a + from, n), b + to);
				memcpy(c + to, a + from, n);
				assert_memory_equal(b, c, SIZE);
			}
}

static void test_move(void **state)
{
	(void)state;
	for (u32 from = 0; from < 40; from++)
		for (u32 to = 0; to < 40; to++)
			for (u32 n = 0; n < 80; n += 3) {
				fill();
				assert_ptr_equal(hyp_memmove(b + to, b + from, n), b + to);
				memmove(c + to, c + from, n);
				assert_memory_equal(b, c, SIZE);
			}
}

static void test_set(void **state)
{
	(void)state;
	for (u32 at = 0; at < 17; at++)
		for (u32 n = 0; n < 110; n++) {
			fill();
			assert_ptr_equal(hyp_memset(b + at, (int)n + 0x1a0, n), b + at);
			memset(c + at, (int)n + 0x1a0, n);
			assert_memory_equal(b, c, SIZE);
		}
}

static int sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

static void test_compare(void **state)
{
	(void)state;
	for (u32 round = 0; round < 5000; round++) {
		u32 n = (u32)fake_random_below(40), at = (u32)fake_random_below(8);

		fill();
		memcpy(b + at, a, n);
		if (n && fake_random_below(2))
			b[at + fake_random_below(n)] ^= (u8)(1u << fake_random_below(8));
		assert_int_equal(sign(hyp_memcmp(a, b + at, n)), sign(memcmp(a, b + at, n)));
	}
	assert_int_equal(hyp_memcmp(a, b, 0), 0);
	/* Bytes are unsigned. */
	assert_true(hyp_memcmp("\x80", "\x7f", 1) > 0);
}

static void test_strings(void **state)
{
	static const char *const strings[] = { "", "a", "b", "ab", "abc", "\x80", "a\x80", "abd" };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(strings); i++) {
		char *exact = strdup(strings[i]);

		assert_int_equal(hyp_strlen(exact), strlen(strings[i]));
		for (u32 j = 0; j < ARRAY_SIZE(strings); j++)
			assert_int_equal(sign(hyp_strcmp(exact, strings[j])),
					 sign(strcmp(exact, strings[j])));
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),    cmocka_unit_test(test_move),
		cmocka_unit_test(test_set),     cmocka_unit_test(test_compare),
		cmocka_unit_test(test_strings),
	};

	return cmocka_run_group_tests_name("string", tests, NULL, NULL);
}
