// SPDX-License-Identifier: GPL-2.0
/*
 * Maps memory that Linux does not own, and keeps caches out of the way of
 * those who read it with their MMU off. What the memory holds is not known
 * here.
 */
#include "drv_memory.h"

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include <asm/barrier.h>
#include <asm/cache.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "drv_inject.h"
#include "drv_owner.h"
#include "drv_reason.h"

/* Bytes between two chances to schedule, and between two windows of a copy. */
#define CHUNK SZ_1M

int drv_memory_claim(struct drv_memory *memory, u64 start, u64 size, struct jailhouse_reason *why)
{
	char user[DRV_OWNER_TEXT];

	if (!request_mem_region(start, size, "Jailhouse hypervisor")) {
		drv_owner_find(start, size, user, NULL);
		return drv_reason_set(
			why, -EBUSY,
			"hypervisor_memory 0x%llx-0x%llx cannot be claimed; it is used by %s",
			start, start + size - 1, *user ? user : "an unknown owner");
	}
	memory->map = drv_inject_alloc() ? NULL : memremap(start, size, MEMREMAP_WB);
	if (!memory->map) {
		release_mem_region(start, size);
		return drv_reason_set(
			why, -ENOMEM,
			"hypervisor_memory 0x%llx-0x%llx cannot be mapped: no address space for %llu KiB",
			start, start + size - 1, size / SZ_1K);
	}
	memory->start = start;
	memory->size = size;
	return 0;
}

void drv_memory_release(struct drv_memory *memory)
{
	if (!memory->map)
		return;
	memunmap(memory->map);
	release_mem_region(memory->start, memory->size);
	*memory = (struct drv_memory){};
}

static size_t line_size(void)
{
	/* CTR_EL0.DminLine: log2 of the words in the smallest data cache line. */
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);

	return 4UL << cpuid_feature_extract_unsigned_field(ctr, 16);
}

void drv_memory_clean(const void *start, size_t size)
{
	size_t line = line_size();
	unsigned long address = (unsigned long)start & ~(line - 1);
	unsigned long end = (unsigned long)start + size;

	/* Complete the stores before; pairs with nothing, EL2 starts later. */
	dsb(sy);
	for (unsigned long n = 0; address < end; address += line, n += line) {
		asm volatile("dc civac, %0" : : "r"(address) : "memory");
		if (n && n % CHUNK == 0)
			cond_resched();
	}
	dsb(sy);
}

void drv_memory_forget_instructions(void)
{
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

int drv_memory_write(u64 phys, const void *data, size_t size, struct jailhouse_reason *why)
{
	while (size) {
		size_t offset = offset_in_page(phys);
		size_t length = min_t(size_t, size, CHUNK - offset);
		void *map = drv_inject_alloc() ? NULL :
						 memremap(phys - offset,
							  PAGE_ALIGN(offset + length), MEMREMAP_WB);

		if (!map)
			return drv_reason_set(
				why, -EBUSY,
				"the memory 0x%llx-0x%llx of the cell cannot be mapped: no address space, or another driver maps it with other attributes",
				phys, phys + length - 1);
		memcpy(map + offset, data, length);
		drv_memory_clean(map + offset, length);
		memunmap(map);
		phys += length;
		data += length;
		size -= length;
	}
	return 0;
}
