// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the driver. When one fails, the driver is asked for the reason;
 * should it have none, a sentence for the error code stands in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char *device_path(void)
{
	const char *path = getenv("JAILHOUSE_DEV");

	return path && *path ? path : "/dev/jailhouse";
}

int tool_open_device(int flags)
{
	int fd = device_open(device_path(), flags);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		tool_error("there is no %s: the driver is not loaded. Load it with"
			   " `modprobe jailhouse`, or `insmod` and the path of jailhouse.ko",
			   device_path());
		break;
	case EACCES:
	case EPERM:
		tool_error("%s may not be opened: %s. Run the command as root", device_path(),
			   strerror(errno));
		break;
	default:
		tool_error("%s cannot be opened: %s", device_path(), strerror(errno));
	}
	return -1;
}

/* For a driver that gives no reason. */
static const char *guess(int code)
{
	switch (code) {
	case EPERM:
		return "The request was refused: the cell denied it, or a cell is locked. Ask the"
		       " inmate to allow it.";
	case ENOENT:
		return "There is no such cell, or a file is missing. `jailhouse cell list` shows the"
		       " cells; the image belongs into /lib/firmware/jailhouse.bin.";
	case EEXIST:
		return "A cell with this name exists already. Destroy it, or change the name.";
	case EBUSY:
		return "Something that the request needs is in use: a CPU, memory, or the hypervisor"
		       " itself. `jailhouse cell list` shows who has which CPU.";
	case ENOMEM:
		return "Memory ran out: give the hypervisor more in the system config.";
	case EINVAL:
		return "The request does not fit the state or the config. `jailhouse config check`"
		       " tests configs, `jailhouse cell list` shows the state.";
	case ENODATA:
		return "Nothing was loaded into the cell since it was created. Load an image with"
		       " `jailhouse cell load`.";
	case EAGAIN:
		return "The cell has not answered yet, or its CPUs have not stopped. Try again.";
	case ENOTTY:
		return "This is not the device of the jailhouse driver.";
	case EINTR:
		return "The request was interrupted; nothing was changed.";
	default:
		return "The driver gave no reason; see `dmesg` and `jailhouse console`.";
	}
}

/* What the driver has to say about a success. */
static void show_note(int fd)
{
	struct jailhouse_reason note = { .code = -1 };

	if (device_ioctl(fd, JAILHOUSE_GET_REASON, &note) || note.code)
		return;
	note.text[sizeof(note.text) - 1] = 0;
	if (note.text[0])
		fprintf(stderr, "jailhouse: note: %s\n", note.text);
}

int tool_request(int fd, unsigned long request, const char *name, void *argument)
{
	struct jailhouse_reason reason = { .code = 0 };
	int code;

	if (device_ioctl(fd, request, argument) == 0) {
		show_note(fd);
		return 0;
	}
	code = errno;
	fflush(stdout);
	/* Scripts know this line. */
	fprintf(stderr, "%s: %s\n", name, strerror(code));
	if (device_ioctl(fd, JAILHOUSE_GET_REASON, &reason) == 0 && reason.code == -code) {
		reason.text[sizeof(reason.text) - 1] = 0;
		if (reason.text[0]) {
			tool_error("%s", reason.text);
			return -1;
		}
	}
	tool_error("%s", guess(code));
	return -1;
}
