/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Timer demo: how late do the interrupts of the virtual timer arrive?
 *
 * Parameters:
 *	rate=N		interrupts per second (default 10)
 *	report=N	a line each N interrupts (default: once a second)
 *	count=N		stop after N interrupts (default 0: never)
 *	busy		spin instead of WFI between the interrupts
 *
 * A shutdown request is looked for between the interrupts, and approved.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_sysregs.h>

static u64 period;
static u64 expected;
static volatile u64 fired;
static volatile u64 late_last, late_min, late_max, late_sum;

static void handle_irq(unsigned int irqn)
{
	u64 late;

	if (irqn != TIMER_IRQ)
		return;

	isb();
	late = read_sysreg(cntvct_el0) - expected;
	late_last = late;
	late_sum += late;
	if (late < late_min)
		late_min = late;
	if (late > late_max)
		late_max = late;
	fired++;

	/* Without drift; but what is due already is left out. */
	do
		expected += period;
	while ((s64)(expected - read_sysreg(cntvct_el0)) <= 0);
	write_sysreg(cntv_cval_el0, expected);
	isb();
}

static void report(u64 count)
{
	printk("Timer fired %llu times, jitter: %llu ns, min: %llu ns, avg: %llu ns, max: %llu ns\n",
	       count, timer_ticks_to_ns(late_last), timer_ticks_to_ns(late_min),
	       timer_ticks_to_ns(late_sum / count), timer_ticks_to_ns(late_max));
}

void inmate_main(void)
{
	u64 rate = (u64)cmdline_parse_int("rate", 10);
	u64 per_line = (u64)cmdline_parse_int("report", (long long)rate);
	u64 limit = (u64)cmdline_parse_int("count", 0);
	bool busy = cmdline_parse_bool("busy", false);
	u64 reported = 0;

	if (rate == 0 || rate > 100000) {
		printk("rate=%llu is not from 1 to 100000; using 10\n", rate);
		rate = 10;
	}
	if (per_line == 0)
		per_line = rate;

	late_min = ~0ULL;
	printk("Initializing the GIC...\n");
	irq_init(handle_irq);
	printk("Initializing the timer...\n");
	irq_enable(TIMER_IRQ);
	period = timer_get_frequency() / rate;
	expected = read_sysreg(cntvct_el0) + period;
	write_sysreg(cntv_cval_el0, expected);
	write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
	isb();
	enable_irqs();

	while (!comm_shutdown_requested()) {
		u64 count = fired;

		if (count - reported >= per_line) {
			reported = count;
			report(count);
		}
		if (limit && count >= limit) {
			printk("Done after %llu interrupts\n", count);
			comm_shut_down();
		}
		/* An interrupt that comes now ends the WFI, because it is pending. */
		disable_irqs();
		if (!busy && fired == count)
			wait_for_interrupt();
		enable_irqs();
	}
	printk("Shutdown requested, approving\n");
	comm_shut_down();
}
