/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is allowed, but too much of it; and how to refuse to go. */
#include <gic.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#include "jailbreak.h"

#define GICC_CTLR 0x0000
#define GICC_PMR  0x0004
/* Time for the interrupts of a storm. */
#define STORM_US  1000
#define TIMER_HZ  20000

static volatile u64 fired;

static void maintenance(void)
{
	static u8 page[PAGE_SIZE];

	jb_row("storm", "maintenance", 1);
	for (unsigned int n = 0; n < 256 * jb_probes; n++) {
		__asm__ volatile("tlbi vmalle1is\n\ttlbi vmalle1" ::: "memory");
		dsb(ish);
		jb_count("tlbi", JB_ANSWERED, JB_FINE);
		__asm__ volatile("ic ialluis" ::: "memory");
		dsb(ish);
		isb();
		jb_count("ic", JB_ANSWERED, JB_FINE);
		__asm__ volatile("dc civac, %0\n\tdsb sy" ::"r"(page + n * 64 % PAGE_SIZE)
				 : "memory");
		jb_count("dc", JB_ANSWERED, JB_FINE);
	}
	jb_row_end();
}

/* The timer is due again at once, almost: this has to get on. And SGIs to ourselves. */
static void on_interrupt(unsigned int irqn)
{
	fired++;
	if (irqn == TIMER_IRQ)
		timer_start(timer_get_frequency() / TIMER_HZ);
}

static void interrupts(void)
{
	jb_row("storm", "interrupts", 1);
	fired = 0;
	irq_init(on_interrupt);
	irq_enable(TIMER_IRQ);
	irq_enable(1);
	timer_start(0);
	enable_irqs();
	for (unsigned int n = 0; n < 16 * (jb_probes + 1); n++) {
		gic_send_sgi(cpu_affinity(), 1);
		delay_us(STORM_US / 16);
	}
	disable_irqs();
	write_sysreg(cntv_ctl_el0, 0);
	isb();
	jb_count("taken", JB_ANSWERED, fired > jb_probes ? JB_FINE : JB_UNCLEAR);
	jb_row_end();
}

/* Traps one after the other: does anything of it reach the CPUs of others? */
static void traps(void)
{
	jb_row("storm", "traps", 1);
	for (unsigned int n = 0; n < 1024 * jb_probes; n++) {
		jailhouse_call_arg1(JAILHOUSE_HC_HYPERVISOR_GET_INFO, n % 8);
		smc_call(PSCI_VERSION, 0, 0, 0);
		read_sysreg(actlr_el1);
	}
	jb_count("hvc,smc,mrs", JB_ANSWERED, JB_FINE);
	jb_row_end();
}

void jb_storms(void)
{
	maintenance();
	interrupts();
	traps();
}

/* The page that we share with the hypervisor and root: rubbish, at all times. */
void jb_comm_page(void)
{
	static u8 saved[PAGE_SIZE];
	u8 *page = (u8 *)comm_region;

	memcpy(saved, page, sizeof(saved));
	jb_row("comm", "page", 1);
	for (unsigned int n = 0; n < 1024 * jb_probes; n++) {
		page[jb_below(PAGE_SIZE)] = (u8)jb_random();
		jb_count("strb", JB_ANSWERED, JB_FINE);
	}
	for (unsigned int n = 0; n < PAGE_SIZE; n++)
		page[n] = 0xff;
	memcpy(page, saved, sizeof(saved));
	jb_row_end();
}

static void close_interrupts(void)
{
	if (comm_region->gic_version >= 3) {
		write_sysreg(ICC_IGRPEN1_EL1, 0);
		write_sysreg(ICC_PMR_EL1, 0);
		isb();
	} else {
		u64 window = jb_window(comm_region->gicc_base, 1, true);

		io_write32((void *)(window + GICC_CTLR), 0);
		io_write32((void *)(window + GICC_PMR), 0);
	}
}

/**
 * Whoever destroys this cell finds the CPU
 *	0	in a loop without interrupts
 *	1	in WFI that no interrupt of ours can end
 *	2	in WFE
 *	3	switched off
 *	4	in exceptions without end, with vectors in a hole
 *	5	without tables
 */
void jb_last_stand(unsigned int which)
{
	jb_mask_all();
	switch (which) {
	case 1:
		close_interrupts();
		for (;;)
			wait_for_interrupt();
	case 2:
		close_interrupts();
		for (;;)
			__asm__ volatile("wfe" ::: "memory");
	case 3:
		psci_call(PSCI_CPU_OFF, 0, 0, 0);
		break;
	case 4:
		write_sysreg(vbar_el1, 1ULL << 36);
		isb();
		__asm__ volatile("brk #0" ::: "memory");
		break;
	case 5:
		write_sysreg(ttbr0_el1, 1ULL << 36);
		isb();
		__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
		break;
	default:
		break;
	}
	for (;;)
		__asm__ volatile("" ::: "memory");
}
