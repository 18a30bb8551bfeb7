/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The cell that must not notice anything: works, takes its timer interrupts,
 * and when it is asked to shut down says what it saw:
 *	JB witness begin
 *	JB witness beats=N timer=N foreign=N memory=intact|CHANGED
 * foreign counts interrupts that it never asked for. Its memory is also what it
 * has of the channel with the attacker, which the parameter `channel` tells of:
 * its output section and its state. All is said several times, since what the
 * hypervisor says meanwhile can stand amidst a line.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_ivshmem.h>

#include "jailbreak.h"

#define PATTERN_WORDS 4096
#define PERIOD_US     2000
#define TIMES_SAID    3
#define SAY_AGAIN_US  20000
#define STATE         0x57a7e

static u64 pattern[PATTERN_WORDS];
static struct ivshmem_device channel;
static volatile u64 timer, foreign;

static u64 period(void)
{
	return timer_get_frequency() / (1000000 / PERIOD_US);
}

static void on_interrupt(unsigned int irqn)
{
	if (irqn != TIMER_IRQ) {
		foreign++;
		return;
	}
	timer++;
	timer_start(period());
}

static u64 value_of(unsigned int n)
{
	return (n + 1) * 0x9e3779b97f4a7c15ULL;
}

static void fill(u64 *words, u64 num)
{
	for (unsigned int n = 0; n < num; n++)
		words[n] = value_of(n);
}

static bool is_filled(const u64 *words, u64 num)
{
	for (unsigned int n = 0; n < num; n++)
		if (words[n] != value_of(n))
			return false;
	return true;
}

/* False if there should be one, and is not: then nobody would see what happens to it. */
static bool open_channel(void)
{
	if (!cmdline_parse_bool("channel", false))
		return true;
	if (ivshmem_open(&channel, -1) < 0)
		return false;
	fill(channel.output, channel.output_size / 8);
	ivshmem_set_state(&channel, STATE);
	return true;
}

static bool intact(void)
{
	return is_filled(pattern, PATTERN_WORDS) &&
	       (!channel.registers || (is_filled(channel.output, channel.output_size / 8) &&
				       channel.states[channel.id] == STATE));
}

void jb_witness(void)
{
	bool good;
	u64 beats = 0;

	fill(pattern, PATTERN_WORDS);
	good = open_channel();
	irq_init(on_interrupt);
	for (unsigned int n = 0; n < 16; n++)
		irq_enable(n);
	irq_enable(TIMER_IRQ);
	timer_start(period());
	enable_irqs();
	for (unsigned int n = 0; n < TIMES_SAID; n++) {
		printk("JB witness begin\n");
		delay_us(SAY_AGAIN_US);
	}
	while (!comm_shutdown_requested()) {
		good = good && intact();
		beats++;
	}
	for (unsigned int n = 0; n < TIMES_SAID; n++)
		printk("JB witness beats=%llu timer=%llu foreign=%llu memory=%s\n", beats, timer,
		       foreign, good ? "intact" : "CHANGED");
	comm_shut_down();
}
