/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The string functions that the compiler and inmates expect. */
#include <inmate.h>

/* Whatever lies there. */
typedef u64 __attribute__((may_alias)) word_t;

void *memset(void *s, int c, unsigned long n)
{
	u8 *p = s;

	while (n--)
		*p++ = (u8)c;
	return s;
}

void *memcpy(void *dest, const void *src, unsigned long n)
{
	const u8 *s = src;
	u8 *d = dest;

	/* Never unaligned: part of it runs with the MMU off. */
	if ((((unsigned long)s | (unsigned long)d) & 7) == 0)
		for (; n >= 8; n -= 8, d += 8, s += 8)
			*(word_t *)d = *(const word_t *)s;
	while (n--)
		*d++ = *s++;
	return dest;
}

int memcmp(const void *s1, const void *s2, unsigned long n)
{
	const u8 *a = s1, *b = s2;

	for (; n; n--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

unsigned long strlen(const char *s)
{
	unsigned long n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *s1, const char *s2)
{
	return strncmp(s1, s2, ~0UL);
}

int strncmp(const char *s1, const char *s2, unsigned long n)
{
	for (; n; n--, s1++, s2++)
		if (*s1 != *s2 || !*s1)
			return (u8)*s1 - (u8)*s2;
	return 0;
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (u8)c;
}

int strncasecmp(const char *s1, const char *s2, unsigned long n)
{
	for (; n; n--, s1++, s2++)
		if (lower(*s1) != lower(*s2) || !*s1)
			return lower(*s1) - lower(*s2);
	return 0;
}
