// SPDX-License-Identifier: GPL-2.0
/* jailhouse cell shutdown */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct jailhouse_cell_load load = { .num_preload_images = 0 };
	int used = tool_parse_cell(command, argc, argv, &load.cell_id);
	int fd, result;

	if (!used || !tool_no_more(command, argc - used, argv + used))
		return TOOL_FAILED;
	fd = tool_open_device(O_RDWR);
	if (fd < 0)
		return TOOL_FAILED;
	result = tool_require_enabled() ?
			 tool_request(fd, JAILHOUSE_CELL_LOAD, "JAILHOUSE_CELL_LOAD", &load) :
			 -1;
	close(fd);
	return result ? TOOL_FAILED : TOOL_OK;
}

const struct tool_command command_cell_shutdown = {
	.group = "cell",
	.name = "shutdown",
	.arguments = "{ ID | [--name] NAME }",
	.help = "Asks the cell to shut down and stops it. It keeps its CPUs, memory and devices, and\n"
		"can be loaded and started again.\n",
	.run = run,
};
