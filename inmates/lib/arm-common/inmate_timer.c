/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The generic timer: counter, virtual timer, delays. */
#include <inmate.h>
#include <inmate_sysregs.h>

unsigned long timer_get_frequency(void)
{
	return read_sysreg(cntfrq_el0);
}

u64 timer_get_ticks(void)
{
	isb();
	return read_sysreg(cntpct_el0);
}

/* Seconds and rest apart, so that nothing overflows. */
u64 timer_ticks_to_ns(u64 ticks)
{
	u64 frequency = timer_get_frequency();

	return ticks / frequency * NS_PER_SEC + ticks % frequency * NS_PER_SEC / frequency;
}

void timer_start(u64 timeout)
{
	write_sysreg(cntv_tval_el0, timeout);
	write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
	isb();
}

void delay_us(unsigned long microsecs)
{
	u64 start = timer_get_ticks();
	u64 ticks = microsecs * timer_get_frequency() / 1000000;

	while (timer_get_ticks() - start < ticks)
		cpu_relax();
}
