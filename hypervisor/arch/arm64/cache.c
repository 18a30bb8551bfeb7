/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLB and cache upkeep. QEMU models neither caches nor VMID tags, so each
 * function here is listed in Documentation/paper-review.md with its rule.
 */
#include <arch/barrier.h>
#include <arch/paging.h>
#include <hyp/stage2.h>

#include "private.h"
#include <arch/sysregs.h>

/* A stage-2 root that maps nothing: see tlb_flush_vmid(). */
static u64 empty_root[STAGE2_ROOT_ENTRIES] __attribute__((aligned(STAGE2_ROOT_ENTRIES * 8)));

void table_sync(void)
{
	/* Partner: the table walkers of all CPUs (Arm ARM D8.14). */
	__asm__ volatile("dsb ishst" : : : "memory");
	isb();
}

/*
 * TLBI by VMID takes the VMID of VTTBR_EL2. While the foreign VMID is loaded
 * the root is empty: a speculative walk of this CPU with its own tables would
 * otherwise enter translations under a foreign VMID.
 */
void tlb_flush_vmid(u16 vmid)
{
	u64 own = read_sysreg(vttbr_el2);

	if (own >> VTTBR_VMID_SHIFT != vmid) {
		write_sysreg(vttbr_el2, hyp_va_to_pa(empty_root).v | (u64)vmid << VTTBR_VMID_SHIFT);
		isb();
	}
	__asm__ volatile("dsb ishst\n\ttlbi vmalls12e1is\n\tdsb ish" : : : "memory");
	isb();
	if (own >> VTTBR_VMID_SHIFT != vmid) {
		write_sysreg(vttbr_el2, own);
		isb();
	}
}

/* Also speculative walks end here (Cortex-A57 erratum 1319537 and its like). */
void cpu_unload_stage2(void)
{
	write_sysreg(vttbr_el2, hyp_va_to_pa(empty_root).v);
	isb();
}

void tlb_flush_local(void)
{
	isb();
	__asm__ volatile("tlbi vmalls12e1\n\tic iallu\n\tdsb nsh" : : : "memory");
	isb();
}

static u64 line_size(void)
{
	/* CTR_EL0.DminLine: log2 of the words in the smallest line. */
	return 4ULL << (read_sysreg(ctr_el0) >> 16 & 0xf);
}

void cache_flush(const void *va, u64 size)
{
	u64 line = line_size(), end = (u64)va + size;

	for (u64 at = (u64)va & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	/* Completion before whoever reads memory past the caches. */
	dsb_sy();
}

void memory_flush(pa_t pa, u64 size, bool zero)
{
	u64 dczid = read_sysreg(dczid_el0);
	u64 block = 4ULL << (dczid & 0xf);

	for (u64 done = 0, n; done < size; done += n) {
		u8 *va;

		n = MIN(size - done, TEMPORARY_SIZE);
		va = map_temporary(pa_of(pa.v + done), n);
		if (zero && !(dczid & BIT(4))) {
			for (u64 at = 0; at < n; at += block)
				__asm__ volatile("dc zva, %0" : : "r"(va + at) : "memory");
		} else if (zero) {
			for (u64 at = 0; at < n; at += 8)
				*(volatile u64 *)(void *)(va + at) = 0;
		}
		cache_flush(va, n);
	}
	unmap_temporary();
}
