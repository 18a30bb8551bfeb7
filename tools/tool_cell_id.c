// SPDX-License-Identifier: GPL-2.0
/* How a command line names a cell: {ID | [--name] NAME}. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static bool is_number(const char *word)
{
	if (!*word)
		return false;
	for (; *word; word++)
		if (!isdigit((unsigned char)*word))
			return false;
	return true;
}

static bool set_number(const struct tool_command *command, const char *word,
		       struct jailhouse_cell_id *id)
{
	unsigned long number;

	errno = 0;
	number = strtoul(word, NULL, 10);
	if (errno || number > INT_MAX) {
		tool_usage_error(command,
				 "`%s` is not a cell id: it is larger than any id can be;"
				 " if it is a name, put --name before it",
				 word);
		return false;
	}
	id->id = (int)number;
	return true;
}

static bool set_name(const struct tool_command *command, const char *word,
		     struct jailhouse_cell_id *id)
{
	size_t length = strlen(word);

	if (length == 0) {
		tool_usage_error(command, "the name of the cell is empty");
		return false;
	}
	if (length > JAILHOUSE_CELL_ID_NAMELEN) {
		tool_error("the cell name `%s` has %zu characters; %d is the most that a name can"
			   " have. `jailhouse cell list` shows the names",
			   word, length, JAILHOUSE_CELL_ID_NAMELEN);
		return false;
	}
	id->id = JAILHOUSE_CELL_ID_UNUSED;
	memcpy(id->name, word, length);
	return true;
}

int tool_parse_cell(const struct tool_command *command, int argc, char **argv,
		    struct jailhouse_cell_id *id)
{
	memset(id, 0, sizeof(*id));
	if (argc < 1) {
		tool_usage_error(command, "which cell? Give its id or its name");
		return 0;
	}
	if (strcmp(argv[0], "--name") == 0) {
		if (argc < 2) {
			tool_usage_error(command, "--name needs the name of a cell");
			return 0;
		}
		return set_name(command, argv[1], id) ? 2 : 0;
	}
	if (is_number(argv[0]))
		return set_number(command, argv[0], id) ? 1 : 0;
	if (argv[0][0] == '-') {
		tool_usage_error(command,
				 "`%s` is no option of this command, nor a cell; if it is"
				 " a name, put --name before it",
				 argv[0]);
		return 0;
	}
	return set_name(command, argv[0], id) ? 1 : 0;
}

static bool is_cell(const struct jailhouse_cell_id *id, const char *folder)
{
	char value[TOOL_VALUE_SIZE];

	if (id->id != JAILHOUSE_CELL_ID_UNUSED)
		return atoi(folder) == id->id;
	return tool_read_attribute(value, "cells/%s/name", folder) && strcmp(value, id->name) == 0;
}

int tool_find_cell(const struct jailhouse_cell_id *id)
{
	char **cells = tool_list("cells");
	int found = -1;

	for (char **cell = cells; cell && *cell && found < 0; cell++)
		if (is_cell(id, *cell))
			found = atoi(*cell);
	tool_free_list(cells);
	if (found >= 0)
		return found;
	if (id->id != JAILHOUSE_CELL_ID_UNUSED)
		tool_error("there is no cell with id %d. `jailhouse cell list` shows all cells",
			   id->id);
	else
		tool_error("there is no cell named `%s`. `jailhouse cell list` shows all cells",
			   id->name);
	return -1;
}
