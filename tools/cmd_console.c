// SPDX-License-Identifier: GPL-2.0
/* jailhouse console */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static int read_failed(bool any)
{
	switch (errno) {
	case EAGAIN:
		if (any)
			return TOOL_OK;
		return tool_error(
			"the hypervisor is not enabled, and it left no messages. Enable it"
			" with `jailhouse enable SYSCONFIG`");
	case EPERM:
		return tool_error(
			"the system config does not allow to read the console: it lacks the"
			" flag JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE");
	case EINTR:
		return TOOL_OK;
	default:
		return tool_error("the console cannot be read: %s", strerror(errno));
	}
}

static int copy(int fd)
{
	bool any = false;
	char buffer[4096];
	ssize_t size;

	for (;;) {
		size = read(fd, buffer, sizeof(buffer));
		if (size < 0)
			return read_failed(any);
		if (size == 0)
			return TOOL_OK;
		if (!tool_write_stdout(buffer, (size_t)size))
			return TOOL_FAILED;
		any = true;
	}
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	bool follow = argc > 0 && (strcmp(argv[0], "-f") == 0 || strcmp(argv[0], "--follow") == 0);
	int fd, result;

	if (!tool_no_more(command, argc - follow, argv + follow))
		return TOOL_FAILED;
	fd = tool_open_device(O_RDONLY | (follow ? 0 : O_NONBLOCK));
	if (fd < 0)
		return TOOL_FAILED;
	result = copy(fd);
	close(fd);
	return result;
}

const struct tool_command command_console = {
	.group = "console",
	.arguments = "[-f | --follow]",
	.help = "Prints the hypervisor's messages, and what inmates write to its console. The last\n"
		"2 KiB stay readable after `disable` and after an `enable` that failed.\n"
		"\n"
		"  -f, --follow   wait for more, until the command is interrupted\n",
	.run = run,
};
