// SPDX-License-Identifier: GPL-2.0
/*
 * jailhouse cell stats: how often the CPUs of a cell entered the hypervisor.
 * A full-screen view on a terminal; a table or JSON once, elsewhere.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "stats_sample.h"
#include "tool.h"

#define CLEAR_SCREEN "\x1b[H\x1b[2J"
#define REVERSE      "\x1b[7m"
#define NORMAL       "\x1b[0m"
#define HIDE_CURSOR  "\x1b[?25l"
#define SHOW_CURSOR  "\x1b[?25h"
#define OTHER_SCREEN "\x1b[?1049h"
#define FIRST_SCREEN "\x1b[?1049l"
#define MAX_INTERVAL 3600.0

enum mode { MODE_AUTO, MODE_ONCE, MODE_JSON };

struct options {
	enum mode mode;
	double interval;
	struct jailhouse_cell_id id;
};

struct view {
	int cell;
	char name[TOOL_VALUE_SIZE];
	/* STATS_ALL_CPUS or an index into the sample's CPUs. */
	int cpu;
};

static struct stats_sample samples[2];
static volatile sig_atomic_t interrupted;

static bool parse_interval(const struct tool_command *command, const char *word, double *interval)
{
	char *end;

	*interval = strtod(word, &end);
	if (end == word || *end || !(*interval >= 0) || *interval > MAX_INTERVAL) {
		tool_usage_error(command, "`%s` is not a number of seconds from 0 to 3600", word);
		return false;
	}
	return true;
}

/* Returns how many words were an option; 0: none; -1: error. */
static int parse_option(const struct tool_command *command, struct options *options, int argc,
			char **argv)
{
	if (strcmp(argv[0], "--once") == 0) {
		options->mode = options->mode == MODE_JSON ? MODE_JSON : MODE_ONCE;
		return 1;
	}
	if (strcmp(argv[0], "--json") == 0) {
		options->mode = MODE_JSON;
		return 1;
	}
	if (strcmp(argv[0], "-i") == 0 || strcmp(argv[0], "--interval") == 0) {
		if (argc < 2) {
			tool_usage_error(command, "%s needs a number of seconds", argv[0]);
			return -1;
		}
		return parse_interval(command, argv[1], &options->interval) ? 2 : -1;
	}
	return 0;
}

static bool parse(const struct tool_command *command, struct options *options, int argc,
		  char **argv)
{
	bool have_cell = false;
	int used;

	for (; argc > 0; argc -= used, argv += used) {
		used = parse_option(command, options, argc, argv);
		if (used < 0)
			return false;
		if (used)
			continue;
		if (have_cell)
			return tool_no_more(command, argc, argv);
		used = tool_parse_cell(command, argc, argv, &options->id);
		if (!used)
			return false;
		have_cell = true;
	}
	return have_cell || tool_parse_cell(command, 0, NULL, &options->id);
}

static const struct stats_sample *order_now, *order_before;
static int order_cpu;

/* The busiest counter first; the total, which is the sum of the others, on top. */
static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;
	bool x_total = strcmp(order_now->counter[x].name, "vmexits_total") == 0;
	bool y_total = strcmp(order_now->counter[y].name, "vmexits_total") == 0;
	double rate_x = stats_rate(order_now, order_before, x, order_cpu);
	double rate_y = stats_rate(order_now, order_before, y, order_cpu);
	unsigned long long sum_x = stats_value(order_now, x, order_cpu);
	unsigned long long sum_y = stats_value(order_now, y, order_cpu);

	if (x_total != y_total)
		return x_total ? -1 : 1;
	if (rate_x != rate_y)
		return rate_x > rate_y ? -1 : 1;
	if (sum_x != sum_y)
		return sum_x > sum_y ? -1 : 1;
	return strcmp(order_now->counter[x].name, order_now->counter[y].name);
}

static void print_table(const struct stats_sample *now, const struct stats_sample *before, int cpu)
{
	unsigned int order[STATS_MAX_COUNTERS] = { 0 };

	for (unsigned int n = 0; n < now->num_counters; n++)
		order[n] = n;
	order_now = now;
	order_before = before;
	order_cpu = cpu;
	qsort(order, now->num_counters, sizeof(order[0]), compare);
	for (unsigned int n = 0; n < now->num_counters; n++)
		printf("%-28s %12llu %12.0f\n", now->counter[order[n]].name,
		       stats_value(now, order[n], cpu), stats_rate(now, before, order[n], cpu));
}

