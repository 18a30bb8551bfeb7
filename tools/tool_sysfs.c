// SPDX-License-Identifier: GPL-2.0
/* What the driver shows in sysfs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define PATH_SIZE 512

const char *tool_sysfs(void)
{
	const char *path = getenv("JAILHOUSE_SYSFS");

	return path && *path ? path : "/sys/devices/jailhouse";
}

static bool make_path(char path[PATH_SIZE], const char *format, va_list args)
{
	int base = snprintf(path, PATH_SIZE, "%s/", tool_sysfs());
	int rest;

	if (base < 0 || base >= PATH_SIZE)
		return false;
	rest = vsnprintf(path + base, (size_t)(PATH_SIZE - base), format, args);
	return rest >= 0 && rest < PATH_SIZE - base;
}

bool tool_read_attribute(char value[TOOL_VALUE_SIZE], const char *format, ...)
{
	char path[PATH_SIZE];
	va_list args;
	ssize_t size;
	bool fits;
	int fd;

	va_start(args, format);
	fits = make_path(path, format, args);
	va_end(args);
	value[0] = 0;
	if (!fits) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, value, TOOL_VALUE_SIZE - 1);
	close(fd);
	if (size < 0)
		return false;
	value[size] = 0;
	value[strcspn(value, "\n")] = 0;
	return true;
}

enum tool_state tool_state(void)
{
	char value[TOOL_VALUE_SIZE];

	if (!tool_read_attribute(value, "enabled"))
		return TOOL_NO_MODULE;
	return strcmp(value, "1") == 0 ? TOOL_ENABLED : TOOL_DISABLED;
}

bool tool_require_enabled(void)
{
	switch (tool_state()) {
	case TOOL_ENABLED:
		return true;
	case TOOL_DISABLED:
		tool_error("the hypervisor is not enabled. Enable it with"
			   " `jailhouse enable SYSCONFIG`");
		return false;
	default:
		tool_error("there is no %s: the driver is not loaded. Load it with"
			   " `modprobe jailhouse`, or `insmod` and the path of jailhouse.ko",
			   tool_sysfs());
		return false;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **read_list(DIR *dir)
{
	char **list = calloc(1, sizeof(*list));
	struct dirent *entry;
	size_t used = 0;

	while (list && (entry = readdir(dir)) != NULL) {
		char **larger;

		if (entry->d_name[0] == '.')
			continue;
		larger = realloc(list, (used + 2) * sizeof(*list));
		if (!larger)
			break;
		list = larger;
		list[used] = strdup(entry->d_name);
		if (!list[used])
			break;
		list[++used] = NULL;
	}
	if (list && used > 1)
		qsort(list, used, sizeof(*list), compare);
	return list;
}

char **tool_list(const char *format, ...)
{
	char path[PATH_SIZE];
	va_list args;
	char **list;
	bool fits;
	DIR *dir;

	va_start(args, format);
	fits = make_path(path, format, args);
	va_end(args);
	dir = fits ? opendir(path) : NULL;
	if (!dir)
		return NULL;
	list = read_list(dir);
	closedir(dir);
	return list;
}

void tool_free_list(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}
