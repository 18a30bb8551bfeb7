// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for tests of the tool: writes each request as a line into the file
 * $JAILHOUSE_FAKE_LOG, and fails it if $JAILHOUSE_FAKE_ERROR is an errno, with
 * the reason $JAILHOUSE_FAKE_REASON, or else has that as its note; $JAILHOUSE_FAKE_OPEN is the errno of an
 * open that fails. The console is the device file itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jailhouse/cell-config.h>

#include "tool.h"

/* Of an image: more than parameters have. */
#define MAX_BYTES 4096

int device_open(const char *path, int flags)
{
	const char *error = getenv("JAILHOUSE_FAKE_OPEN");

	/* Never the memory of the machine that runs the tests. */
	if (strcmp(path, "/dev/mem") == 0) {
		errno = ENOENT;
		return -1;
	}
	if (error) {
		errno = atoi(error);
		return -1;
	}
	return open(path, (flags & ~O_ACCMODE) | O_RDONLY | O_CLOEXEC);
}

static void log_id(FILE *log, const struct jailhouse_cell_id *id)
{
	fprintf(log, " id=%d name=%s", id->id, id->name);
}

static void log_cpus(FILE *log, const struct jailhouse_cell_desc *cell, __u32 size)
{
	__u64 first = 0;

	if (size < sizeof(*cell) + sizeof(first))
		return;
	memcpy(&first, jailhouse_cell_cpu_set(cell), sizeof(first));
	fprintf(log, " cpus=%llx", first);
}

static void log_load(FILE *log, const struct jailhouse_cell_load *load)
{
	log_id(log, &load->cell_id);
	fprintf(log, " images=%u", load->num_preload_images);
	for (__u32 n = 0; n < load->num_preload_images; n++) {
		const struct jailhouse_preload_image *image = &load->image[n];
		const unsigned char *data = (const void *)(uintptr_t)image->source_address;

		fprintf(log, " [0x%llx+0x%llx=", image->target_address, image->size);
		for (__u64 byte = 0; byte < image->size && byte < MAX_BYTES; byte++)
			fprintf(log, "%02x", data[byte]);
		fprintf(log, "]");
	}
}

static void log_request(FILE *log, unsigned long request, void *argument)
{
	const struct jailhouse_cell_create *create = argument;

	switch (request) {
	case JAILHOUSE_ENABLE:
		fprintf(log, "enable %.5s", (const char *)argument);
		break;
	case JAILHOUSE_DISABLE:
		fprintf(log, "disable");
		break;
	case JAILHOUSE_CELL_CREATE:
		fprintf(log, "create %.5s size=%u", (const char *)(uintptr_t)create->config_address,
			create->config_size);
		log_cpus(log, (const void *)(uintptr_t)create->config_address, create->config_size);
		break;
	case JAILHOUSE_CELL_LOAD:
		fprintf(log, "load");
		log_load(log, argument);
		break;
	case JAILHOUSE_CELL_START:
		fprintf(log, "start");
		log_id(log, argument);
		break;
	case JAILHOUSE_CELL_DESTROY:
		fprintf(log, "destroy");
		log_id(log, argument);
		break;
	default:
		fprintf(log, "unknown 0x%lx", request);
	}
	fputc('\n', log);
}

int device_ioctl(int fd, unsigned long request, void *argument)
{
	const char *path = getenv("JAILHOUSE_FAKE_LOG");
	const char *error = getenv("JAILHOUSE_FAKE_ERROR");
	const char *text = getenv("JAILHOUSE_FAKE_REASON");
	FILE *log;

	if (request == JAILHOUSE_GET_REASON) {
		struct jailhouse_reason *reason = argument;

		if (!text) {
			errno = ENOTTY;
			return -1;
		}
		reason->code = error ? -atoi(error) : 0;
		snprintf(reason->text, sizeof(reason->text), "%s", text);
		return 0;
	}
	log = path ? fopen(path, "a") : NULL;
	if (log) {
		log_request(log, request, argument);
		fclose(log);
	}
	if (!error)
		return 0;
	errno = atoi(error);
	return -1;
}
