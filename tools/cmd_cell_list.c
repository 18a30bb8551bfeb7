// SPDX-License-Identifier: GPL-2.0
/* jailhouse cell list */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

/* Scripts cut the output at these columns. */
#define ROW "%-8s%-24s%-18s%-24s%-24s\n"

static void print_cell(const char *id)
{
	char name[TOOL_VALUE_SIZE], state[TOOL_VALUE_SIZE];
	char assigned[TOOL_VALUE_SIZE], failed[TOOL_VALUE_SIZE];

	/* A cell that vanishes meanwhile is not listed. */
	if (!tool_read_attribute(name, "cells/%s/name", id) ||
	    !tool_read_attribute(state, "cells/%s/state", id) ||
	    !tool_read_attribute(assigned, "cells/%s/cpus_assigned_list", id) ||
	    !tool_read_attribute(failed, "cells/%s/cpus_failed_list", id))
		return;
	printf(ROW, id, name, state, assigned, failed);
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	char **cells;

	if (!tool_no_more(command, argc, argv))
		return TOOL_FAILED;
	/* Not an error: there are no cells, and scripts rely on that. */
	if (!tool_require_enabled())
		return TOOL_OK;
	cells = tool_list("cells");
	if (!cells)
		return tool_error("the list of cells in %s/cells cannot be read: %s", tool_sysfs(),
				  strerror(errno));
	if (cells[0])
		printf(ROW, "ID", "Name", "State", "Assigned CPUs", "Failed CPUs");
	for (char **cell = cells; *cell; cell++)
		print_cell(*cell);
	tool_free_list(cells);
	return TOOL_OK;
}

const struct tool_command command_cell_list = {
	.group = "cell",
	.name = "list",
	.arguments = "",
	.help = "Lists the cells with their state and CPUs. Without driver or hypervisor the list is\n"
		"empty, which is not an error; why it is empty is said on standard error.\n",
	.run = run,
};
