/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Single attempts at EL1 and EL0. Two entries of the first-level table belong
 * to this file: one shows our image to EL0 (read-only, so that EL1 may still
 * execute the original), one is a window to any physical address.
 */
#include <inmate_exception.h>
#include <inmate_sysregs.h>

#include "jailbreak.h"

#define BLOCK_SIZE    0x200000UL
#define L1_SHIFT      30
#define ADDRESS_MASK  0x0000ffffffe00000ULL
#define EL0_SLOT      300UL
#define WINDOW_SLOT   301UL
#define WALK_SLOT     302UL
#define EL0_ALIAS     (EL0_SLOT << L1_SHIFT)
#define DESC_TABLE    3ULL
#define DESC_BLOCK    1ULL
#define DESC_DEVICE   (0ULL << 2)
#define DESC_NORMAL   (1ULL << 2 | 3ULL << 8)
#define DESC_AP_EL0   (1ULL << 6)
#define DESC_AP_RO    (1ULL << 7)
#define DESC_AF       (1ULL << 10)
#define DESC_PXN      (1ULL << 53)
#define SCTLR_UCI     (1ULL << 26)
#define SCTLR_DZE     (1ULL << 14)
#define SPSR_IL       (1ULL << 20)
#define SPSR_EL1H     5ULL
#define SPSR_DAIF     0x3c0ULL
#define SPSR_MODE     0xfULL
#define EC_SVC64      0x15
#define EC_IABT_LOWER 0x20
#define EC_DABT_LOWER 0x24
#define FSC_MASK      0x3f
#define FSC_EXTERNAL  0x10
/* ... on a walk of level 0 to 3 */
#define FSC_WALK      0x14

u64 jb_result;
u64 jb_syndrome;
u32 jb_block[JB_BLOCK_SIZE + 1] __attribute__((aligned(4096)));
u8 jb_block_outcome[JB_BLOCK_SIZE];

static u64 el0_table[512] __attribute__((aligned(4096)));
static u64 window_table[512] __attribute__((aligned(4096)));
static volatile enum jb_outcome last_outcome;

/* Enters EL0 at `function` (an address there), with `end` as its link register. */
u64 jb_enter_el0(u64 a, u64 b, u64 c, u64 d, u64 function, u64 end);
/* Hidden: a local label has no entry of its own in the GOT. */
extern char jb_el0_end[] __attribute__((visibility("hidden")));
extern char jb_el0_back[] __attribute__((visibility("hidden")));

__asm__(".pushsection .text.jb_enter_el0, \"ax\"\n"
	"jb_enter_el0:\n"
	"	stp	x29, x30, [sp, #-16]!\n"
	"	mov	x30, x5\n"
	"	msr	elr_el1, x4\n"
	"	mrs	x9, daif\n"
	"	msr	spsr_el1, x9\n"
	"	isb\n"
	"	eret\n"
	/* This runs at EL0, from the alias. */
	"jb_el0_end:\n"
	"	svc	#0\n"
	/* Here the handler returns to. */
	"jb_el0_back:\n"
	"	ldp	x29, x30, [sp], #16\n"
	"	ret\n"
	".popsection\n");

static enum jb_outcome classify(u64 esr)
{
	u64 fsc = esr & FSC_MASK;

	switch (ESR_EC(esr)) {
	case EC_IABT_LOWER:
	case ESR_EC_IABT:
	case EC_DABT_LOWER:
	case ESR_EC_DABT:
		return fsc == FSC_EXTERNAL || (fsc & ~3ULL) == FSC_WALK ? JB_ABORT : JB_OTHER;
	case ESR_EC_UNKNOWN:
		return JB_UNDEFINED;
	case ESR_EC_SYS64:
		return JB_TRAPPED;
	default:
		return JB_OTHER;
	}
}

static u64 offset_in_block(u64 pc)
{
	u64 base = (u64)jb_block;

	return pc - (pc >= EL0_ALIAS ? base + EL0_ALIAS : base);
}

