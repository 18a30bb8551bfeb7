// SPDX-License-Identifier: GPL-2.0
/* Files that are read whole, and output that must arrive. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

/* Larger files are no images: all cells together have less memory. */
#define MAX_SIZE (1ULL << 40)

static bool read_all(struct tool_file *file, int fd, const char *what, const char *path)
{
	size_t used = 0;

	while (used < file->size) {
		ssize_t n = read(fd, (char *)file->data + used, file->size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			tool_error("the %s %s cannot be read: %s", what, path, strerror(errno));
			return false;
		}
		if (n == 0) {
			tool_error("the %s %s became shorter while it was read", what, path);
			return false;
		}
		used += (size_t)n;
	}
	return true;
}

static bool read_open(struct tool_file *file, int fd, const char *what, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) != 0) {
		tool_error("the %s %s cannot be read: %s", what, path, strerror(errno));
		return false;
	}
	if (S_ISDIR(status.st_mode)) {
		tool_error("the %s %s is a directory; give a file", what, path);
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		tool_error("the %s %s is not a regular file", what, path);
		return false;
	}
	if (status.st_size == 0) {
		tool_error("the %s %s is empty", what, path);
		return false;
	}
	if ((unsigned long long)status.st_size > MAX_SIZE) {
		tool_error("the %s %s is too large: %lld bytes", what, path,
			   (long long)status.st_size);
		return false;
	}
	file->size = (size_t)status.st_size;
	file->data = malloc(file->size);
	if (!file->data) {
		tool_error("the %s %s needs %zu bytes of memory, more than there is", what, path,
			   file->size);
		return false;
	}
	return read_all(file, fd, what, path);
}

bool tool_read_file(struct tool_file *file, const char *what, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool done;

	memset(file, 0, sizeof(*file));
	if (fd < 0) {
		tool_error("the %s %s cannot be opened: %s", what, path, strerror(errno));
		return false;
	}
	done = read_open(file, fd, what, path);
	close(fd);
	if (!done) {
		free(file->data);
		file->data = NULL;
	}
	return done;
}

bool tool_write_stdout(const void *data, size_t size)
{
	while (size) {
		ssize_t n = write(STDOUT_FILENO, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			tool_error("standard output cannot be written: %s", strerror(errno));
			return false;
		}
		data = (const char *)data + n;
		size -= (size_t)n;
	}
	return true;
}
