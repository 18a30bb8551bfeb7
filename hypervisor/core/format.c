/* SPDX-License-Identifier: GPL-2.0 */
/*
 * printf-style formatting into a bounded buffer. Pure.
 */
#include <hyp/printk.h>
#include <hyp/string.h>

struct out {
	char *buffer;
	u32 size;
	u32 length;
};

static void put(struct out *o, char c)
{
	if (o->length + 1 < o->size)
		o->buffer[o->length] = c;
	o->length++;
}

static void put_padded(struct out *o, const char *text, u32 length, u32 width, bool left, char fill)
{
	u32 pad = width > length ? width - length : 0;

	for (; !left && pad; pad--)
		put(o, fill);
	while (length--)
		put(o, *text++);
	for (; pad; pad--)
		put(o, ' ');
}

static void put_number(struct out *o, u64 value, u32 base, bool negative, u32 width, bool left,
		       bool zero)
{
	char digits[24];
	u32 n = sizeof(digits);

	do {
		digits[--n] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative && zero && !left) {
		put(o, '-');
		width -= width > 0;
	} else if (negative) {
		digits[--n] = '-';
	}
	put_padded(o, digits + n, (u32)sizeof(digits) - n, width, left, zero && !left ? '0' : ' ');
}

u32 vformat_string(char *buffer, u32 size, const char *format, __builtin_va_list args)
{
	struct out o = { .buffer = buffer, .size = size };

	for (; *format; format++) {
		bool left = false, zero = false;
		u32 width = 0, longs = 0;

		if (*format != '%') {
			put(&o, *format);
			continue;
		}
		format++;
		for (; *format == '-' || *format == '0'; format++) {
			left |= *format == '-';
			zero |= *format == '0';
		}
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (u32)(*format - '0');
		for (; *format == 'l'; format++)
			longs++;

		if (*format == 's') {
			const char *s = __builtin_va_arg(args, const char *);

			put_padded(&o, s, (u32)strlen(s), width, left, ' ');
		} else if (*format == 'c') {
			put(&o, (char)__builtin_va_arg(args, int));
		} else if (*format == 'd') {
			s64 v = longs ? __builtin_va_arg(args, s64) : __builtin_va_arg(args, s32);

			put_number(&o, v < 0 ? 0 - (u64)v : (u64)v, 10, v < 0, width, left, zero);
		} else if (*format == 'u' || *format == 'x') {
			u64 v = longs ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32);

			put_number(&o, v, *format == 'x' ? 16 : 10, false, width, left, zero);
		} else {
			if (!*format)
				break;
			put(&o, *format);
		}
	}
	if (size)
		buffer[MIN(o.length, size - 1)] = 0;
	return o.length;
}
