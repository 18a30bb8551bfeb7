// SPDX-License-Identifier: GPL-2.0
/* jailhouse enable */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool.h"

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct tool_file config;
	int fd, result;

	if (argc < 1)
		return tool_usage_error(command, "which system config?");
	if (!tool_no_more(command, argc - 1, argv + 1) ||
	    !tool_read_config(&config, TOOL_CONFIG_SYSTEM, argv[0]))
		return TOOL_FAILED;
	fd = tool_open_device(O_RDWR);
	result = fd < 0 ? -1 : tool_request(fd, JAILHOUSE_ENABLE, "JAILHOUSE_ENABLE", config.data);
	if (fd >= 0)
		close(fd);
	free(config.data);
	return result ? TOOL_FAILED : TOOL_OK;
}

const struct tool_command command_enable = {
	.group = "enable",
	.arguments = "SYSCONFIG",
	.help = "Starts the hypervisor under the running Linux, which becomes the root cell that\n"
		"SYSCONFIG describes. The config is checked first, see `jailhouse config check`.\n"
		"If it fails nothing has changed; the hypervisor's messages are then in\n"
		"`jailhouse console`.\n",
	.run = run,
};
