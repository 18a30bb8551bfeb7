/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The forbidden-things inmate: each test does one thing that a cell must not
 * do, or that needs a clear answer, and says what it saw. Each line of output
 * starts with `TEST <name>: `, for whoever watches from outside:
 *
 *	TEST x: begin		always
 *	TEST x: ...		what was observed, if the CPU still runs
 *	TEST x: end		the test is over; shutdown requests are approved now
 */
#pragma once

#include <inmate.h>

struct forbidden_test {
	const char *name;
	void (*run)(void);
};

/* One table per file, each closed by an entry without a name. */
extern const struct forbidden_test forbid_memory_tests[];
extern const struct forbidden_test forbid_sysreg_tests[];
extern const struct forbidden_test forbid_firmware_tests[];
extern const struct forbidden_test forbid_gic_tests[];
extern const struct forbidden_test forbid_gicv2_tests[];
extern const struct forbidden_test forbid_gicv3_tests[];
extern const struct forbidden_test forbid_cell_tests[];
extern const struct forbidden_test forbid_aarch32_tests[];

extern const char *forbid_name;

#define observed(fmt, ...) printk("TEST %s: " fmt "\n", forbid_name, ##__VA_ARGS__)

/** Exceptions since forbid_expect(), which are skipped: back to the caller
 *  after a failed fetch, else on with the next instruction. */
struct forbid_exceptions {
	unsigned int count;
	u64 esr;
	u64 far;
};

extern volatile struct forbid_exceptions forbid_exceptions;

void forbid_expect(void);
/** Prints `exception ...` or `no exception`. */
void forbid_report(void);

/** An address that no cell of the board has (parameter addr=). */
u64 forbid_address(void);

/** Where SGIs of this CPU are counted once forbid_irqs() was called. */
extern volatile u64 forbid_irq_count;
void forbid_irqs(void);
