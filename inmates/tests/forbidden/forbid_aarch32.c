/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Programs of AArch32, which a cell may have at EL0: what they do comes to EL2
 * with instructions of two lengths, and what is injected for it goes to EL1 by
 * vectors of its own. Two blocks of 2 MiB below 4 GiB show them our image, and
 * any other address.
 */
#include <inmate_comm.h>
#include <inmate_exception.h>
#include <inmate_sysregs.h>

#include "forbid.h"

#define SLOT          3UL
#define CODE_BASE     (SLOT << 30)
#define WINDOW_BASE   (CODE_BASE + BLOCK_SIZE)
#define BLOCK_SIZE    0x200000UL
#define ADDRESS_MASK  0x0000fffffffff000ULL
/* Arm ARM D8.3: block, normal or device memory, for EL0 too, accessed. */
#define DESC_TABLE    3ULL
#define DESC_BLOCK    (1ULL | 1ULL << 6 | 1ULL << 10)
#define DESC_NORMAL   (1ULL << 2 | 3ULL << 8)
#define DESC_RO       (1ULL << 7)
#define DESC_PXN      (1ULL << 53)
#define SPSR_EL1H     5ULL
#define SPSR_AIF      0x1c0ULL
#define SPSR_USER32   0x10ULL
#define SPSR_T32      0x20ULL
#define EC_SVC32      0x11
#define EC_IABT_LOWER 0x20

/* ldr r0, [r1] / str r0, [r1] / bx r1, then svc #0; the first also in T32. */
static const u32 a32_load[] = { 0xe5910000, 0xef000000 };
static const u32 a32_store[] = { 0xe5810000, 0xef000000 };
static const u32 a32_jump[] = { 0xe12fff11, 0xef000000 };
static const u32 t32_load[] = { 0xdf006808 };

static u64 own_table[512] __attribute__((aligned(4096)));

u64 a32_enter(u64 r0, u64 r1, u64 pc, u64 spsr);
extern char a32_back[] __attribute__((visibility("hidden")));

__asm__(".pushsection .text.a32_enter, \"ax\"\n"
	"a32_enter:\n"
	"	stp	x29, x30, [sp, #-16]!\n"
	"	msr	elr_el1, x2\n"
	"	msr	spsr_el1, x3\n"
	"	isb\n"
	"	eret\n"
	"a32_back:\n"
	"	ldp	x29, x30, [sp], #16\n"
	"	ret\n"
	".popsection\n");

static void go_back(struct inmate_frame *frame)
{
	frame->elr = (u64)a32_back;
	frame->spsr = SPSR_AIF | SPSR_EL1H;
}

static bool handle(struct inmate_frame *frame, u64 esr, u64 far)
{
	if (ESR_EC(esr) == EC_SVC32) {
		go_back(frame);
		return true;
	}
	forbid_exceptions.count++;
	forbid_exceptions.esr = esr;
	forbid_exceptions.far = far;
	if (ESR_EC(esr) == EC_IABT_LOWER)
		go_back(frame);
	else
		frame->elr += 4;
	return true;
}

static void show(u64 address, u64 type, unsigned int entry)
{
	u64 *l1 = (u64 *)(read_sysreg(ttbr0_el1) & ADDRESS_MASK) + SLOT;

	if (*l1 == 0) {
		dsb(ishst);
		*l1 = (u64)own_table | DESC_TABLE;
	}
	((u64 *)(*l1 & ADDRESS_MASK))[entry] = (address & ~(BLOCK_SIZE - 1)) | type;
	dsb(ishst);
	__asm__ volatile("tlbi vmalle1\n\tic iallu" ::: "memory");
	dsb(nsh);
	isb();
}

/* Executes the program on this address; what is in r0 then. */
static u64 run(const u32 *program, u64 thumb, u64 address, bool device)
{
	u64 result;

	show((u64)program, DESC_BLOCK | DESC_NORMAL | DESC_RO | DESC_PXN, 0);
	show(address, DESC_BLOCK | (device ? 0 : DESC_NORMAL) | DESC_PXN, 1);
	forbid_exceptions.count = 0;
	exception_set_hook(handle);
	result = a32_enter(0xdeadbeef, WINDOW_BASE + address % BLOCK_SIZE,
			   CODE_BASE + (u64)program % BLOCK_SIZE, SPSR_AIF | SPSR_USER32 | thumb);
	exception_set_hook(NULL);
	return result;
}

static void outside(const u32 *program)
{
	u64 result = run(program, 0, (u64)cmdline_parse_int("addr", 0x70000000), false);

	observed("r0 0x%llx", result);
	forbid_report();
}

static void read_outside(void)
{
	outside(a32_load);
}

static void write_outside(void)
{
	outside(a32_store);
}

static void jump_outside(void)
{
	outside(a32_jump);
}

/* A filtered register, whose value an instruction of four bytes gets, and one of two. */
static void read_gicd(void)
{
	u64 typer = comm_region->gicd_base + 4;
	u64 a32 = run(a32_load, 0, typer, true);

	observed("r0 0x%llx in A32, 0x%llx in T32", a32, run(t32_load, SPSR_T32, typer, true));
	forbid_report();
}

const struct forbidden_test forbid_aarch32_tests[] = {
	{ "aarch32-read-outside", read_outside },
	{ "aarch32-write-outside", write_outside },
	{ "aarch32-jump-outside", jump_outside },
	{ "aarch32-gicd-read", read_gicd },
	{ NULL, NULL },
};
