/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Stage-1 translation of an inmate: one to one, 39 bits of address, 2 MiB
 * blocks. One set of tables for all CPUs.
 */
#include <inmate_private.h>
#include <inmate_sysregs.h>

#define BLOCK_SIZE   0x200000UL
#define L1_SHIFT     30
#define L2_SHIFT     21
#define ENTRIES      512
#define ADDRESS_MASK 0x0000fffffffff000ULL

/* Arm ARM D8.3: descriptor fields. */
#define DESC_TABLE    3ULL
#define DESC_BLOCK    1ULL
#define DESC_ATTR(n)  ((u64)(n) << 2)
#define DESC_SH_INNER (3ULL << 8)
#define DESC_AF       (1ULL << 10)
#define DESC_PXN      (1ULL << 53)
#define DESC_UXN      (1ULL << 54)

/* MAIR_EL1: attribute 0 is Device-nGnRE, 1 is normal write-back. */
#define MAIR        0x000000000000ff04ULL
#define ATTR_DEVICE 0
#define ATTR_NORMAL 1

/* TCR_EL1: T0SZ, IRGN0, ORGN0, SH0, EPD1. */
#define TCR_T0SZ      (64 - 39)
#define TCR_WALKS     (1ULL << 8 | 1ULL << 10 | 3ULL << 12)
#define TCR_EPD1      (1ULL << 23)
#define TCR_IPS_SHIFT 32
#define IPS_48_BITS   5

/* What of the image the library needs; more is up to the program. */
#define IMAGE_MAPPED 0x10000UL

static u64 l1_table[ENTRIES] __attribute__((aligned(4096)));

extern char __reset_entry[];

void map_range(void *start, unsigned long size, enum map_type map_type)
{
	u64 address = (u64)start & ~(BLOCK_SIZE - 1);
	u64 end = (u64)start + size;
	u64 attributes = DESC_BLOCK | DESC_AF;

	if (map_type == MAP_CACHED)
		attributes |= DESC_ATTR(ATTR_NORMAL) | DESC_SH_INNER;
	else
		attributes |= DESC_ATTR(ATTR_DEVICE) | DESC_PXN | DESC_UXN;

	for (; address < end; address += BLOCK_SIZE) {
		u64 *l1 = &l1_table[(address >> L1_SHIFT) % ENTRIES];
		u64 *l2;

		if (*l1 == 0) {
			l2 = zalloc(PAGE_SIZE, PAGE_SIZE);
			/* Orders the zeroes before the entry for the table walker. */
			dsb(ishst);
			*l1 = (u64)l2 | DESC_TABLE;
		}
		l2 = (u64 *)(*l1 & ADDRESS_MASK) + (address >> L2_SHIFT) % ENTRIES;
		if (*l2 == (address | attributes))
			continue;
		if (*l2 != 0) {
			*l2 = 0;
			dsb(ishst);
			__asm__ volatile("tlbi vmalle1is" ::: "memory");
			dsb(ish);
		}
		*l2 = address | attributes;
	}
	dsb(ishst);
	isb();
}

void mmu_fill_boot(struct smp_boot *boot)
{
	u64 ips = read_sysreg(id_aa64mmfr0_el1) & 0xf;

	if (ips > IPS_48_BITS)
		ips = IPS_48_BITS;
	boot->ttbr0 = (u64)l1_table;
	boot->mair = MAIR;
	boot->tcr = TCR_T0SZ | TCR_WALKS | TCR_EPD1 | ips << TCR_IPS_SHIFT;
	boot->sctlr = read_sysreg(sctlr_el1) | SCTLR_EL1_M | SCTLR_EL1_C | SCTLR_EL1_I;
}

void mmu_init(void)
{
	unsigned long used = heap_pos - (unsigned long)__reset_entry;
	struct smp_boot boot;

	map_range(__reset_entry, used + IMAGE_MAPPED, MAP_CACHED);
	map_range((void *)COMM_REGION_BASE, PAGE_SIZE, MAP_CACHED);
	mmu_fill_boot(&boot);

	write_sysreg(mair_el1, boot.mair);
	write_sysreg(tcr_el1, boot.tcr);
	write_sysreg(ttbr0_el1, boot.ttbr0);
	isb();
	__asm__ volatile("tlbi vmalle1\n\tic iallu" ::: "memory");
	dsb(nsh);
	isb();
	write_sysreg(sctlr_el1, boot.sctlr);
	isb();
}
