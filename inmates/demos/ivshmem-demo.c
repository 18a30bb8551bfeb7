/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ivshmem demo: a peer of a channel. Shows the states of the others, sends one of
 * them messages, answers those that arrive, and measures the round trips. The same
 * for Linux: tools/uio_demo.c.
 *
 * Parameters:
 *	function=N	bdf of the function (default: the first)
 *	target=N	peer to send to (default: the next)
 *	period=N	ms between messages (default 1000; 0: one after the other)
 *	report=N	a line of figures each N round trips (default 10)
 *	quiet		do not print messages
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_ivshmem.h>
#include <inmate_sysregs.h>
#include <jailhouse/ivshmem-demo.h>

static struct ivshmem_device dev;
static struct ivshmem_demo demo;
static volatile u64 doorbells, ticks;

static void handle_irq(unsigned int irqn)
{
	if (irqn == TIMER_IRQ) {
		write_sysreg(cntv_ctl_el0, 0);
		ticks++;
	} else {
		doorbells++;
	}
}

static bool open_function(void)
{
	int bdf = (int)cmdline_parse_int("function", 0);

	if (ivshmem_open(&dev, bdf - 1) < 0) {
		printk("ivshmem-demo: there is no ivshmem function; the cell's config lists none\n");
		return false;
	}
	if (dev.output_size < sizeof(struct ivshmem_demo_section)) {
		printk("ivshmem-demo: the output sections of %02x:%02x.%u are too small\n",
		       dev.bdf >> 8, dev.bdf >> 3 & 0x1f, dev.bdf & 7);
		return false;
	}
	printk("ivshmem %02x:%02x.%u: peer %u of %u, protocol 0x%x, %u vectors, common section 0x%llx, "
	       "output sections 0x%llx bytes\n",
	       dev.bdf >> 8, dev.bdf >> 3 & 0x1f, dev.bdf & 7, dev.id, dev.peers, dev.protocol,
	       dev.vectors, dev.common_size, dev.output_size);
	demo = (struct ivshmem_demo){
		.registers = dev.registers,
		.states = dev.states,
		.inputs = dev.inputs,
		.own = dev.output,
		.output_size = dev.output_size,
		.id = dev.id,
		.peers = dev.peers,
		.print = printk,
	};
	return true;
}

static void report(void)
{
	printk("%llu round trips, %llu messages, %llu interrupts; ns: min %llu, avg %llu, max %llu\n",
	       demo.trips, demo.messages, doorbells, timer_ticks_to_ns(demo.shortest),
	       timer_ticks_to_ns(demo.sum / demo.trips), timer_ticks_to_ns(demo.longest));
}

static void send(u32 target)
{
	static char text[] = "message 0000 from a cell";
	u32 number = demo.sequence + 1;

	for (u32 n = 11; n >= 8; n--, number /= 10)
		text[n] = (char)('0' + number % 10);
	ivshmem_demo_send(&demo, target, text, timer_get_ticks());
}

static void serve(u32 target, u64 period, u64 per_line, bool quiet)
{
	bool due = true;
	u64 before;

	while (!comm_shutdown_requested()) {
		before = doorbells + ticks;
		if (due && demo.known_state[target] == IVSHMEM_DEMO_READY) {
			due = false;
			send(target);
			timer_start(period ? period : timer_get_frequency());
		}
		/* Unless something has arrived since; from here on it ends the wait. */
		disable_irqs();
		if (doorbells + ticks == before)
			wait_for_interrupt();
		enable_irqs();
		isb();
		if (ivshmem_demo_look(&demo, timer_get_ticks(), !quiet)) {
			due |= !period;
			if (demo.trips % per_line == 0)
				report();
		}
		if (ticks) {
			ticks = 0;
			due = true;
			timer_start(period ? period : timer_get_frequency());
		}
	}
}

void inmate_main(void)
{
	u64 ms = (u64)cmdline_parse_int("period", 1000);
	u64 per_line = (u64)cmdline_parse_int("report", 10);
	u32 target;

	irq_init(handle_irq);
	irq_enable(TIMER_IRQ);
	if (!open_function())
		comm_shut_down();
	target = (u32)cmdline_parse_int("target", (dev.id + 1) % dev.peers);
	if (target >= dev.peers) {
		printk("ivshmem-demo: there is no peer %u, the last is %u\n", target,
		       dev.peers - 1);
		comm_shut_down();
	}
	if (target == dev.id) {
		printk("ivshmem-demo: this is peer %u itself; target= takes another one\n", target);
		comm_shut_down();
	}
	for (u32 n = 0; n < (dev.vectors ? dev.vectors : 1); n++)
		irq_enable(dev.irq + n);
	enable_irqs();
	ivshmem_enable_interrupts(&dev, false);
	ivshmem_demo_begin(&demo);
	ivshmem_demo_look(&demo, timer_get_ticks(), false);
	timer_start(timer_get_frequency() / 10);
	serve(target, timer_get_frequency() * ms / 1000, per_line ? per_line : 1,
	      cmdline_parse_bool("quiet", false));
	ivshmem_set_state(&dev, 0);
	comm_shut_down();
}
