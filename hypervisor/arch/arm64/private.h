/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What only this folder knows: the register frame, and the data of a CPU that
 * no other CPU has mapped.
 */
#pragma once

#include <hyp/cpu.h>

#include "layout.h"

/** General registers of the cell, as the exception entry saved them. */
struct frame {
	/* x[31] stands for XZR: set to 0 before it may be read. */
	u64 x[32];
};

_Static_assert(sizeof(struct frame) == FRAME_SIZE, "known to vectors.S");

/** EL2 as Linux's stub had it; restored when EL2 is given back. The order is
 *  that of two lists in entry.S. */
struct el2_state {
	u64 vbar, sctlr, tcr, ttbr0, mair;
	u64 hcr, cptr, mdcr, hstr, cnthctl, cntvoff, vttbr, vtcr, vpidr, vmpidr;
	u64 tpidr, elr, spsr, sp;
};

struct cpu_private {
	struct el2_state saved;
	/* More of EL2 that root keeps as found: see el2_state.c. */
	u64 actlr, zcr, smcr, hcrx, hfgrtr, hfgwtr;
	bool have_sve, have_sme, have_hcrx, have_fgt;
	/* Repeated stage-2 faults at one place, see abort.c. */
	u64 retry_address;
	u32 retry_count;
	u32 retry_sequence;
	/* Table pages handed out by stage1_early.c. */
	u32 tables_used;
	/* Level 3 entries of the window to foreign memory. */
	u64 *window;
	/* How many of them are in use. */
	u64 window_pages;
};

_Static_assert(offsetof(struct cpu_private, saved) == PRIVATE_SAVED, "entry.S");
_Static_assert(offsetof(struct el2_state, vbar) == SAVED_VBAR, "entry.S");
_Static_assert(offsetof(struct el2_state, sctlr) == SAVED_SCTLR, "entry.S");
_Static_assert(offsetof(struct el2_state, mair) == SAVED_MAIR, "entry.S");
_Static_assert(offsetof(struct el2_state, hcr) == SAVED_HCR, "entry.S");
_Static_assert(offsetof(struct el2_state, sp) == SAVED_SP, "entry.S");
_Static_assert(sizeof(struct cpu_private) <= 4096, "one page");

static inline struct cpu_private *this_private(void)
{
	return (struct cpu_private *)LOCAL_PRIVATE;
}

/* entry.S */
void el2_leave(const struct frame *frame, u64 result) __noreturn;
void el2_enter_cell(u64 context) __noreturn;
void el2_call_on_fresh_stack(void (*fn)(void)) __noreturn;

/* vectors.S */
extern char el2_vectors[];

/* stage1.c */
/** Find our own tables; first thing after the map is on. */
void stage1_init(u64 image_pa);

/* el2_state.c */
void el2_state_keep(void);
void el2_state_root(void);
void el2_state_cell(const struct cell *cell);
void el1_state_reset(void);
void el1_state_drain(void);

/* cpu.c */
void cpu_take_requests(void);
void cpu_load_stage2(const struct cell *cell);

/* cache.c */
/** No tables of any cell stay loaded in a CPU that rests. */
void cpu_unload_stage2(void);
/** Last before a CPU enters EL1 with new state: nothing of the VMID's earlier
 *  use, of the former EL1 state, or of other contents of the same addresses
 *  survives in it. */
void tlb_flush_local(void);

/* trap.c */
void trap_handle(struct frame *frame);
void trap_bug(struct frame *frame, u64 kind) __noreturn;

/* abort.c */
/** Perform a filtered access in the cell's place. False if there is none to
 *  perform, or it is refused: then nothing has changed. The frame has x0 to
 *  x17, x30 and the register of the access. */
u64 abort_perform(struct frame *frame, u64 esr);
void abort_data(struct frame *frame, u64 esr);
void abort_instruction(struct frame *frame, u64 esr);

/* violation.c */
/** The executing cell did what it may not: park it or abort the access. */
void violation(struct frame *frame, const char *what, u64 esr, bool has_address, u64 ipa);
/** Make EL1 take a synchronous exception with this syndrome. */
void inject_sync(u64 esr, bool has_far);
void inject_undefined(void);

/* id_regs.c */
/** What a cell reads from an identification register with Op1 and CRn 0. */
u64 id_register(u32 crm, u32 op2);
/** entry.S: the hardware's value of register n, counted from CRm 1, Op2 0. */
u64 id_register_read(u32 n);

/* sysreg.c */
void sysreg_trap(struct frame *frame, u64 esr);

/* smccc.c */
/** Owners 0 (Arm architecture) and 4 (standard: PSCI); returns x0. */
u64 smc_standard(u64 function, u64 arg1, u64 arg2, u64 arg3);
/** Any other owner: forwarded for root, refused for cells. */
void smc_other(struct frame *frame);
/** entry.S: SMC #0 with x0 to x17 of the frame. */
void firmware_call(struct frame *frame);

/* psci.c */
u64 psci_call(u64 function, u64 arg1, u64 arg2, u64 arg3);
