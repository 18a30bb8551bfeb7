/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Parameters from the command line. */
#include <inmate.h>

/* Finds `param`; sets *value and *length to what follows its '=', if anything. */
static bool find(const char *param, const char **value, unsigned long *length)
{
	unsigned long name = strlen(param);
	const char *p = cmdline;

	for (;;) {
		const char *end;

		while (*p == ' ')
			p++;
		if (!*p)
			return false;
		for (end = p; *end && *end != ' ';)
			end++;
		if (strncmp(p, param, name) == 0 && (p + name == end || p[name] == '=')) {
			*value = p + name == end ? end : p + name + 1;
			*length = (unsigned long)(end - *value);
			return true;
		}
		p = end;
	}
}

static bool value_is(const char *value, unsigned long length, const char *text)
{
	return length == strlen(text) && strncmp(value, text, length) == 0;
}

const char *cmdline_parse_str(const char *param, char *value_buffer, unsigned long buffer_size,
			      const char *default_value)
{
	unsigned long length;
	const char *value;

	if (!find(param, &value, &length) || buffer_size == 0)
		return default_value;
	if (length > buffer_size - 1)
		length = buffer_size - 1;
	memcpy(value_buffer, value, length);
	value_buffer[length] = 0;
	return value_buffer;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

long long cmdline_parse_int(const char *param, long long default_value)
{
	unsigned long long number = 0;
	bool negative = false;
	unsigned long length;
	const char *value;
	int base = 10;

	if (!find(param, &value, &length) || length == 0)
		return default_value;
	if (*value == '-') {
		negative = true;
		value++;
		length--;
	}
	if (length > 2 && value[0] == '0' && (value[1] == 'x' || value[1] == 'X')) {
		base = 16;
		value += 2;
		length -= 2;
	}
	if (length == 0)
		return default_value;
	for (; length; length--, value++) {
		if (digit(*value) >= base)
			return default_value;
		number = number * (unsigned int)base + (unsigned int)digit(*value);
	}
	return negative ? -(long long)number : (long long)number;
}

bool cmdline_parse_bool(const char *param, bool default_value)
{
	unsigned long length;
	const char *value;

	if (!find(param, &value, &length))
		return default_value;
	if (length == 0 || value_is(value, length, "true") || value_is(value, length, "1"))
		return true;
	if (value_is(value, length, "false") || value_is(value, length, "0"))
		return false;
	return default_value;
}