static bool handle(struct inmate_frame *frame, u64 esr, u64 far)
{
	u64 offset = offset_in_block(frame->elr);

	if (ESR_EC(esr) == EC_SVC64) {
		frame->elr = (u64)jb_el0_back;
		frame->spsr = (frame->spsr & SPSR_DAIF) | SPSR_EL1H;
		return true;
	}
	/* The first one counts: what comes after it is our own confusion. */
	if (last_outcome == JB_ANSWERED) {
		jb_syndrome = esr;
		last_outcome = classify(esr);
	}
	if (offset < sizeof(jb_block_outcome) * 4)
		jb_block_outcome[offset / 4] = (u8)classify(esr);
	/* Fetched in the window, or not even that. */
	if (frame->elr >> L1_SHIFT >= WINDOW_SLOT)
		frame->elr = frame->x[30];
	else
		frame->elr += 4;
	frame->spsr &= ~SPSR_IL;
	return true;
}

enum jb_outcome jb_try(unsigned int el, jb_function_t function, u64 a, u64 b, u64 c, u64 d)
{
	last_outcome = JB_ANSWERED;
	exception_set_hook(handle);
	if (el == 1)
		jb_result = function(a, b, c, d);
	else
		jb_result = jb_enter_el0(a, b, c, d, (u64)function + EL0_ALIAS,
					 (u64)jb_el0_end + EL0_ALIAS);
	exception_set_hook(NULL);
	return last_outcome;
}

void jb_try_block(unsigned int el, u64 value)
{
	char *start = (char *)jb_block;

	jb_block[JB_BLOCK_SIZE] = 0xd65f03c0; /* ret */
	memset(jb_block_outcome, JB_ANSWERED, sizeof(jb_block_outcome));
	/* Lines of 16 bytes at least (CTR_EL0). */
	for (char *p = start; p < start + sizeof(jb_block); p += 16)
		__asm__ volatile("dc cvau, %0" ::"r"(p) : "memory");
	dsb(ish);
	__asm__ volatile("ic iallu" ::: "memory");
	dsb(nsh);
	isb();
	jb_try(el, (jb_function_t)(u64)jb_block, value, 0, 0, 0);
}

static u64 *l1_table(void)
{
	return (u64 *)(read_sysreg(ttbr0_el1) & 0x0000fffffffff000ULL);
}

static void change(u64 *entry, u64 value)
{
	*entry = 0;
	dsb(ishst);
	__asm__ volatile("tlbi vmalle1" ::: "memory");
	dsb(nsh);
	*entry = value;
	dsb(ishst);
	isb();
}

u64 jb_window(u64 address, unsigned int el, bool device)
{
	change(window_table, (address & ADDRESS_MASK) | DESC_BLOCK | DESC_AF |
				     (device ? DESC_DEVICE : DESC_NORMAL) |
				     (el == 0 ? DESC_AP_EL0 : 0));
	return (WINDOW_SLOT << L1_SHIFT) + address % BLOCK_SIZE;
}

u64 jb_walk_window(u64 table)
{
	change(&l1_table()[WALK_SLOT], (table & ~0xfffULL) | DESC_TABLE);
	return WALK_SLOT << L1_SHIFT;
}

void jb_probe_init(void)
{
	u64 image = (u64)jb_block & ~(BLOCK_SIZE - 1);
	u64 sctlr = read_sysreg(sctlr_el1);

	/* EL0 gets the caches' maintenance, so that stage 2 is asked and not we. */
	write_sysreg(sctlr_el1, sctlr | SCTLR_UCI | SCTLR_DZE);
	isb();
	el0_table[(image / BLOCK_SIZE) % 512] = image | DESC_BLOCK | DESC_AF | DESC_NORMAL |
						DESC_AP_EL0 | DESC_AP_RO | DESC_PXN;
	dsb(ishst);
	change(&l1_table()[EL0_SLOT + (image >> L1_SHIFT)], (u64)el0_table | DESC_TABLE);
	change(&l1_table()[WINDOW_SLOT], (u64)window_table | DESC_TABLE);
}
