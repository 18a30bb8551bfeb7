// SPDX-License-Identifier: GPL-2.0
/* jailhouse disable */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static int run(const struct tool_command *command, int argc, char **argv)
{
	int fd, result;

	if (!tool_no_more(command, argc, argv))
		return TOOL_FAILED;
	fd = tool_open_device(O_RDWR);
	if (fd < 0)
		return TOOL_FAILED;
	result = tool_require_enabled() ?
			 tool_request(fd, JAILHOUSE_DISABLE, "JAILHOUSE_DISABLE", NULL) :
			 -1;
	close(fd);
	return result ? TOOL_FAILED : TOOL_OK;
}

const struct tool_command command_disable = {
	.group = "disable",
	.arguments = "",
	.help = "Destroys all cells but the root cell and stops the hypervisor; Linux runs on with\n"
		"everything that it had before. Fails if a cell refuses to be destroyed.\n",
	.run = run,
};
