// SPDX-License-Identifier: GPL-2.0
/* jailhouse cell create */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool.h"

static int request(const struct tool_file *config)
{
	struct jailhouse_cell_create create = {
		.config_address = (uintptr_t)config->data,
		.config_size = (__u32)config->size,
	};
	int fd = tool_open_device(O_RDWR);
	int result;

	if (fd < 0)
		return TOOL_FAILED;
	result = tool_require_enabled() ?
			 tool_request(fd, JAILHOUSE_CELL_CREATE, "JAILHOUSE_CELL_CREATE", &create) :
			 -1;
	close(fd);
	return result ? TOOL_FAILED : TOOL_OK;
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct tool_file config;
	int result;

	if (argc < 1)
		return tool_usage_error(command, "which cell config?");
	if (!tool_no_more(command, argc - 1, argv + 1) ||
	    !tool_read_config(&config, TOOL_CONFIG_CELL, argv[0]))
		return TOOL_FAILED;
	result = request(&config);
	free(config.data);
	return result;
}

const struct tool_command command_cell_create = {
	.group = "cell",
	.name = "create",
	.arguments = "CELLCONFIG",
	.help = "Takes the CPUs, memory, devices and interrupts that CELLCONFIG lists from the root\n"
		"cell and makes a cell of them. It is stopped at first: load and start it. If this\n"
		"fails Linux has all that it had before.\n",
	.run = run,
};
