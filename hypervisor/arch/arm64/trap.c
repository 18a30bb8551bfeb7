/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions with a full register frame, by exception class. What has no
 * handler is a violation.
 */
#include <arch/time.h>
#include <hyp/cell.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/setup.h>

#include "private.h"
#include <arch/sysregs.h>

static void skip_instruction(u64 esr)
{
	write_sysreg(elr_el2, read_sysreg(elr_el2) + (esr & ESR_IL ? 4 : 2));
}

/* Only WFI and WFIT trap (HCR_EL2.TWI), never WFE. ISS.TI 2 is WFIT: that it
 * ends at once is allowed, that it does not end in time is not. */
static void trap_wfx(struct frame *frame __unused_arg, u64 esr)
{
	skip_instruction(esr);
	if ((esr & 3) == 0)
		irqchip->wait_for_cell(this_cpu());
	cpu_take_requests();
}

/*
 * A stub call of Linux (HVC #0, arch/arm64/include/asm/virt.h): kexec, reboot
 * and panic make them. EL2 is never handed out this way.
 */
static bool stub_call(struct frame *frame)
{
	switch (frame->x[0]) {
	case 1: /* soft restart: enter the target at EL1, MMU off */
		write_sysreg(sctlr_el1, SCTLR_EL1_RESET);
		write_sysreg(elr_el2, frame->x[1]);
		write_sysreg(spsr_el2, SPSR_EL1H_MASKED);
		frame->x[0] = frame->x[2];
		frame->x[1] = frame->x[3];
		frame->x[2] = frame->x[4];
		return true;
	case 0: /* set vectors */
	case 2: /* reset vectors */
	case 3: /* enter VHE */
		frame->x[0] = 0xbadca11;
		return true;
	default:
		return false;
	}
}

static void trap_hvc(struct frame *frame, u64 esr)
{
	u32 immediate = esr & 0xffff;

	if (immediate == JAILHOUSE_HVC_CODE) {
		/* Only DISABLE comes here; the rest takes the short path. */
		long err = setup_leave(this_cpu());

		cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_HYPERCALL);
		if (err == 0)
			el2_leave(frame, 0);
		frame->x[0] = (u64)err;
		return;
	}
	if (immediate != 0) {
		/* ELR_EL2 is behind an HVC; an undefined one returns to itself. */
		write_sysreg(elr_el2, read_sysreg(elr_el2) - 4);
		inject_undefined();
		return;
	}
	if (cell_is_root(this_cpu()->cell) && stub_call(frame))
		return;
	/* SMCCC and PSCI by HVC: owners 0 and 4, 32 or 64 bits, fast. What does
	 * not belong to either is not supported there. */
	if ((frame->x[0] & 0xbf000000) == 0x80000000 || (frame->x[0] & 0xbf000000) == 0x84000000)
		frame->x[0] = smc_standard(frame->x[0], frame->x[1], frame->x[2], frame->x[3]);
	else
		frame->x[0] = ~0ULL;
}

static void trap_smc(struct frame *frame, u64 esr)
{
	skip_instruction(esr);
	smc_other(frame);
}

static void trap_fp(struct frame *frame __unused_arg, u64 esr __unused_arg)
{
	/* SME is closed to cells, and not announced: an undefined instruction, as
	 * without. */
	inject_undefined();
}

static void trap_serror(struct frame *frame __unused_arg, u64 esr)
{
	printk("SError on CPU %u in cell \"%s\", esr 0x%llx\n", this_cpu()->id,
	       this_cpu()->cell->config->name, esr);
}

#define EC_SERROR 0x2f

/* Empty slots: violation. */
static void (*const handlers[64])(struct frame *frame, u64 esr) = {
	[EC_WFX] = trap_wfx,          [EC_FP] = trap_fp,
	[EC_HVC64] = trap_hvc,        [EC_SMC64] = trap_smc,
	[EC_SYSREG] = sysreg_trap,    [EC_SVE] = trap_fp,
	[EC_SME] = trap_fp,           [EC_IABT_LOWER] = abort_instruction,
	[EC_DABT_LOWER] = abort_data, [EC_SERROR] = trap_serror,
};

void trap_handle(struct frame *frame)
{
	u64 esr = read_sysreg(esr_el2);
	void (*handler)(struct frame * frame, u64 esr) = handlers[ESR_EC(esr)];

	cpu_count_stat(JAILHOUSE_CPU_STAT_VMEXITS_TOTAL);
	if (handler)
		handler(frame, esr);
	else
		violation(frame, "unhandled trap", esr, false, 0);
}

/* An exception from EL2, or an interrupt in EL2: ours to fix, nobody's fault. */
void trap_bug(struct frame *frame, u64 kind)
{
	printk("FATAL: Unhandled HYP exception %llu on CPU %u, esr 0x%llx elr 0x%llx far 0x%llx\n",
	       kind, this_cpu()->id, read_sysreg(esr_el2), read_sysreg(elr_el2),
	       read_sysreg(far_el2));
	for (u32 n = 0; n < 31; n += 3)
		printk(" x%u 0x%016llx 0x%016llx 0x%016llx\n", n, frame->x[n],
		       n + 1 < 31 ? frame->x[n + 1] : 0, n + 2 < 31 ? frame->x[n + 2] : 0);
	printk("Stopping CPU %u\n", this_cpu()->id);
	for (;;)
		__asm__ volatile("wfe");
}
