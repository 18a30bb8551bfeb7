/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the files of the library know of each other. Not for inmates. */
#pragma once

#include <inmate.h>
#include <inmate_exception.h>

/* Entered from inmate_head.S. */
void inmate_start(u64 boot_el);
void inmate_exception(u64 vector, struct inmate_frame *frame);

void mmu_init(void);
void console_init(void);
void console_putc(char c);
void gic_handle_irq(void);
void gic_silence(void);
/** True if PSCI is reached by HVC (native start at EL1). */
bool psci_by_hvc(void);

/** What a secondary CPU needs before it can use memory; offsets in inmate_head.S. */
struct smp_boot {
	u64 stack_top;
	void (*function)(u64 argument);
	u64 argument;
	u64 ttbr0;
	u64 tcr;
	u64 mair;
	u64 sctlr;
};

void mmu_fill_boot(struct smp_boot *boot);
void inmate_secondary_entry(void);
