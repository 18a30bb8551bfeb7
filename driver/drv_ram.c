// SPDX-License-Identifier: GPL-2.0
/*
 * Compares Linux' System RAM with the root cell's regions: once at enable, and
 * for each block of memory that is plugged in later (memory hotplug,
 * virtio-mem). Whoever plugs it in holds locks that drv_lock comes before, so
 * this has one of its own.
 */
#include "drv_ram.h"

#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/memory.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pfn.h>

#include "drv_owner.h"
#include "drv_reason.h"
#include "drv_spin.h"

#define MEM_ACCESS (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)

/* Protects what follows; nothing is locked under it but the resource tree. */
static DEFINE_MUTEX(guard_lock);
static const struct jailhouse_system *guarded;

/* The end of the region of root's RAM that this address is in; 0 if it is in none. */
static u64 end_of_region(const struct jailhouse_system *config, u64 address)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(&config->root_cell);

	for (u32 i = 0; i < config->root_cell.num_memory_regions; i++)
		if (address - mem[i].phys_start < mem[i].size &&
		    (mem[i].flags & MEM_ACCESS) == MEM_ACCESS && !(mem[i].flags & JAILHOUSE_MEM_IO))
			return mem[i].phys_start + mem[i].size;
	return 0;
}

/* Finds the first address from start to last that is not root's RAM; false if all is. */
static bool find_foreign(const struct jailhouse_system *config, u64 start, u64 last, u64 *foreign)
{
	*foreign = start;
	do {
		u64 end = end_of_region(config, *foreign);

		if (!end)
			return true;
		*foreign = end;
	} while (*foreign <= last);
	return false;
}

struct search {
	const struct jailhouse_system *config;
	struct resource ram;
	u64 foreign;
};

static int check_range(struct resource *res, void *data)
{
	struct search *search = data;
	u64 start = res->start;

	search->ram = *res;
	while (find_foreign(search->config, start, res->end, &search->foreign)) {
		if (!drv_spin_release_page(search->foreign))
			return 1;
		start = (search->foreign | ~PAGE_MASK) + 1;
		if (start > res->end)
			break;
	}
	return 0;
}

static int refuse(const struct search *search, struct jailhouse_reason *why)
{
	u64 limit = drv_owner_mem_parameter(search->foreign);

	drv_reason_set(
		why, -EINVAL,
		"Linux uses 0x%llx-0x%llx as System RAM, of which 0x%llx is not in the root cell's RAM, so that Linux would die; add it to the mem_regions of the system config",
		search->ram.start, search->ram.end, search->foreign);
	if (limit)
		drv_reason_append(why, ", or boot Linux with mem=%lluM", limit);
	return -EINVAL;
}

int drv_ram_guard(const struct jailhouse_system *config, struct jailhouse_reason *why)
{
	struct search search = { .config = config };

	/* In this order: what comes online meanwhile is met here, or sees the guard. */
	mutex_lock(&guard_lock);
	guarded = config;
	mutex_unlock(&guard_lock);
	/* What virtio-mem may plug in, and has not, is not busy. */
	if (walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, -1,
				&search, check_range) != 1)
		return 0;
	drv_ram_unguard();
	return refuse(&search, why);
}

void drv_ram_unguard(void)
{
	mutex_lock(&guard_lock);
	guarded = NULL;
	mutex_unlock(&guard_lock);
}

static int on_memory(struct notifier_block *block, unsigned long action, void *data)
{
	const struct memory_notify *memory = data;
	u64 start = PFN_PHYS(memory->start_pfn), size = PFN_PHYS(memory->nr_pages), foreign;
	bool refused;

	if (action != MEM_GOING_ONLINE)
		return NOTIFY_OK;
	mutex_lock(&guard_lock);
	refused = guarded && find_foreign(guarded, start, start + size - 1, &foreign);
	mutex_unlock(&guard_lock);
	if (!refused)
		return NOTIFY_OK;
	pr_err("memory 0x%llx-0x%llx cannot come online: 0x%llx is not in the root cell's RAM; add it to the mem_regions of the system config\n",
	       start, start + size - 1, foreign);
	return NOTIFY_BAD;
}

static struct notifier_block memory_notifier = {
	.notifier_call = on_memory,
};

int drv_ram_init(void)
{
	return register_memory_notifier(&memory_notifier);
}

void drv_ram_exit(void)
{
	unregister_memory_notifier(&memory_notifier);
}
