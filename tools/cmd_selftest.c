// SPDX-License-Identifier: GPL-2.0
/*
 * jailhouse selftest: a cell that attacks all others, and the question whether
 * anybody noticed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

#define IMAGE           TOOL_LIBEXECDIR "/jailhouse/tests/jailbreak.bin"
#define PARAMETERS_AT   0x1000
#define DEFAULT_PROBES  8
#define MAX_PROBES      10000
#define POLL_US         1000
#define SETTLE_US       50000
#define MAX_SETTLES     100
/* Nothing new on the console for so long: the attacker has hung itself up. */
#define DEFAULT_TIMEOUT 60
#define MAX_TIMEOUT     86400
/* Between two lines of what the attacker repeats. */
#define REPEAT_S        1

struct options {
	unsigned long seed;
	unsigned long probes;
	unsigned long timeout;
	const char *image;
	const char *system;
	const char *cell;
};

struct run {
	const struct options *options;
	struct selftest_plan plan;
	struct selftest_report report;
	struct selftest_root root;
	struct tool_file image;
	int fd;
	bool have_witness;
	/* What is to be destroyed. */
	bool made_attacker, made_witness;
	unsigned long long witness_entries;
	unsigned int holes;
	unsigned int unclear;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = signal;
}

static bool parse_number(const struct tool_command *command, const char *option, const char *word,
			 unsigned long most, unsigned long *value)
{
	char *end;

	if (!word) {
		tool_usage_error(command, "%s needs a number", option);
		return false;
	}
	errno = 0;
	*value = strtoul(word, &end, 0);
	if (errno || end == word || *end || *word == '-' || *value > most) {
		tool_usage_error(command, "`%s` is no number from 0 to %lu for %s", word, most,
				 option);
		return false;
	}
	return true;
}

static bool parse(const struct tool_command *command, struct options *options, int argc,
		  char **argv)
{
	for (; argc > 0 && argv[0][0] == '-'; argc -= 2, argv += 2) {
		if (strcmp(argv[0], "--seed") == 0) {
			if (!parse_number(command, argv[0], argv[1], 0xffffffffUL, &options->seed))
				return false;
		} else if (strcmp(argv[0], "--probes") == 0) {
			if (!parse_number(command, argv[0], argv[1], MAX_PROBES, &options->probes))
				return false;
		} else if (strcmp(argv[0], "--timeout") == 0) {
			if (!parse_number(command, argv[0], argv[1], MAX_TIMEOUT,
					  &options->timeout))
				return false;
		} else if (strcmp(argv[0], "--image") == 0 && argc > 1) {
			options->image = argv[1];
		} else {
			tool_usage_error(command, "`%s` is no option of this command", argv[0]);
			return false;
		}
	}
	if (argc < 2) {
		tool_usage_error(command, argc ? "which cell config?" : "which system config?");
		return false;
	}
	options->system = argv[0];
	options->cell = argv[1];
	return tool_no_more(command, argc - 2, argv + 2);
}

static struct jailhouse_cell_id id_of(const char *name)
{
	struct jailhouse_cell_id id = { .id = JAILHOUSE_CELL_ID_UNUSED };

	strcpy(id.name, name);
	return id;
}

static bool create(struct run *run, const struct tool_file *config)
{
	struct jailhouse_cell_create request = {
		.config_address = (uintptr_t)config->data,
		.config_size = (__u32)config->size,
	};

	return tool_request(run->fd, JAILHOUSE_CELL_CREATE, "JAILHOUSE_CELL_CREATE", &request) == 0;
}

/* Loads the program with parameters into a cell that exists, and starts it. */
static bool start(struct run *run, const char *name, const char *parameters)
{
	struct jailhouse_cell_load *load = calloc(1, sizeof(*load) + 2 * sizeof(load->image[0]));
	struct jailhouse_cell_id id = id_of(name);
	bool good;

	if (!load)
		return !tool_error("there is no memory left");
	load->cell_id = id;
	load->num_preload_images = 2;
	load->image[0].source_address = (uintptr_t)run->image.data;
	load->image[0].size = run->image.size;
	load->image[0].target_address = run->plan.entry;
	load->image[1].source_address = (uintptr_t)parameters;
	load->image[1].size = strlen(parameters) + 1;
	load->image[1].target_address = run->plan.entry + PARAMETERS_AT;
	good = tool_request(run->fd, JAILHOUSE_CELL_LOAD, "JAILHOUSE_CELL_LOAD", load) == 0 &&
	       tool_request(run->fd, JAILHOUSE_CELL_START, "JAILHOUSE_CELL_START", &id) == 0;
	free(load);
	return good;
}

