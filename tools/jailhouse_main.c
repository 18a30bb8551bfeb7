// SPDX-License-Identifier: GPL-2.0
/*
 * The `jailhouse` command: finds the sub-command and calls it. Each one is in
 * its own file.
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const struct tool_command *const commands[] = {
	&command_enable,         &command_disable,       &command_console,
	&command_cell_create,    &command_cell_list,     &command_cell_load,
	&command_cell_start,     &command_cell_shutdown, &command_cell_destroy,
	&command_cell_linux,     &command_cell_stats,    &command_config_create,
	&command_config_collect, &command_config_check,  &command_hardware_check,
	&command_selftest,
};

#define NUM_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_all(FILE *out)
{
	fprintf(out, "Usage: jailhouse { COMMAND | --help | --version }\n\nAvailable commands:\n");
	for (size_t n = 0; n < NUM_COMMANDS; n++)
		fprintf(out, "   %s%s%s%s%s\n", commands[n]->group, commands[n]->name ? " " : "",
			commands[n]->name ? commands[n]->name : "",
			*commands[n]->arguments ? " " : "", commands[n]->arguments);
	fprintf(out, "\n`jailhouse COMMAND --help` explains a command.\n");
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool group_exists(const char *word)
{
	for (size_t n = 0; n < NUM_COMMANDS; n++)
		if (commands[n]->name && strcmp(commands[n]->group, word) == 0)
			return true;
	return false;
}

static void print_group(FILE *out, const char *group)
{
	fprintf(out, "Commands of `jailhouse %s`:\n", group);
	for (size_t n = 0; n < NUM_COMMANDS; n++)
		if (commands[n]->name && strcmp(commands[n]->group, group) == 0)
			fprintf(out, "   %s %s%s%s\n", group, commands[n]->name,
				*commands[n]->arguments ? " " : "", commands[n]->arguments);
}

/* How many words of argv choose the command; 0 if they choose another. */
static int match(const struct tool_command *command, int argc, char **argv)
{
	if (argc < 1 || strcmp(command->group, argv[0]) != 0)
		return 0;
	if (!command->name)
		return 1;
	return argc >= 2 && strcmp(command->name, argv[1]) == 0 ? 2 : 0;
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	if (argc > 0 && is_help(argv[0])) {
		tool_print_usage(command, false);
		return TOOL_OK;
	}
	return command->run(command, argc, argv);
}

static int no_such_command(int argc, char **argv)
{
	if (!group_exists(argv[0])) {
		tool_error("there is no command `%s`", argv[0]);
		print_all(stderr);
	} else if (argc < 2) {
		tool_error("`%s` needs a second word", argv[0]);
		print_group(stderr, argv[0]);
	} else if (is_help(argv[1])) {
		print_group(stdout, argv[0]);
		return TOOL_OK;
	} else {
		tool_error("there is no command `%s %s`", argv[0], argv[1]);
		print_group(stderr, argv[0]);
	}
	return TOOL_FAILED;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_all(stderr);
		return TOOL_FAILED;
	}
	argc--;
	argv++;
	if (is_help(argv[0])) {
		print_all(stdout);
		return TOOL_OK;
	}
	if (strcmp(argv[0], "--version") == 0) {
		printf("Jailhouse management tool %s\n", TOOL_VERSION);
		return TOOL_OK;
	}
	for (size_t n = 0; n < NUM_COMMANDS; n++) {
		int words = match(commands[n], argc, argv);

		if (words)
			return run(commands[n], argc - words, argv + words);
	}
	return no_such_command(argc, argv);
}