/* What is counted for each channel; the state first. */
#define CHANNEL_FILES 4
static const char *const channel_files[CHANNEL_FILES] = { "state", "doorbells_sent",
							  "doorbells_received",
							  "doorbells_dropped" };

static bool read_channel(int cell, const char *channel, char values[CHANNEL_FILES][TOOL_VALUE_SIZE])
{
	for (unsigned int n = 0; n < CHANNEL_FILES; n++)
		if (!tool_read_attribute(values[n], "cells/%d/channels/%s/%s", cell, channel,
					 channel_files[n]))
			return false;
	return true;
}

static void print_channels(int cell)
{
	char values[CHANNEL_FILES][TOOL_VALUE_SIZE];
	char **list = tool_list("cells/%d/channels", cell);

	for (char **name = list; name && *name; name++)
		if (read_channel(cell, *name, values))
			printf("%s%s state %s: %s doorbells sent, %s received, %s dropped\n",
			       name == list ? "\n" : "", *name, values[0], values[1], values[2],
			       values[3]);
	tool_free_list(list);
}

static void print_json_channels(int cell)
{
	char values[CHANNEL_FILES][TOOL_VALUE_SIZE];
	char **list = tool_list("cells/%d/channels", cell);
	const char *comma = "";

	printf(",\n  \"channels\": {");
	for (char **name = list; name && *name; name++) {
		if (!read_channel(cell, *name, values))
			continue;
		printf("%s\n    \"%s\": { ", comma, *name);
		for (unsigned int n = 0; n < CHANNEL_FILES; n++)
			printf("%s\"%s\": %s", n ? ", " : "", channel_files[n], values[n]);
		printf(" }");
		comma = ",";
	}
	printf("\n  }");
	tool_free_list(list);
}

static void print_json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_json(const struct view *view, const struct stats_sample *now,
		       const struct stats_sample *before)
{
	printf("{\n  \"cell\": { \"id\": %d, \"name\": ", view->cell);
	print_json_string(view->name);
	printf(" },\n  \"interval\": %.3f,\n  \"counters\": {",
	       before ? now->time - before->time : 0);
	for (unsigned int n = 0; n < now->num_counters; n++) {
		printf("%s\n    ", n ? "," : "");
		print_json_string(now->counter[n].name);
		printf(": { \"sum\": %llu, \"per_sec\": %.1f, \"cpus\": {",
		       stats_value(now, n, STATS_ALL_CPUS),
		       stats_rate(now, before, n, STATS_ALL_CPUS));
		for (unsigned int cpu = 0; cpu < now->num_cpus; cpu++)
			printf("%s \"%u\": { \"sum\": %llu, \"per_sec\": %.1f }", cpu ? "," : "",
			       now->cpu[cpu], stats_value(now, n, (int)cpu),
			       stats_rate(now, before, n, (int)cpu));
		printf(" } }");
	}
	printf("\n  }");
	print_json_channels(view->cell);
	printf("\n}\n");
}

static int cell_gone(const struct view *view)
{
	return tool_error("cell `%s` (id %d) has no statistics any more: it was destroyed",
			  view->name, view->cell);
}

static int once(const struct options *options, const struct view *view)
{
	const struct stats_sample *before = NULL;

	if (options->interval > 0) {
		struct timespec pause = {
			.tv_sec = (time_t)options->interval,
			.tv_nsec = (long)((options->interval - (double)(time_t)options->interval) *
					  1e9),
		};

		if (!stats_read(&samples[0], view->cell))
			return cell_gone(view);
		nanosleep(&pause, NULL);
		before = &samples[0];
	}
	if (!stats_read(&samples[1], view->cell))
		return cell_gone(view);
	if (options->mode == MODE_JSON) {
		print_json(view, &samples[1], before);
		return TOOL_OK;
	}
	printf("Statistics of cell %d \"%s\"\n", view->cell, view->name);
	printf("%-28s %12s %12s\n", "COUNTER", "SUM", "PER SEC");
	print_table(&samples[1], before, STATS_ALL_CPUS);
	print_channels(view->cell);
	return TOOL_OK;
}

