// SPDX-License-Identifier: GPL-2.0
/*
 * Writes reasons. Where they go afterwards (log, file descriptor) is decided
 * by who asked, see drv_file.c.
 */
#include "drv_reason.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

int drv_reason_set(struct jailhouse_reason *why, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	why->code = code;
	return code;
}

void drv_reason_append(struct jailhouse_reason *why, const char *format, ...)
{
	size_t used = strnlen(why->text, sizeof(why->text) - 1);
	va_list args;

	va_start(args, format);
	vscnprintf(why->text + used, sizeof(why->text) - used, format, args);
	va_end(args);
}

void drv_reason_prefix(struct jailhouse_reason *why, const char *what)
{
	size_t length = strlen(what) + 2;
	size_t used = strnlen(why->text, sizeof(why->text) - 1);

	if (length >= sizeof(why->text))
		return;
	used = min(used, sizeof(why->text) - 1 - length);
	memmove(why->text + length, why->text, used);
	why->text[length + used] = 0;
	memcpy(why->text, what, length - 2);
	memcpy(why->text + length - 2, ": ", 2);
}

static const struct {
	int code;
	const char *text;
} code_texts[] = {
	{ -EPERM, "this is not permitted: a cell is locked, or the cell refused" },
	{ -ENOENT, "there is no such cell" },
	{ -EIO, "the hardware does not behave as the config says" },
	{ -E2BIG, "the config is too large" },
	{ -EAGAIN, "the cell has not answered yet" },
	{ -ENOMEM, "there is not enough memory; give hypervisor_memory a larger size" },
	{ -EBUSY, "something is in use" },
	{ -EEXIST, "a cell of this name or id exists" },
	{ -ENODEV, "a device that the config names is not there" },
	{ -EINVAL, "an argument or the config is not valid" },
	{ -ERANGE, "a value is out of range" },
	{ -ENOSYS,
	  "the hypervisor does not know this call: driver and jailhouse.bin do not match" },
	{ -ENODATA, "nothing was loaded into the cell; run `jailhouse cell load` first" },
	{ -ETIMEDOUT, "a CPU did not arrive in time" },
};

const char *drv_reason_of_code(int code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(code_texts); i++)
		if (code_texts[i].code == code)
			return code_texts[i].text;
	return "no reason was given";
}