static bool destroy(struct run *run, const char *name)
{
	struct jailhouse_cell_id id = id_of(name);

	return tool_request(run->fd, JAILHOUSE_CELL_DESTROY, "JAILHOUSE_CELL_DESTROY", &id) == 0;
}

/* Reads the console until done(), true, or for so long nothing came. */
static bool read_until(struct run *run, bool (*done)(const struct selftest_report *report),
		       unsigned long silence)
{
	time_t last = time(NULL);

	while (!done(&run->report)) {
		int lines = selftest_read_report(&run->report);

		if (lines < 0 || interrupted)
			return false;
		if (lines > 0)
			last = time(NULL);
		else if (time(NULL) - last > (time_t)silence)
			return false;
		else
			usleep(POLL_US);
	}
	return true;
}

static bool follow(struct run *run, bool (*done)(const struct selftest_report *report),
		   const char *who)
{
	if (read_until(run, done, run->options->timeout))
		return true;
	if (interrupted)
		return !tool_error("interrupted");
	return !tool_error("%s says nothing for %lu s. `jailhouse console` may say why", who,
			   run->options->timeout);
}

static bool witness_begun(const struct selftest_report *report)
{
	return report->witness_begun;
}

static bool witness_ended(const struct selftest_report *report)
{
	return report->witness_ended;
}

static bool read_count(unsigned long long *count, int cell, const char *name)
{
	char value[TOOL_VALUE_SIZE];

	if (!tool_read_attribute(value, "cells/%d/statistics/%s", cell, name))
		return !tool_error("the statistics of cell %d cannot be read: %s", cell,
				   strerror(errno));
	*count = strtoull(value, NULL, 10);
	return true;
}

/*
 * How often the CPU of the witness entered the hypervisor, not counting its own
 * hypercalls: it writes to the console. Both counters are read until they stay,
 * since a call is counted as an entry before it is counted as a call.
 */
static bool read_entries(unsigned long long *entries)
{
	struct jailhouse_cell_id id = id_of(SELFTEST_WITNESS);
	unsigned long long total = 0, calls = 0, last_total, last_calls;
	int cell = tool_find_cell(&id), tries = 0;

	if (cell < 0)
		return false;
	do {
		last_total = total;
		last_calls = calls;
		usleep(SETTLE_US);
		if (!read_count(&total, cell, "vmexits_total") ||
		    !read_count(&calls, cell, "vmexits_hypercall"))
			return false;
	} while ((total != last_total || calls != last_calls) && ++tries < MAX_SETTLES);
	*entries = total - calls;
	return true;
}

static bool start_witness(struct run *run)
{
	if (!run->have_witness) {
		printf("no witness: \"%s\" has one CPU only\n", run->options->cell);
		return true;
	}
	run->made_witness = create(run, &run->plan.witness);
	return run->made_witness &&
	       start(run, SELFTEST_WITNESS, run->plan.channel ? "witness channel" : "witness") &&
	       follow(run, witness_begun, "the witness");
}

static bool attack(struct run *run)
{
	char parameters[SELFTEST_PARAMETERS];

	selftest_parameters(parameters, &run->plan, run->options->seed, run->options->probes);
	run->made_attacker = create(run, &run->plan.attacker);
	if (!run->made_attacker)
		return false;
	if (run->have_witness && !read_entries(&run->witness_entries))
		return false;
	if (!start(run, SELFTEST_ATTACKER, parameters) ||
	    !follow(run, selftest_complete, "the attacker"))
		return false;
	/* Not in the middle of its words; now it waits for its end. */
	read_until(run, selftest_silent, REPEAT_S);
	run->holes += run->report.holes;
	run->unclear += run->report.unclear;
	return true;
}

static void attack_from_root(struct run *run)
{
	for (unsigned int n = 0; n < run->plan.num_targets; n++) {
		const struct selftest_range *range = &run->plan.targets[n];

		if (strcmp(range->name, "hypervisor") == 0)
			run->holes += selftest_attack_from_root(range, run->options->seed,
								run->options->probes);
	}
	run->holes += selftest_attack_from_root(&run->plan.attacker_ram, run->options->seed,
						run->options->probes);
	if (run->have_witness)
		run->holes += selftest_attack_from_root(&run->plan.witness_ram, run->options->seed,
							run->options->probes);
}

static void hole(struct run *run, bool found, const char *text)
{
	if (!found)
		return;
	printf("HOLE: %s\n", text);
	run->holes++;
}

