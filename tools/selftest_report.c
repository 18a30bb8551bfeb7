// SPDX-License-Identifier: GPL-2.0
/* What attacker and witness write to the hypervisor's console. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define MAX_ROWS (sizeof(((struct selftest_report *)0)->rows) / sizeof(char *))

bool selftest_open_report(struct selftest_report *report)
{
	char buffer[4096];

	memset(report, 0, sizeof(*report));
	report->fd = tool_open_device(O_RDONLY | O_NONBLOCK);
	if (report->fd < 0)
		return false;
	/* What was written before us: of an earlier attack, perhaps. */
	while (read(report->fd, buffer, sizeof(buffer)) > 0)
		;
	return true;
}

void selftest_close_report(struct selftest_report *report)
{
	for (unsigned int n = 0; n < MAX_ROWS; n++)
		free(report->rows[n]);
	if (report->fd >= 0)
		close(report->fd);
}

static void take_row(struct selftest_report *report, const char *line)
{
	char *text;
	unsigned long number = strtoul(line, &text, 10);

	if (text == line || *text != ' ' || number == 0 || number > MAX_ROWS ||
	    report->rows[number - 1])
		return;
	report->rows[number - 1] = strdup(text + 1);
	report->num_rows++;
	printf("%s\n", text + 1);
	fflush(stdout);
}

static bool take_witness(struct selftest_report *report, const char *line)
{
	char memory[16] = "";

	if (strcmp(line, "begin") == 0) {
		report->witness_begun = true;
		return true;
	}
	if (sscanf(line, "beats=%llu timer=%llu foreign=%llu memory=%15s", &report->beats,
		   &report->timer, &report->foreign, memory) != 4)
		return false;
	report->witness_ended = true;
	report->memory_intact = strcmp(memory, "intact") == 0;
	return true;
}

static bool take_line(struct selftest_report *report, const char *line)
{
	/* Something else may stand before it on the same line. */
	const char *found = strstr(line, "JB ");

	/* Its end was overwritten before we could read it. */
	if (!found || strstr(found, "<missed "))
		return false;
	found += 3;
	if (strncmp(found, "witness ", 8) == 0)
		return take_witness(report, found + 8);
	else if (strncmp(found, "note ", 5) == 0)
		printf("  %s\n", found + 5);
	else if (sscanf(found, "end rows=%u probes=%llu holes=%u unclear=%u", &report->said_rows,
			&report->probes, &report->holes, &report->unclear) == 4)
		report->ends++;
	else
		take_row(report, found);
	return true;
}

static int take_text(struct selftest_report *report, const char *text, size_t size)
{
	int lines = 0;

	for (size_t n = 0; n < size; n++) {
		if (text[n] == '\r')
			continue;
		if (text[n] != '\n') {
			if (report->used < sizeof(report->line) - 1)
				report->line[report->used++] = text[n];
			continue;
		}
		report->line[report->used] = 0;
		report->used = 0;
		lines += take_line(report, report->line);
	}
	return lines;
}

int selftest_read_report(struct selftest_report *report)
{
	char buffer[4096];
	int lines = 0;

	for (;;) {
		ssize_t size = read(report->fd, buffer, sizeof(buffer));

		if (size == 0 || (size < 0 && errno == EAGAIN))
			return lines;
		if (size < 0) {
			tool_error("the console cannot be read: %s", strerror(errno));
			return -1;
		}
		lines += take_text(report, buffer, (size_t)size);
	}
}

bool selftest_complete(const struct selftest_report *report)
{
	return report->ends && report->num_rows >= report->said_rows;
}

bool selftest_silent(const struct selftest_report *report)
{
	return report->ends >= 2;
}
