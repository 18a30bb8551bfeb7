/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * SMP demo: starts a second CPU by PSCI, then both play ping-pong with SGIs.
 *
 * Parameters:
 *	cpu=N		affinity of the second CPU (default: the next after this one)
 *	sgis=N		round trips (default 0: for ever)
 *	report=N	a line each N round trips (default 10000)
 *	busy		spin instead of WFI while waiting
 *
 * A shutdown request is looked for between the round trips, and approved.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#define SGI_PING 1
#define SGI_PONG 2

static u64 first_cpu, second_cpu;
static bool busy;
static volatile u64 pings, pongs, wrong, timeouts;
static volatile bool second_ready, second_off;
static volatile u64 second_affinity, second_argument;

/* Runs on both CPUs. */
static void handle_irq(unsigned int irqn)
{
	u64 self = cpu_affinity();

	if (irqn == SGI_PING && self == second_cpu) {
		pings++;
		gic_send_sgi(first_cpu, SGI_PONG);
	} else if (irqn == SGI_PONG && self == first_cpu) {
		pongs++;
	} else if (irqn == TIMER_IRQ && self == first_cpu) {
		write_sysreg(cntv_ctl_el0, 0);
		timeouts++;
	} else {
		wrong++;
	}
}

/* Until an interrupt has changed something, which the caller checks before:
 * with interrupts disabled, so that none can come between check and WFI. */
static void idle(void)
{
	if (!busy)
		wait_for_interrupt();
	enable_irqs();
	isb();
	disable_irqs();
}

static void second_main(u64 argument)
{
	second_affinity = cpu_affinity();
	second_argument = argument;
	irq_init(handle_irq);
	irq_enable(SGI_PING);
	enable_irqs();
	memory_barrier();
	second_ready = true;
	disable_irqs();
	while (!second_off)
		idle();
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void report(u64 start)
{
	u64 ns = timer_ticks_to_ns(timer_get_ticks() - start);

	printk("SGIs: %llu sent, %llu arrived, %llu answered, %llu wrong; round trip: %llu ns\n",
	       pongs, pings, pongs, wrong, ns / pongs);
}

static bool start_second(void)
{
	u64 deadline = timer_get_ticks() + 2 * timer_get_frequency();
	s64 result;

	printk("CPU 0x%llx: PSCI version 0x%llx, starting CPU 0x%llx\n", first_cpu,
	       psci_call(PSCI_VERSION, 0, 0, 0), second_cpu);
	result = smp_start_cpu(second_cpu, second_main, 0x5a5a);
	if (result != 0) {
		printk("CPU_ON failed: PSCI result %lld\n", result);
		return false;
	}
	while (!second_ready && timer_get_ticks() < deadline)
		cpu_relax();
	if (!second_ready) {
		printk("The second CPU did not arrive within 2 s\n");
		return false;
	}
	printk("CPU 0x%llx is up, argument 0x%llx, AFFINITY_INFO %lld, CPU_ON again %lld\n",
	       second_affinity, second_argument, psci_call(PSCI_AFFINITY_INFO, second_cpu, 0, 0),
	       psci_call(PSCI_CPU_ON, second_cpu, 0, 0));
	return true;
}

static void stop_second(void)
{
	u64 deadline = timer_get_ticks() + 2 * timer_get_frequency();
	s64 state;

	second_off = true;
	/* A WFI needs an interrupt to see it. */
	gic_send_sgi(second_cpu, SGI_PING);
	do
		state = psci_call(PSCI_AFFINITY_INFO, second_cpu, 0, 0);
	while (state == 0 && timer_get_ticks() < deadline);
	printk("CPU 0x%llx is %s\n", second_cpu, state == 1 ? "off" : "still on");
}

/* Number `n` is there and back within 5 s, which a busy test machine may need. */
static bool round_trip(u64 n)
{
	disable_irqs();
	timer_start(5 * timer_get_frequency());
	timeouts = 0;
	gic_send_sgi(second_cpu, SGI_PING);
	while (pongs < n && timeouts == 0)
		idle();
	enable_irqs();
	return pongs == n;
}

void inmate_main(void)
{
	u64 limit = (u64)cmdline_parse_int("sgis", 0);
	u64 per_line = (u64)cmdline_parse_int("report", 10000);
	u64 start, sent = 0;

	busy = cmdline_parse_bool("busy", false);
	first_cpu = cpu_affinity();
	second_cpu = (u64)cmdline_parse_int("cpu", (long long)first_cpu + 1);
	irq_init(handle_irq);
	irq_enable(SGI_PONG);
	irq_enable(TIMER_IRQ);
	enable_irqs();
	if (!start_second())
		comm_shut_down();

	start = timer_get_ticks();
	while ((!limit || sent < limit) && !comm_shutdown_requested()) {
		if (!round_trip(++sent)) {
			printk("SGI %llu was lost\n", sent);
			break;
		}
		if (per_line && sent % per_line == 0)
			report(start);
	}
	if (pongs)
		report(start);
	stop_second();
	printk(comm_shutdown_requested() ? "Shutdown requested, approving\n" : "Done\n");
	comm_shut_down();
}
