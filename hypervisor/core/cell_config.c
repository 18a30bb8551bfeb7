/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads a checked config into a cell: CPU set, interrupts, policy, sub-page
 * windows, names. Pure.
 */
#include <hyp/cell.h>
#include <hyp/string.h>
#include <jailhouse/config-extension.h>

const void *config_next_record(const struct jailhouse_cell_desc *config, u16 type,
			       const void *after)
{
	const struct jailhouse_ext_header *ext =
		(const void *)((const char *)config + jailhouse_cell_config_size(config));
	const struct jailhouse_ext_record *record = after ? after : (const void *)ext;
	u32 size = after ? record->size : sizeof(*ext);

	if (!(config->flags & JAILHOUSE_CELL_EXTENDED))
		return NULL;
	do {
		record = (const void *)((const char *)record + size);
		if ((const char *)record >= (const char *)ext + ext->size)
			return NULL;
		size = record->size;
	} while (record->type != type);
	return record;
}

static void parse_policy(struct cell *cell)
{
	const struct jailhouse_ext_policy *policy =
		config_next_record(cell->config, JAILHOUSE_EXT_POLICY, NULL);
	bool root = cell_is_root(cell);

	cell->on_violation = root ? JAILHOUSE_VIOLATION_ABORT : JAILHOUSE_VIOLATION_PARK;
	cell->policy = root ? 0 : JAILHOUSE_POLICY_TRAP_WFI | JAILHOUSE_POLICY_SCRUB;
	if (policy) {
		cell->on_violation = policy->on_violation;
		cell->policy = policy->flags;
	}
}

static void parse_cpus(struct cell *cell)
{
	const u8 *set = (const u8 *)(cell->config + 1);

	cell->cpus = 0;
	for (u32 i = 0; i < MIN(cell->config->cpu_set_size, MAX_CPUS / 8); i++)
		cell->cpus |= (u64)set[i] << (8 * i);
}

static void parse_irqs(struct cell *cell, u64 gicd_base)
{
	const struct jailhouse_irqchip *chip = jailhouse_cell_irqchips(cell->config);

	memset(cell->irqs, 0, sizeof(cell->irqs));
	for (u32 i = 0; i < cell->config->num_irqchips; i++)
		for (u32 w = 0; w < 4 && chip[i].address == gicd_base; w++)
			cell->irqs[chip[i].pin_base / 32 + w] |= chip[i].pin_bitmap[w];
	/* INTIDs 1020 to 1023 are special. */
	cell->irqs[NUM_INTIDS / 32 - 1] &= 0x0fffffff;
}

int cell_parse(struct cell *cell, u64 gicd_base)
{
	cell->id = cell->config->id;
	parse_policy(cell);
	parse_cpus(cell);
	parse_irqs(cell, gicd_base);

	for (u32 i = 0; i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);
		int err;

		cell->comm_mapped |= mem->size && (mem->flags & JAILHOUSE_MEM_COMM_REGION);
		if (!mem->size || !JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
			continue;
		err = mmio_add(&cell->mmio, range_of(mem->virt_start, mem->size), mmio_subpage, i);
		if (err)
			return err;
	}
	return 0;
}

const char *cell_region_name(const struct cell *cell, u32 region)
{
	const struct jailhouse_ext_region_name *name = NULL;

	do
		name = config_next_record(cell->config, JAILHOUSE_EXT_REGION_NAME, name);
	while (name && name->region != region);
	return name ? name->name : NULL;
}

u32 region_stage2_flags(const struct cell *cell, const struct jailhouse_memory *mem)
{
	u32 flags = 0;

	flags |= mem->flags & JAILHOUSE_MEM_READ ? S2_READ : 0;
	flags |= mem->flags & JAILHOUSE_MEM_WRITE ? S2_WRITE : 0;
	flags |= mem->flags & JAILHOUSE_MEM_IO ? S2_DEVICE : 0;
	flags |= mem->flags & JAILHOUSE_MEM_NO_HUGEPAGES ? S2_PAGES_ONLY : 0;
	if ((mem->flags & JAILHOUSE_MEM_COMM_REGION) ||
	    ((cell->policy & JAILHOUSE_POLICY_EXECUTE) && !(mem->flags & JAILHOUSE_MEM_EXECUTE)))
		flags |= S2_NO_EXECUTE;
	return flags;
}
