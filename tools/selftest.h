/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `jailhouse selftest`: what its files share. The inmate that attacks is
 * inmates/tests/jailbreak; its parameters and report are described there.
 */
#pragma once

#include <stdbool.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/config-extension.h>

#include "tool.h"

#define SELFTEST_ATTACKER    "selftest-attacker"
#define SELFTEST_WITNESS     "selftest-witness"
/* What the inmate reserves for its parameters. */
#define SELFTEST_PARAMETERS  2048
#define SELFTEST_MAX_RANGES  12
/* What it has room for: CPUs besides the first. The others of a config are not used. */
#define SELFTEST_MAX_HELPERS 8

struct selftest_range {
	char name[20];
	/** f, r or x, see jailbreak.h. */
	char kind;
	__u64 start;
	__u64 size;
};

/** The two cells, and what there is to attack. */
struct selftest_plan {
	struct tool_file attacker;
	/** Without data if the config has one CPU only. */
	struct tool_file witness;
	/** Both are peers of an ivshmem channel. */
	bool channel;
	/** How many CPUs the attacker has besides the first. */
	unsigned int num_helpers;
	/** Where both start, and their RAM as root sees it. */
	__u64 entry;
	struct selftest_range attacker_ram;
	struct selftest_range witness_ram;
	/** In addresses of the attacker. */
	struct selftest_range targets[SELFTEST_MAX_RANGES];
	unsigned int num_targets;
	struct selftest_range ours[SELFTEST_MAX_RANGES];
	unsigned int num_ours;
};

/* selftest_plan.c */

/** Makes both cells of one config; false after an error message. */
bool selftest_make_plan(struct selftest_plan *plan, const struct jailhouse_system *system,
			const struct jailhouse_cell_desc *source);
void selftest_parameters(char text[SELFTEST_PARAMETERS], const struct selftest_plan *plan,
			 unsigned long seed, unsigned long probes);
void selftest_free_plan(struct selftest_plan *plan);

/* selftest_report.c */

struct selftest_report {
	int fd;
	char *rows[256];
	unsigned int num_rows;
	/** What the attacker says at its end. */
	unsigned int ends;
	unsigned int said_rows, holes, unclear;
	unsigned long long probes;
	/** The witness. */
	bool witness_begun, witness_ended;
	unsigned long long beats, timer, foreign;
	bool memory_intact;
	/** The line that is not complete yet. */
	char line[1024];
	size_t used;
};

bool selftest_open_report(struct selftest_report *report);
void selftest_close_report(struct selftest_report *report);
/** Takes what is there; returns how many lines were understood, or -1 after an error message. */
int selftest_read_report(struct selftest_report *report);
/** Are all rows here, of which the attacker spoke? */
bool selftest_complete(const struct selftest_report *report);
/** It says all twice, and is then silent. */
bool selftest_silent(const struct selftest_report *report);

/* selftest_root.c */

/** What root has and does, to be compared. */
struct selftest_root {
	unsigned char *memory;
	unsigned long hash;
	unsigned long long interrupts;
	struct selftest_unwanted *unwanted;
	int num_interrupts;
};

bool selftest_watch_root(struct selftest_root *root);
/** Prints what changed; returns how much that was. */
unsigned int selftest_check_root(struct selftest_root *root);

/** Root's own attempts on a range, from user space; returns the number of holes. */
unsigned int selftest_attack_from_root(const struct selftest_range *range, unsigned long seed,
				       unsigned long probes);
