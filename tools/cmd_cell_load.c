// SPDX-License-Identifier: GPL-2.0
/* jailhouse cell load */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

struct load {
	struct jailhouse_cell_load *request;
	/* What the images were read into; NULL for strings. */
	void *buffers[JAILHOUSE_MAX_PRELOAD_IMAGES];
};

static bool is_option(const char *word, const char *brief, const char *full)
{
	return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

static bool parse_address(const struct tool_command *command, const char *word, __u64 *address)
{
	char *end;

	errno = 0;
	*address = strtoull(word, &end, 0);
	if (errno || end == word || *end || *word == '-') {
		tool_usage_error(command, "`%s` is not an address; write it as 0x... or decimal",
				 word);
		return false;
	}
	return true;
}

/* Takes one image and its address; returns how many words that were, 0 on error. */
static int parse_image(const struct tool_command *command, struct load *load, int argc, char **argv)
{
	__u32 number = load->request->num_preload_images;
	struct jailhouse_preload_image *image = &load->request->image[number];
	struct tool_file file;
	int used = 1;

	if (number == JAILHOUSE_MAX_PRELOAD_IMAGES) {
		tool_error("more than %d images in one load; load the rest with a second command",
			   JAILHOUSE_MAX_PRELOAD_IMAGES);
		return 0;
	}
	if (is_option(argv[0], "-s", "--string")) {
		if (argc < 2) {
			tool_usage_error(command, "%s needs a string", argv[0]);
			return 0;
		}
		image->source_address = (uintptr_t)argv[1];
		image->size = strlen(argv[1]) + 1;
		used = 2;
	} else if (argv[0][0] == '-') {
		tool_usage_error(command, "expected an image, but got the option `%s`", argv[0]);
		return 0;
	} else {
		if (!tool_read_file(&file, "image", argv[0]))
			return 0;
		load->buffers[number] = file.data;
		image->source_address = (uintptr_t)file.data;
		image->size = file.size;
	}
	load->request->num_preload_images++;

	if (used >= argc || !is_option(argv[used], "-a", "--address"))
		return used;
	if (used + 1 >= argc) {
		tool_usage_error(command, "%s needs an address", argv[used]);
		return 0;
	}
	return parse_address(command, argv[used + 1], &image->target_address) ? used + 2 : 0;
}

static bool parse(const struct tool_command *command, struct load *load, int argc, char **argv)
{
	int used = tool_parse_cell(command, argc, argv, &load->request->cell_id);

	if (!used)
		return false;
	if (used == argc) {
		tool_usage_error(command, "which image?");
		return false;
	}
	while (used < argc) {
		int words = parse_image(command, load, argc - used, argv + used);

		if (!words)
			return false;
		used += words;
	}
	return true;
}

static int perform(struct load *load)
{
	int fd = tool_open_device(O_RDWR);
	int result;

	if (fd < 0)
		return TOOL_FAILED;
	result = tool_require_enabled() ? tool_request(fd, JAILHOUSE_CELL_LOAD,
						       "JAILHOUSE_CELL_LOAD", load->request) :
					  -1;
	close(fd);
	return result ? TOOL_FAILED : TOOL_OK;
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct load load = { .request = NULL };
	int result = TOOL_FAILED;

	load.request = calloc(1, sizeof(*load.request) + JAILHOUSE_MAX_PRELOAD_IMAGES *
								 sizeof(load.request->image[0]));
	if (!load.request)
		return tool_error("there is no memory left");
	if (parse(command, &load, argc, argv))
		result = perform(&load);
	for (int n = 0; n < JAILHOUSE_MAX_PRELOAD_IMAGES; n++)
		free(load.buffers[n]);
	free(load.request);
	return result;
}

const struct tool_command command_cell_load = {
	.group = "cell",
	.name = "load",
	.arguments = "{ ID | [--name] NAME } { IMAGE | { -s | --string } \"STRING\" }"
		     " [{ -a | --address } ADDRESS] ...",
	.help = "Stops the cell, if it runs and agrees, and copies images into its memory. Several\n"
		"may be given, each with its address; where they overlap the later one stays. An\n"
		"image must lie in one loadable region.\n"
		"\n"
		"  -s, --string STRING     load a string with its final zero, such as parameters\n"
		"  -a, --address ADDRESS   where to, in the cell's address space (default 0)\n",
	.run = run,
};
