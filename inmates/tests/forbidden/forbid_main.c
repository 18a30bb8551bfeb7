/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Chooses the test by the parameter test=NAME, and watches for exceptions.
 * test=list prints all names. second=AFFINITY starts another CPU of the cell
 * first, which does nothing but count.
 */
#include <inmate_comm.h>
#include <inmate_exception.h>
#include <inmate_smp.h>

#include "forbid.h"

/* Set by an illegal exception return; every further instruction would fail. */
#define SPSR_IL         (1ULL << 20)
#define NAME_SIZE       40
/* Top of what the map of the board leaves to nobody, see board.h. */
#define FOREIGN_ADDRESS 0x70000000

const char *forbid_name = "none";
volatile struct forbid_exceptions forbid_exceptions;
volatile u64 forbid_irq_count;

static const struct forbidden_test *const tables[] = {
	forbid_memory_tests, forbid_sysreg_tests, forbid_firmware_tests, forbid_gic_tests,
	forbid_gicv2_tests,  forbid_gicv3_tests,  forbid_cell_tests,     forbid_aarch32_tests,
};

static bool skip_exception(struct inmate_frame *frame, u64 esr, u64 far)
{
	forbid_exceptions.count++;
	forbid_exceptions.esr = esr;
	forbid_exceptions.far = far;
	if (ESR_EC(esr) == ESR_EC_IABT || ESR_EC(esr) == ESR_EC_PC_ALIGN)
		frame->elr = frame->x[30];
	else
		frame->elr += 4;
	frame->spsr &= ~SPSR_IL;
	return true;
}

void forbid_expect(void)
{
	forbid_exceptions.count = 0;
	exception_set_hook(skip_exception);
}

void forbid_report(void)
{
	exception_set_hook(NULL);
	if (forbid_exceptions.count == 0)
		observed("no exception");
	else
		observed("exception EC 0x%02llx ESR 0x%08llx FAR 0x%llx",
			 ESR_EC(forbid_exceptions.esr), forbid_exceptions.esr,
			 forbid_exceptions.far);
}

u64 forbid_address(void)
{
	u64 address = (u64)cmdline_parse_int("addr", FOREIGN_ADDRESS);

	map_range((void *)address, PAGE_SIZE, MAP_CACHED);
	return address;
}

static void count_irq(unsigned int irqn)
{
	forbid_irq_count++;
}

void forbid_irqs(void)
{
	irq_init(count_irq);
	for (unsigned int sgi = 0; sgi < 16; sgi++)
		irq_enable(sgi);
	enable_irqs();
}

static const struct forbidden_test *find(const char *name)
{
	const struct forbidden_test *test;

	for (unsigned int n = 0; n < sizeof(tables) / sizeof(tables[0]); n++)
		for (test = tables[n]; test->name; test++) {
			if (strcmp(name, "list") == 0)
				printk("%s\n", test->name);
			if (strcmp(name, test->name) == 0)
				return test;
		}
	return NULL;
}

/* Tests watch this from outside. */
static volatile u64 second_alive;

static void count_for_ever(u64 argument)
{
	for (;;)
		second_alive++;
}

static void start_second(void)
{
	long long affinity = cmdline_parse_int("second", -1);

	if (affinity < 0)
		return;
	if (smp_start_cpu((u64)affinity, count_for_ever, 0) != 0)
		printk("TEST: CPU 0x%llx does not start\n", (u64)affinity);
	while (!second_alive)
		cpu_relax();
}

void inmate_main(void)
{
	const struct forbidden_test *test;
	static char buffer[NAME_SIZE];
	const char *name = cmdline_parse_str("test", buffer, sizeof(buffer), "none");

	test = find(name);
	start_second();
	if (test) {
		forbid_name = test->name;
		observed("begin");
		test->run();
		observed("end");
	} else {
		printk("TEST %s: unknown; see test=list\n", name);
	}
	while (!comm_shutdown_requested() && !inmate_native())
		cpu_relax();
	observed("shutdown approved");
	comm_shut_down();
}
