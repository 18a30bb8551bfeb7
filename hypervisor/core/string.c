/* SPDX-License-Identifier: GPL-2.0 */
/*
 * String functions for EL2. Memory that the hypervisor touches is Normal when
 * these run, except before its own map is on: no unaligned access is made
 * that the caller did not ask for.
 */
#include <hyp/string.h>

void *memcpy(void *dest, const void *src, size_t n)
{
	u8 *d = dest;
	const u8 *s = src;

	if ((((u64)d | (u64)s) & 7) == 0)
		for (; n >= 8; n -= 8, d += 8, s += 8)
			*(u64 *)(void *)d = *(const u64 *)(const void *)s;
	while (n--)
		*d++ = *s++;
	return dest;
}

void *memmove(void *dest, const void *src, size_t n)
{
	u8 *d = dest;
	const u8 *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dest, src, n);
	while (n--)
		d[n] = s[n];
	return dest;
}

void *memset(void *s, int c, size_t n)
{
	u8 *d = s;
	u64 v = (u8)c * 0x0101010101010101ULL;

	if (((u64)d & 7) == 0) {
		for (; n >= 32; n -= 32, d += 32) {
			u64 *w = (u64 *)(void *)d;

			w[0] = w[1] = w[2] = w[3] = v;
		}
		for (; n >= 8; n -= 8, d += 8)
			*(u64 *)(void *)d = v;
	}
	while (n--)
		*d++ = (u8)c;
	return s;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	const char *e = s;

	while (*e)
		e++;
	return (size_t)(e - s);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}
