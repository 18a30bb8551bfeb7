// SPDX-License-Identifier: GPL-2.0
/* The system calls on /dev/jailhouse; tests put their own in this place. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "tool.h"

int device_open(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC);
}

int device_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument);
}
