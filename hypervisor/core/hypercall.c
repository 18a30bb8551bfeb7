/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypercalls: a table by number. Arguments come from a cell and may be
 * anything.
 */
#include <hyp/hypercalls.h>

#include <arch/paging.h>
#include <hyp/cell.h>
#include <hyp/printk.h>
#include <hyp/page_alloc.h>

static long hc_create(u64 address, u64 unused __unused_arg)
{
	return cell_create(address);
}

static long hc_start(u64 id, u64 unused __unused_arg)
{
	return cell_start(id);
}

static long hc_set_loadable(u64 id, u64 unused __unused_arg)
{
	return cell_set_loadable(id);
}

static long hc_destroy(u64 id, u64 unused __unused_arg)
{
	return cell_destroy(id);
}

static long hc_get_info(u64 type, u64 unused __unused_arg)
{
	switch (type) {
	case JAILHOUSE_INFO_MEM_POOL_SIZE:
		return page_pool_size();
	case JAILHOUSE_INFO_MEM_POOL_USED:
		return page_pool_used();
	case JAILHOUSE_INFO_REMAP_POOL_SIZE:
		return remap_pool_size();
	case JAILHOUSE_INFO_REMAP_POOL_USED:
		return remap_pool_used();
	case JAILHOUSE_INFO_NUM_CELLS:
		return cell_num();
	default:
		return -EINVAL;
	}
}

static long hc_get_state(u64 id, u64 unused __unused_arg)
{
	return cell_get_state(id);
}

static long hc_cpu_get_info(u64 id, u64 type)
{
	const struct cell *cell = this_cpu()->cell;
	u64 stat = type - JAILHOUSE_CPU_INFO_STAT_BASE;
	const struct cpu *cpu;

	if (id >= cpu_count())
		return -EINVAL;
	if (!cell_is_root(cell) && !cell_owns_cpu(cell, (u32)id))
		return -EPERM;
	cpu = cpu_get((u32)id);
	if (stat < JAILHOUSE_NUM_CPU_STATS)
		return cpu->stats[stat] & 0x7fffffff;
	if (type == JAILHOUSE_CPU_INFO_STATE)
		return cpu->failed ? JAILHOUSE_CPU_FAILED : JAILHOUSE_CPU_RUNNING;
	return -EINVAL;
}

static long hc_putc(u64 character, u64 unused __unused_arg)
{
	if (!CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED(this_cpu()->cell->config->flags))
		return -EPERM;
	console_putc((char)character);
	return 0;
}

/* DISABLE (0) needs the whole register frame: arch code takes it. */
static long (*const hypercalls[])(u64 arg1, u64 arg2) = {
	[JAILHOUSE_HC_CELL_CREATE] = hc_create,
	[JAILHOUSE_HC_CELL_START] = hc_start,
	[JAILHOUSE_HC_CELL_SET_LOADABLE] = hc_set_loadable,
	[JAILHOUSE_HC_CELL_DESTROY] = hc_destroy,
	[JAILHOUSE_HC_HYPERVISOR_GET_INFO] = hc_get_info,
	[JAILHOUSE_HC_CELL_GET_STATE] = hc_get_state,
	[JAILHOUSE_HC_CPU_GET_INFO] = hc_cpu_get_info,
	[JAILHOUSE_HC_DEBUG_CONSOLE_PUTC] = hc_putc,
};

_Static_assert(ARRAY_SIZE(hypercalls) == HYPERCALL_LAST + 1, "known to the exception entry");

long hypercall(u64 code, u64 arg1, u64 arg2)
{
	struct cpu *cpu = this_cpu();

	cpu->stats[JAILHOUSE_CPU_STAT_VMEXITS_TOTAL]++;
	cpu->stats[JAILHOUSE_CPU_STAT_VMEXITS_HYPERCALL]++;
	if (code >= ARRAY_SIZE(hypercalls) || !hypercalls[code])
		return -ENOSYS;
	return hypercalls[code](arg1, arg2);
}