/* Asks the witness to shut down, whereupon it says what it saw. */
static bool ask_witness(struct run *run)
{
	struct jailhouse_cell_load request = { .cell_id = id_of(SELFTEST_WITNESS) };
	unsigned long long now;

	if (!run->have_witness)
		return true;
	if (!read_entries(&now) ||
	    tool_request(run->fd, JAILHOUSE_CELL_LOAD, "JAILHOUSE_CELL_LOAD", &request) != 0 ||
	    !follow(run, witness_ended, "the witness"))
		return false;
	printf("witness: %llu rounds, %llu timer interrupts, %llu foreign interrupts, memory %s,"
	       " %llu entries into the hypervisor\n",
	       run->report.beats, run->report.timer, run->report.foreign,
	       run->report.memory_intact ? "intact" : "changed", now - run->witness_entries);
	hole(run, run->report.beats == 0 || run->report.timer == 0, "the witness stood still");
	hole(run, run->report.foreign != 0, "the witness took interrupts of others");
	hole(run, !run->report.memory_intact, "memory of the witness has changed");
	hole(run, now != run->witness_entries, "the witness was made to enter the hypervisor");
	return true;
}

static bool perform(struct run *run)
{
	bool good = start_witness(run) && attack(run);

	if (good)
		attack_from_root(run);
	/* Also after a failure: nothing of ours stays. The attacker refuses to go. */
	if (run->made_attacker && !destroy(run, SELFTEST_ATTACKER))
		good = false;
	if (good)
		good = ask_witness(run);
	if (run->made_witness && !destroy(run, SELFTEST_WITNESS))
		good = false;
	run->holes += selftest_check_root(&run->root);
	return good;
}

static int judge(const struct run *run, bool performed)
{
	if (!performed)
		return tool_error("the self-test did not come to its end; seed %lu repeats it",
				  run->options->seed);
	printf("%llu attempts in %u rows with seed %lu: %u holes, %u unclear\n", run->report.probes,
	       run->report.num_rows, run->options->seed, run->holes, run->unclear);
	return run->holes || run->unclear ? TOOL_FAILED : TOOL_OK;
}

static bool prepare(struct run *run)
{
	struct tool_file system, cell;
	bool good;

	if (!tool_read_config(&system, TOOL_CONFIG_SYSTEM, run->options->system))
		return false;
	if (!tool_read_config(&cell, TOOL_CONFIG_CELL, run->options->cell)) {
		free(system.data);
		return false;
	}
	good = selftest_make_plan(&run->plan, system.data, cell.data);
	free(system.data);
	free(cell.data);
	run->have_witness = run->plan.witness.data != NULL;
	return good && tool_read_file(&run->image, "image", run->options->image);
}

static int run_selftest(const struct tool_command *command, int argc, char **argv)
{
	struct options options = { .seed = (unsigned long)time(NULL) & 0xffffffffUL,
				   .probes = DEFAULT_PROBES,
				   .timeout = DEFAULT_TIMEOUT,
				   .image = IMAGE };
	struct run run = { .options = &options, .fd = -1, .report.fd = -1 };
	const struct sigaction action = { .sa_handler = on_interrupt };
	int result = TOOL_FAILED;

	if (!parse(command, &options, argc, argv))
		return TOOL_FAILED;
	/* The cells go before we do. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	run.fd = tool_open_device(O_RDWR);
	if (run.fd >= 0 && tool_require_enabled() && prepare(&run) &&
	    selftest_open_report(&run.report) && selftest_watch_root(&run.root)) {
		printf("SEED=%lu, counts: n answered, a abort, u undefined, t trapped by EL1, o other;"
		       " ! hole, ? unclear\n",
		       options.seed);
		result = judge(&run, perform(&run));
	}
	selftest_close_report(&run.report);
	selftest_free_plan(&run.plan);
	free(run.image.data);
	if (run.fd >= 0)
		close(run.fd);
	return result;
}

const struct tool_command command_selftest = {
	.group = "selftest",
	.arguments =
		"[--seed N] [--probes N] [--timeout SECONDS] [--image FILE] SYSCONFIG CELLCONFIG",
	.help = "Attacks the partitioning from a cell and from root, and reports how each kind of\n"
		"attempt ended. The hypervisor must be enabled with SYSCONFIG. CELLCONFIG says which\n"
		"CPUs, RAM and interrupts are used for it: the last CPU, if there are two, is a witness\n"
		"in a cell of its own that must not notice anything; the others attack together. Both\n"
		"cells are gone afterwards. Exit code 1 if there was a hole, if an attempt did not\n"
		"reach what it was aimed at, or if the test did not come to its end.\n"
		"\n"
		"  --seed N       repeat the random part of an earlier run\n"
		"  --probes N     random attempts of each kind (default 8)\n"
		"  --timeout S    give up when the attacker is silent for so long (default 60)\n"
		"  --image FILE   the attacking program, if it is not installed\n",
	.run = run_selftest,
};
