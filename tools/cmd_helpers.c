// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that are programs of their own, jailhouse-GROUP-NAME: searched
 * beside this one, in the libexec folder, and in PATH.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* The folder that this program is in; "." if nobody knows. */
static void own_folder(char path[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[size > 0 ? size : 0] = 0;
	slash = strrchr(path, '/');
	if (slash)
		*slash = 0;
	else
		strcpy(path, ".");
}

static bool extend_path(void)
{
	const char *old = getenv("PATH");
	char folder[PATH_MAX];
	char *path;
	bool done;

	own_folder(folder);
	if (asprintf(&path, "%s:%s/jailhouse:%s", folder, TOOL_LIBEXECDIR,
		     old ? old : "/usr/bin:/bin") < 0)
		return false;
	done = setenv("PATH", path, 1) == 0;
	free(path);
	return done;
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	char name[64];
	char **args = calloc((size_t)argc + 2, sizeof(*args));

	snprintf(name, sizeof(name), "jailhouse-%s-%s", command->group, command->name);
	if (!args || !extend_path()) {
		free(args);
		return tool_error("there is no memory left");
	}
	args[0] = name;
	memcpy(args + 1, argv, (size_t)argc * sizeof(*args));
	execvp(name, args);
	if (errno == ENOENT)
		tool_error("`jailhouse %s %s` needs the program %s, which is not installed. It"
			   " belongs into %s/jailhouse",
			   command->group, command->name, name, TOOL_LIBEXECDIR);
	else
		tool_error("%s cannot be executed: %s", name, strerror(errno));
	free(args);
	return TOOL_FAILED;
}

#define HELP(what) what "\nThis is a program of its own, which may not be installed.\n"

const struct tool_command command_cell_linux = {
	.group = "cell",
	.name = "linux",
	.arguments = "CELLCONFIG KERNEL [-d DTB] [-i INITRD] [-c CMDLINE] [-w FILE]",
	.help = HELP("Creates a cell, loads Linux into it and starts it."),
	.run = run,
};

const struct tool_command command_config_create = {
	.group = "config",
	.name = "create",
	.arguments = "[-h] [-g] [-r ROOT] [-t DIR] [-c CONSOLE] [--mem-inmates MEM]"
		     " [--mem-hv MEM] FILE",
	.help = HELP("Writes a system config for this machine."),
	.run = run,
};

const struct tool_command command_config_collect = {
	.group = "config",
	.name = "collect",
	.arguments = "FILE.TAR",
	.help = HELP("Collects what `config create` needs to know of a machine."),
	.run = run,
};

const struct tool_command command_hardware_check = {
	.group = "hardware",
	.name = "check",
	.arguments = "",
	.help = HELP("Checks whether this machine has what the hypervisor needs."),
	.run = run,
};
