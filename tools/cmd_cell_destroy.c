// SPDX-License-Identifier: GPL-2.0
/* jailhouse cell destroy */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct jailhouse_cell_id id;
	int used = tool_parse_cell(command, argc, argv, &id);
	int fd, result;

	if (!used || !tool_no_more(command, argc - used, argv + used))
		return TOOL_FAILED;
	fd = tool_open_device(O_RDWR);
	if (fd < 0)
		return TOOL_FAILED;
	result = tool_require_enabled() ?
			 tool_request(fd, JAILHOUSE_CELL_DESTROY, "JAILHOUSE_CELL_DESTROY", &id) :
			 -1;
	close(fd);
	return result ? TOOL_FAILED : TOOL_OK;
}

const struct tool_command command_cell_destroy = {
	.group = "cell",
	.name = "destroy",
	.arguments = "{ ID | [--name] NAME }",
	.help = "Stops the cell, if it agrees, and gives all that it had back to the root cell.\n",
	.run = run,
};
