/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the `jailhouse` command share: the table of commands, and
 * how they reach the driver, sysfs and files, and report errors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jailhouse/ioctl.h>

/** Exit codes of all commands. */
enum { TOOL_OK = 0, TOOL_FAILED = 1 };

struct tool_command {
	/** The words that choose it; `name` is NULL for commands of one word. */
	const char *group;
	const char *name;
	/** As printed in the usage. */
	const char *arguments;
	/** Paragraphs for --help, with line ends. */
	const char *help;
	/** argv[0] is the first word after those of the command. Returns an exit code. */
	int (*run)(const struct tool_command *command, int argc, char **argv);
};

/* In the order of the usage. */
extern const struct tool_command command_enable;
extern const struct tool_command command_disable;
extern const struct tool_command command_console;
extern const struct tool_command command_cell_create;
extern const struct tool_command command_cell_list;
extern const struct tool_command command_cell_load;
extern const struct tool_command command_cell_start;
extern const struct tool_command command_cell_shutdown;
extern const struct tool_command command_cell_destroy;
extern const struct tool_command command_cell_stats;
extern const struct tool_command command_cell_linux;
extern const struct tool_command command_config_check;
extern const struct tool_command command_config_create;
extern const struct tool_command command_config_collect;
extern const struct tool_command command_hardware_check;
extern const struct tool_command command_selftest;

/* tool_error.c */

/** One line on stderr: "jailhouse: ...". Returns TOOL_FAILED. */
int tool_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The same, followed by how the command is used. */
int tool_usage_error(const struct tool_command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Complains about the first argument, if there is one that nobody expects. */
bool tool_no_more(const struct tool_command *command, int argc, char **argv);

void tool_print_usage(const struct tool_command *command, bool to_stderr);

/* tool_device.c */

/** Opens /dev/jailhouse; -1 after an error message. */
int tool_open_device(int flags);

/** Performs a request; -1 after an error message that has the driver's reason. */
int tool_request(int fd, unsigned long request, const char *name, void *argument);

/* Replaced in tests. */
int device_open(const char *path, int flags);
int device_ioctl(int fd, unsigned long request, void *argument);

/* tool_sysfs.c */

#define TOOL_VALUE_SIZE 4096

/** $JAILHOUSE_SYSFS or /sys/devices/jailhouse. */
const char *tool_sysfs(void);

/** Reads one attribute without its line end; false if that fails (errno). */
bool tool_read_attribute(char value[TOOL_VALUE_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

enum tool_state { TOOL_NO_MODULE, TOOL_DISABLED, TOOL_ENABLED };

enum tool_state tool_state(void);

/** False, after saying why and what to do, if the hypervisor is not enabled. */
bool tool_require_enabled(void);

/** Names of the sub-folders, sorted as strings, NULL at the end; NULL on error.
 *  Free with tool_free_list(). */
char **tool_list(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tool_free_list(char **list);

/* tool_cell_id.c */

/**
 * Takes {ID | [--name] NAME} from the arguments; returns how many words that
 * were, or 0 after an error message.
 */
int tool_parse_cell(const struct tool_command *command, int argc, char **argv,
		    struct jailhouse_cell_id *id);

/** ID of a cell in sysfs; -1 after an error message. */
int tool_find_cell(const struct jailhouse_cell_id *id);

/* tool_file.c */

struct tool_file {
	void *data;
	size_t size;
};

/** Reads a regular file that is not empty; `what` names it in error messages. */
bool tool_read_file(struct tool_file *file, const char *what, const char *path);

/** Writes all or says why not. */
bool tool_write_stdout(const void *data, size_t size);

/* tool_config.c */

enum tool_config_kind { TOOL_CONFIG_SYSTEM, TOOL_CONFIG_CELL };

/** Reads a config and checks it by the rules of <jailhouse/config-check.h>. */
bool tool_read_config(struct tool_file *file, enum tool_config_kind kind, const char *path);
