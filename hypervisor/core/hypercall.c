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

/* Calls of root's management, with a cell or a config as argument. */
static long hc_manage(u64 code, u64 arg, u64 unused __unused_arg)
{
	static long (*const calls[])(u64 arg) = {
		[JAILHOUSE_HC_CELL_CREATE] = cell_create,
		[JAILHOUSE_HC_CELL_START] = cell_start,
		[JAILHOUSE_HC_CELL_SET_LOADABLE] = cell_set_loadable,
		[JAILHOUSE_HC_CELL_DESTROY] = cell_destroy,
		[JAILHOUSE_HC_CELL_GET_STATE] = cell_get_state,
	};

	return calls[code](arg);
}

static long hc_get_channel(u64 code __unused_arg, u64 id, u64 channel)
{
	return cell_get_channel(id, channel);
}

static long hc_get_info(u64 code __unused_arg, u64 type, u64 unused __unused_arg)
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

/* A CPU other than the caller's, if the caller may know about it. */
static long find_cpu(u64 id, const struct cpu **cpu)
{
	const struct cell *cell = this_cpu()->cell;

	if (id >= cpu_count())
		return -EINVAL;
	if (!cell_is_root(cell) && !cell_owns_cpu(cell, (u32)id))
		return -EPERM;
	*cpu = cpu_get((u32)id);
	return 0;
}

static long hc_cpu_get_info(u64 code __unused_arg, u64 id, u64 type)
{
	const struct cpu *cpu = this_cpu();
	u64 stat = type - JAILHOUSE_CPU_INFO_STAT_BASE;

	if (id != cpu->id) {
		long err = find_cpu(id, &cpu);

		if (err)
			return err;
	}
	if (stat < JAILHOUSE_NUM_CPU_STATS)
		return cpu->stats[stat] & 0x7fffffff;
	if (type == JAILHOUSE_CPU_INFO_STATE)
		return cpu->failed ? JAILHOUSE_CPU_FAILED : JAILHOUSE_CPU_RUNNING;
	return -EINVAL;
}

static long hc_putc(u64 code __unused_arg, u64 character, u64 unused __unused_arg)
{
	if (!CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED(this_cpu()->cell->config->flags))
		return -EPERM;
	console_putc((char)character);
	return 0;
}

/*
 * Read by the exception entry, which refuses what is not in the table and
 * counts. DISABLE (0) needs the whole register frame: arch code takes it.
 */
const hypercall_fn hypercalls[HYPERCALL_SLOTS] = {
	[JAILHOUSE_HC_CELL_CREATE] = hc_manage,
	[JAILHOUSE_HC_CELL_START] = hc_manage,
	[JAILHOUSE_HC_CELL_SET_LOADABLE] = hc_manage,
	[JAILHOUSE_HC_CELL_DESTROY] = hc_manage,
	[JAILHOUSE_HC_HYPERVISOR_GET_INFO] = hc_get_info,
	[JAILHOUSE_HC_CELL_GET_STATE] = hc_manage,
	[JAILHOUSE_HC_CPU_GET_INFO] = hc_cpu_get_info,
	[JAILHOUSE_HC_DEBUG_CONSOLE_PUTC] = hc_putc,
	[JAILHOUSE_HC_CELL_GET_CHANNEL] = hc_get_channel,
};
