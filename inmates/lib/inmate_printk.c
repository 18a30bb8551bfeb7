/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Formatted output. */
#include <stdarg.h>

#include <inmate_private.h>

struct spec {
	bool left;
	bool zero;
	unsigned int width;
	unsigned int longs;
};

static void put_padded(const struct spec *spec, bool negative, const char *text, unsigned long n)
{
	unsigned long total = n + negative;
	unsigned long pad = spec->width > total ? spec->width - total : 0;

	if (negative && spec->zero)
		console_putc('-');
	for (; pad && !spec->left; pad--)
		console_putc(spec->zero ? '0' : ' ');
	if (negative && !spec->zero)
		console_putc('-');
	while (n--)
		console_putc(*text++);
	while (pad--)
		console_putc(' ');
}

static void put_number(const struct spec *spec, u64 value, bool negative, unsigned int base,
		       bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buffer[20];
	unsigned int n = sizeof(buffer);

	do {
		buffer[--n] = digits[value % base];
		value /= base;
	} while (value);
	put_padded(spec, negative, buffer + n, sizeof(buffer) - n);
}

static const char *parse_spec(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		if (*fmt == '-')
			spec->left = true;
		else if (*fmt == '0')
			spec->zero = true;
		else
			break;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		spec->width = spec->width * 10 + (unsigned int)(*fmt - '0');
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		spec->longs++;
	if (spec->left)
		spec->zero = false;
	return fmt;
}

static u64 get_unsigned(const struct spec *spec, va_list *args)
{
	return spec->longs ? va_arg(*args, unsigned long) : va_arg(*args, unsigned int);
}

static s64 get_signed(const struct spec *spec, va_list *args)
{
	return spec->longs ? va_arg(*args, long) : va_arg(*args, int);
}

static void put_conversion(char conversion, struct spec *spec, va_list *args)
{
	const char *text;
	s64 value;
	char c;

	switch (conversion) {
	case 'c':
		c = (char)va_arg(*args, int);
		put_padded(spec, false, &c, 1);
		break;
	case 's':
		text = va_arg(*args, const char *);
		text = text ? text : "(null)";
		put_padded(spec, false, text, strlen(text));
		break;
	case 'd':
	case 'i':
		value = get_signed(spec, args);
		put_number(spec, value < 0 ? -(u64)value : (u64)value, value < 0, 10, false);
		break;
	case 'u':
		put_number(spec, get_unsigned(spec, args), false, 10, false);
		break;
	case 'x':
	case 'X':
		put_number(spec, get_unsigned(spec, args), false, 16, conversion == 'X');
		break;
	case 'p':
		console_putc('0');
		console_putc('x');
		put_number(spec, (u64)va_arg(*args, void *), false, 16, false);
		break;
	default:
		console_putc(conversion);
	}
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	while (*fmt) {
		struct spec spec = { 0 };

		if (*fmt != '%') {
			console_putc(*fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &spec);
		if (!*fmt)
			break;
		put_conversion(*fmt++, &spec, &args);
	}
	va_end(args);
}
