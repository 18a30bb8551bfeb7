// SPDX-License-Identifier: GPL-2.0
/* How errors and usages look. */
#include <stdarg.h>
#include <stdio.h>

#include "tool.h"

static void print_line(const char *format, va_list args)
{
	fflush(stdout);
	fputs("jailhouse: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int tool_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
	return TOOL_FAILED;
}

int tool_usage_error(const struct tool_command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
	tool_print_usage(command, true);
	return TOOL_FAILED;
}

bool tool_no_more(const struct tool_command *command, int argc, char **argv)
{
	if (argc <= 0)
		return true;
	tool_usage_error(command, "unexpected argument `%s`", argv[0]);
	return false;
}

void tool_print_usage(const struct tool_command *command, bool to_stderr)
{
	FILE *out = to_stderr ? stderr : stdout;

	fprintf(out, "Usage: jailhouse %s%s%s%s%s\n", command->group, command->name ? " " : "",
		command->name ? command->name : "", *command->arguments ? " " : "",
		command->arguments);
	if (!to_stderr)
		fprintf(out, "\n%s", command->help);
}