static void draw(const struct view *view, const struct stats_sample *now,
		 const struct stats_sample *before)
{
	char cpus[32] = "all CPUs";

	if (view->cpu != STATS_ALL_CPUS)
		snprintf(cpus, sizeof(cpus), "CPU %u", now->cpu[view->cpu]);
	printf(CLEAR_SCREEN "Statistics of cell %d \"%s\" (%s)\n\n", view->cell, view->name, cpus);
	printf(REVERSE "%-28s %12s %12s" NORMAL "\n", "COUNTER", "SUM", "PER SEC");
	print_table(now, before, view->cpu);
	print_channels(view->cell);
	printf("\nq quit   c next CPU   a all CPUs\n");
	fflush(stdout);
}

static void on_signal(int number)
{
	interrupted = number;
}

/* Until the next sample is due, or a key says something. True: quit. */
static bool handle_key(struct view *view, const struct stats_sample *now, int timeout_ms)
{
	struct pollfd poll_stdin = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&poll_stdin, 1, timeout_ms) <= 0)
		return interrupted;
	if (read(STDIN_FILENO, &key, 1) != 1)
		return true;
	switch (key) {
	case 'q':
	case 'Q':
		return true;
	case 'c':
	case 'C':
		view->cpu++;
		if ((unsigned int)view->cpu >= now->num_cpus)
			view->cpu = now->num_cpus ? 0 : STATS_ALL_CPUS;
		return false;
	case 'a':
	case 'A':
		view->cpu = STATS_ALL_CPUS;
		return false;
	default:
		return interrupted;
	}
}

static double clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool watch_loop(const struct options *options, struct view *view)
{
	const struct stats_sample *before = NULL;
	unsigned int current = 0;

	for (;;) {
		struct stats_sample *now = &samples[current];
		double due;

		if (!stats_read(now, view->cell))
			return false;
		due = now->time + options->interval;
		if (view->cpu != STATS_ALL_CPUS && (unsigned int)view->cpu >= now->num_cpus)
			view->cpu = STATS_ALL_CPUS;
		do {
			double left = due - clock_now();

			draw(view, now, before);
			if (handle_key(view, now, left > 0 ? (int)(left * 1000) + 1 : 0))
				return true;
		} while (clock_now() < due);
		before = now;
		current = !current;
	}
}

static int watch(struct options *options, struct view *view)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct termios old, raw;
	bool alive;

	if (tcgetattr(STDIN_FILENO, &old) != 0)
		return once(options, view);
	if (options->interval < 0.1)
		options->interval = 0.1;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	raw = old;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs(OTHER_SCREEN HIDE_CURSOR, stdout);
	alive = watch_loop(options, view);
	fputs(SHOW_CURSOR FIRST_SCREEN, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &old);
	return alive ? TOOL_OK : cell_gone(view);
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct options options = { .mode = MODE_AUTO, .interval = 1 };
	struct view view = { .cpu = STATS_ALL_CPUS };

	if (!parse(command, &options, argc, argv) || !tool_require_enabled())
		return TOOL_FAILED;
	view.cell = tool_find_cell(&options.id);
	if (view.cell < 0)
		return TOOL_FAILED;
	tool_read_attribute(view.name, "cells/%d/name", view.cell);
	if (options.mode == MODE_AUTO && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return watch(&options, &view);
	return once(&options, &view);
}

const struct tool_command command_cell_stats = {
	.group = "cell",
	.name = "stats",
	.arguments = "{ ID | [--name] NAME } [--once] [--json] [-i | --interval SECONDS]",
	.help = "Shows how often the CPUs of a cell entered the hypervisor, and why. On a terminal\n"
		"the view is renewed each second; keys: q quits, c shows the next CPU alone, a all\n"
		"CPUs together. Without a terminal, and with --once or --json, it is printed once.\n"
		"\n"
		"  --once                   print a table and end\n"
		"  --json                   print JSON, with each CPU, and end\n"
		"  -i, --interval SECONDS   time over which PER SEC is measured (default 1; 0: do\n"
		"                           not measure)\n",
	.run = run,
};
