/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The jailbreak inmate: tries, systematically and at random, what a cell must
 * not be able to do, and says how each attempt ended. `jailhouse selftest`
 * makes its cell, tells it by parameters what is whose, and reads its report.
 *
 * Parameters:
 *	seed=N		of the random part
 *	probes=N	random attempts for each entry of the report
 *	tN=NAME:KIND:START:SIZE	a range to attack; KIND is one of
 *			f	somebody else's: nothing works
 *			r	ours, JAILHOUSE_MEM_READ alone
 *			x	ours, without JAILHOUSE_MEM_EXECUTE
 *	oN=START:SIZE	what is ours (addresses as this cell sees them)
 *	pN=BASE:BITS	our SPIs, as bits from INTID BASE on
 *	channel		we have an ivshmem function, and the witness its peer
 *	helpers=N	how many CPUs we have besides the first
 *	stand=N		how it ends, see jb_last_stand()
 *	only=CAMPAIGN	memory, calls, storms, sysregs, gic, sgis, ivshmem, comm;
 *			or none
 *	witness		be the cell beside it that must not notice anything
 *
 * Report, each line numbered so that a lost one is missed:
 *	JB begin seed=N
 *	JB N CLASS TARGET ELx OP=COUNTS ...	COUNTS: e.g. 12a, see enum jb_outcome
 *	JB end rows=N probes=N holes=N unclear=N
 * COUNTS ends with ! if there was a hole, with ? if it is not clear whether
 * the attempt reached what it was aimed at.
 */
#pragma once

#include <inmate.h>

enum jb_outcome {
	/** `n`: nothing happened, or there was an answer. */
	JB_ANSWERED,
	/** `a`: external abort, which is how the hypervisor refuses memory. */
	JB_ABORT,
	/** `u`: undefined instruction. */
	JB_UNDEFINED,
	/** `t`: EL0 was trapped by our own EL1. */
	JB_TRAPPED,
	/** `o`: another exception. */
	JB_OTHER,
	JB_NUM_OUTCOMES
};

enum jb_verdict { JB_FINE, JB_HOLE, JB_UNCLEAR };

struct jb_range {
	char name[20];
	char kind;
	u64 start;
	u64 size;
};

#define JB_MAX_RANGES 12

extern struct jb_range jb_targets[JB_MAX_RANGES];
extern unsigned int jb_num_targets;
extern unsigned int jb_probes;

bool jb_is_ours(u64 address);
bool jb_is_our_spi(unsigned int intid);
/** One of them, or 0. */
unsigned int jb_own_spi(void);

/** Random numbers: any, also from a state of one's own (not 0), and below `limit`. */
u64 jb_random(void);
u64 jb_random_of(u64 *state);
u64 jb_below(u64 limit);

/* The report: a row is opened, counted into, and printed when it is closed.
 * `op` is compared by address. */
void jb_row(const char *class, const char *target, unsigned int el);
void jb_count(const char *op, enum jb_outcome outcome, enum jb_verdict verdict);
void jb_count_many(const char *op, u32 count);
void jb_row_end(void);
/** To tell the reader more of an attempt. */
void jb_note(const char *what, u64 value1, u64 value2);

/* jb_probe.c: single attempts. */

typedef u64 (*jb_function_t)(u64 a, u64 b, u64 c, u64 d);

/** Defines such a function by its instructions: arguments in x0 to x3, result in x0. */
#define JB_CODE(name, text)                                                   \
	u64 name(u64 a, u64 b, u64 c, u64 d);                                 \
	__asm__(".pushsection .text." #name ", \"ax\"\n.arch_extension lse\n" \
		".globl " #name "\n" #name ":\n" text                         \
		"\n\tret\n.arch_extension nolse\n.popsection\n")

/** Maps the tables that EL0 needs. */
void jb_probe_init(void);

/**
 * Runs a function (position independent, without stack) at EL1 or EL0. An
 * instruction that causes an exception is skipped.
 */
enum jb_outcome jb_try(unsigned int el, jb_function_t function, u64 a, u64 b, u64 c, u64 d);

/** What it returned, or the syndrome of the last exception. */
extern u64 jb_result;
extern u64 jb_syndrome;

#define JB_BLOCK_SIZE 128

/** The instructions of jb_try_block(), and how each of them ended. */
extern u32 jb_block[JB_BLOCK_SIZE + 1];
extern u8 jb_block_outcome[JB_BLOCK_SIZE];

/** Runs all instructions of jb_block with x0 = value. */
void jb_try_block(unsigned int el, u64 value);

/** Where a physical address (of this cell) can be reached until the next call. */
u64 jb_window(u64 address, unsigned int el, bool device);

/** Where an access makes the CPU walk a table at this address. */
u64 jb_walk_window(u64 table);

/** Neither IRQ nor FIQ, which a GICv2 may be told to signal, nor anything else. */
static inline void jb_mask_all(void)
{
	__asm__ volatile("msr daifset, #0xf" ::: "memory");
}

/* jb_registers.c */

/**
 * A row for registers within 2 MiB: from EL1 each is read and written as a word,
 * the rest at random. What one attempt did does not show in its answer.
 */
void jb_registers(const char *class, const char *target, u64 base, u64 size, unsigned int el);
/* Single ones, for jb_try(): address, and value. */
u64 jb_ldrb(u64 a, u64 b, u64 c, u64 d);
u64 jb_ldrw(u64 a, u64 b, u64 c, u64 d);
u64 jb_ldrx(u64 a, u64 b, u64 c, u64 d);
u64 jb_strb(u64 a, u64 b, u64 c, u64 d);
u64 jb_strw(u64 a, u64 b, u64 c, u64 d);
u64 jb_strx(u64 a, u64 b, u64 c, u64 d);

/* jb_calls.c: is this answer more than a cell may get? Would this call end us? */
bool jb_smc_is_hole(u64 id, u64 result);
bool jb_hypercall_is_hole(u64 code, s64 result);
bool jb_ends_us(u64 id);

/* jb_helpers.c */
void jb_helpers_start(unsigned int expected);
bool jb_is_helper(u64 affinity);
unsigned int jb_num_helpers(void);
void jb_helpers_report(void);

/* The campaigns. */
void jb_memory(void);
void jb_gic(void);
void jb_sgis(void);
void jb_sysregs(void);
void jb_calls(void);
void jb_storms(void);
void jb_ivshmem(void);
void jb_comm_page(void);
void __attribute__((noreturn)) jb_last_stand(unsigned int which);

void __attribute__((noreturn)) jb_witness(void);
