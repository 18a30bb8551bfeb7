/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The life cycle: cells that lock, refuse, ignore, lie, hang or fail. */
#include <inmate_comm.h>
#include <inmate_sysregs.h>

#include "forbid.h"

static void locked(void)
{
	comm_region->cell_state = JAILHOUSE_CELL_RUNNING_LOCKED;
	observed("state %u", comm_region->cell_state);
	while (!comm_shutdown_requested())
		cpu_relax();
	comm_region->cell_state = JAILHOUSE_CELL_RUNNING;
}

/* Locked for the number of seconds in seconds=, then as any other. */
static void locked_for(void)
{
	comm_region->cell_state = JAILHOUSE_CELL_RUNNING_LOCKED;
	observed("locked");
	delay_us(1000000UL * (unsigned long)cmdline_parse_int("seconds", 5));
	comm_region->cell_state = JAILHOUSE_CELL_RUNNING;
	observed("unlocked");
}

/* Refuses the first times= requests (default 0: all). */
static void deny(void)
{
	u64 times = (u64)cmdline_parse_int("times", 0);

	for (u64 n = 1; !times || n <= times; n++) {
		while (!comm_shutdown_requested())
			cpu_relax();
		comm_deny_shutdown();
		observed("request %llu denied", n);
	}
}

static void ignore(void)
{
	while (comm_region->msg_to_cell == JAILHOUSE_MSG_NONE)
		cpu_relax();
	observed("message %u ignored", comm_region->msg_to_cell);
	for (;;)
		cpu_relax();
}

static void answer_nonsense(void)
{
	while (!comm_shutdown_requested())
		cpu_relax();
	jailhouse_send_reply_from_cell(comm_region, 0x12345678);
	observed("answered with nonsense");
}

static void answer_late(void)
{
	while (!comm_shutdown_requested())
		cpu_relax();
	delay_us(1000UL * (unsigned long)cmdline_parse_int("ms", 1000));
}

/* Puts approval into place before anybody asks. */
static void answer_early(void)
{
	comm_region->reply_from_cell = JAILHOUSE_MSG_REQUEST_DENIED;
	observed("reply is there already");
}

static void watch_messages(void)
{
	u32 last = 0;

	while (!comm_shutdown_requested()) {
		u32 message = comm_region->msg_to_cell;

		if (message != last)
			observed("message %u", message);
		last = message;
	}
}

static void comm_revision(void)
{
	comm_region->cell_state = JAILHOUSE_CELL_FAILED_COMM_REV;
	observed("state %u", comm_region->cell_state);
	stop();
}

static void state_value(void)
{
	comm_region->cell_state = (u32)cmdline_parse_int("state", 77);
	observed("state %u", comm_region->cell_state);
}

static void fail_state(void)
{
	comm_region->cell_state = JAILHOUSE_CELL_FAILED;
	observed("state %u", comm_region->cell_state);
	stop();
}

static void scribble(void)
{
	u8 *page = (u8 *)comm_region;

	for (unsigned long n = 0; n < PAGE_SIZE; n++)
		page[n] = 0xff;
	observed("communication region is all ones");
	stop();
}

static void show_comm(void)
{
	observed("revision %u state %u flags 0x%x", comm_region->revision, comm_region->cell_state,
		 comm_region->flags);
	observed("console 0x%llx type %u flags 0x%x", comm_region->console.address,
		 comm_region->console.type, comm_region->console.flags);
	observed("GIC %u: 0x%llx 0x%llx 0x%llx", comm_region->gic_version, comm_region->gicd_base,
		 comm_region->gicc_base, comm_region->gicr_base);
	observed("PCI 0x%llx, vPCI SPI %u", comm_region->pci_mmconfig_base,
		 comm_region->vpci_irq_base);
}

static void hang(void)
{
	disable_irqs();
	for (;;)
		__asm__ volatile("" ::: "memory");
}

/* A line a second, never looking at messages. */
static void busy(void)
{
	u64 start = timer_get_ticks(), second = timer_get_frequency();

	for (u64 n = 1;; n++) {
		observed("busy for %llu s", n);
		while (timer_get_ticks() - start < n * second)
			;
	}
}

static void unhandled_exception(void)
{
	__asm__ volatile("brk #1");
}

/* All that a boot CPU must find, from its registers. */
static void registers(void)
{
	observed("CurrentEL 0x%llx DAIF 0x%llx SPSel 0x%llx", read_sysreg(CurrentEL),
		 read_sysreg(daif), read_sysreg(spsel));
	observed("CNTKCTL 0x%llx CNTFRQ %llu TPIDR 0x%llx CONTEXTIDR 0x%llx",
		 read_sysreg(cntkctl_el1), read_sysreg(cntfrq_el0), read_sysreg(tpidr_el1),
		 read_sysreg(contextidr_el1));
	observed("CNTV_CTL 0x%llx CNTP_CTL 0x%llx TPIDR_EL0 0x%llx TTBR1 0x%llx",
		 read_sysreg(cntv_ctl_el0), read_sysreg(cntp_ctl_el0), read_sysreg(tpidr_el0),
		 read_sysreg(ttbr1_el1));
}

/* What the page of memory at addr= holds: is it scrubbed, or left by others? */
static void show_memory(void)
{
	u64 *page = (u64 *)(u64)cmdline_parse_int("addr", 0x90000);
	unsigned int used = 0;

	for (unsigned int n = 0; n < PAGE_SIZE / 8; n++)
		used += page[n] != 0;
	observed("%u words are not zero, the first 0x%llx", used, page[0]);
	page[0] = 0x5ec2e7;
	__asm__ volatile("dc civac, %0\n\tdsb sy" ::"r"(page) : "memory");
}

const struct forbidden_test forbid_cell_tests[] = {
	{ "locked", locked },
	{ "locked-for", locked_for },
	{ "deny", deny },
	{ "ignore", ignore },
	{ "answer-nonsense", answer_nonsense },
	{ "answer-late", answer_late },
	{ "answer-early", answer_early },
	{ "watch-messages", watch_messages },
	{ "comm-revision", comm_revision },
	{ "state-value", state_value },
	{ "fail-state", fail_state },
	{ "scribble", scribble },
	{ "show-comm", show_comm },
	{ "hang", hang },
	{ "busy", busy },
	{ "unhandled-exception", unhandled_exception },
	{ "registers", registers },
	{ "show-memory", show_memory },
	{ NULL, NULL },
};
