/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building a cell: the root cell from the system config, and any other in
 * stages that can each fail and be undone. Nothing of the machine changes
 * before the last stage has succeeded.
 */
#include <hyp/cell.h>

#include <arch/paging.h>
#include <hyp/cell_list.h>
#include <hyp/comm.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <hyp/page_alloc.h>
#include <hyp/string.h>
#include <hyp/vpci.h>
#include <jailhouse/config-extension.h>

_Static_assert(sizeof(struct cell) <= PAGE_SIZE, "cells are allocated as a page");

/*
 * Copy from root's memory: only what root itself may read, so that a call
 * cannot make EL2 read devices or other cells on root's behalf.
 */
static int copy_from_root(void *dest, u64 ipa, u64 size)
{
	u8 *to = dest;
	int err = 0;

	while (size) {
		u64 n = MIN(size, PAGE_SIZE - (ipa & PAGE_MASK));
		struct stage2_mapping mapping;

		if (!stage2_lookup(&root_cell.stage2, ipa_of(ipa), &mapping) ||
		    !(mapping.flags & S2_READ) || (mapping.flags & S2_DEVICE)) {
			err = -EINVAL;
			break;
		}
		memcpy(to, map_temporary(mapping.pa, n), n);
		to += n;
		ipa += n;
		size -= n;
	}
	unmap_temporary();
	return err;
}

/* Size that the counts of a not yet checked descriptor stand for. */
static u64 declared_size(const struct jailhouse_cell_desc *desc)
{
	return sizeof(*desc) + (u64)desc->cpu_set_size +
	       (u64)desc->num_memory_regions * sizeof(struct jailhouse_memory) +
	       (u64)desc->num_cache_regions * sizeof(struct jailhouse_cache) +
	       (u64)desc->num_irqchips * sizeof(struct jailhouse_irqchip) +
	       (u64)desc->num_pio_regions * sizeof(struct jailhouse_pio) +
	       (u64)desc->num_pci_devices * sizeof(struct jailhouse_pci_device) +
	       (u64)desc->num_pci_caps * sizeof(struct jailhouse_pci_capability) +
	       (u64)desc->num_stream_ids * sizeof(union jailhouse_stream_id);
}

/* Our own copy of the config at `address`, read once. */
static long take_config(u64 address, struct cell *cell)
{
	struct jailhouse_config_finding finding;
	struct jailhouse_cell_desc desc;
	struct jailhouse_ext_header ext;
	void *copy;
	u64 size;

	if (copy_from_root(&desc, address, sizeof(desc)))
		return reason(-EINVAL, "the config at 0x%llx is not in root's memory", address);
	size = declared_size(&desc);
	if (size <= JAILHOUSE_CONFIG_MAX_SIZE && (desc.flags & JAILHOUSE_CELL_EXTENDED)) {
		if (copy_from_root(&ext, address + size, sizeof(ext)))
			return reason(-EINVAL, "the config ends before its extension block");
		size += ext.size;
	}
	if (size > JAILHOUSE_CONFIG_MAX_SIZE)
		return reason(-E2BIG, "the config has %llu bytes; at most %u are possible", size,
			      JAILHOUSE_CONFIG_MAX_SIZE);

	cell->config_pages = (u32)((size + PAGE_MASK) >> PAGE_SHIFT);
	copy = page_alloc(cell->config_pages, 1);
	if (!copy)
		return reason(-ENOMEM, "the page pool has no room for the config");
	cell->config = copy;
	if (copy_from_root(copy, address, size))
		return reason(-EINVAL, "the config at 0x%llx is not in root's memory", address);
	if (!jailhouse_config_check_cell(copy, size, true, &finding))
		return reason(finding.rule == JAILHOUSE_CFG_CELL_ID ? -E2BIG : -EINVAL,
			      "cell config: rule %s, element %d, value 0x%llx",
			      jailhouse_config_rule_name(finding.rule), (s32)finding.index,
			      finding.value);
	return 0;
}

static long stage_identity(struct cell *cell)
{
	for (const struct cell *c = &root_cell; c; c = c->next) {
		if (c->id == cell->config->id)
			return reason(-EEXIST, "a cell with id %u exists", c->id);
		if (strcmp(c->config->name, cell->config->name) == 0)
			return reason(-EEXIST, "a cell named \"%s\" exists", c->config->name);
	}
	if (cell->config->flags & JAILHOUSE_CELL_AARCH32)
		return reason(-EINVAL, "cells in AArch32 state are not supported yet");
	if (cell_parse(cell, system_config()->platform_info.arm.gicd_base))
		return reason(-EINVAL, "there are too many, or overlapping, sub-page regions");
	return 0;
}

static long stage_ownership(struct cell *cell)
{
	return ownership_check_new(cell);
}

/* Root cannot switch its CPUs on any more; partner: cpu_on() in psci.c. */
static long stage_cpus(struct cell *cell)
{
	for (u32 n = 0; n < cpu_count(); n++) {
		u32 off = CPU_POWER_OFF;

		if (cell_owns_cpu(cell, n) &&
		    !__atomic_compare_exchange_n(&cpu_get(n)->power, &off, CPU_POWER_CLAIMED, false,
						 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return reason(-EBUSY, "CPU %u was switched on meanwhile", n);
	}
	return 0;
}

static void undo_cpus(struct cell *cell)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n) && cpu_get(n)->power == CPU_POWER_CLAIMED)
			__atomic_store_n(&cpu_get(n)->power, CPU_POWER_OFF, __ATOMIC_SEQ_CST);
}

static long stage_comm(struct cell *cell)
{
	cell->comm = page_alloc(1, 1);
	if (!cell->comm)
		return reason(-ENOMEM, "the page pool has no room for the communication page");
	comm_set_state(cell, JAILHOUSE_CELL_SHUT_DOWN);
	return 0;
}

static long stage_windows(struct cell *cell)
{
	return irqchip->add_windows(cell);
}

static int map_region(struct cell *cell, const struct jailhouse_memory *mem)
{
	u32 flags = region_stage2_flags(cell, mem);
	ipa_t ipa = ipa_of(mem->virt_start);
	pa_t pa = pa_of(mem->phys_start);
	int err;

	if (mem->flags & JAILHOUSE_MEM_COMM_REGION)
		pa = hyp_va_to_pa(cell->comm);
	err = stage2_prepare_map(&cell->stage2, ipa, pa, mem->size, flags, true);
	if (!err)
		stage2_map(&cell->stage2, ipa, pa, mem->size, flags);
	return err;
}

static long stage_memory(struct cell *cell)
{
	int err = stage2_init(&cell->stage2, (u16)cell->id);

	for (u32 i = 0; !err && i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		if (mem->size && !JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
			err = map_region(cell, mem);
	}
	if (err)
		return reason(err, "the page pool has no room for the page tables; give "
				   "hypervisor_memory more");
	return 0;
}

static void undo_memory(struct cell *cell)
{
	stage2_destroy(&cell->stage2);
}

static void undo_comm(struct cell *cell)
{
	page_free(cell->comm, 1);
}

/* Last, so that all who might refuse have been asked. */
static long stage_root(struct cell *cell)
{
	int err = 0;

	for (u32 i = 0; !err && i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		if (region_exclusive(mem) && !JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
			err = stage2_prepare_unmap(&root_cell.stage2, ipa_of(mem->phys_start),
						   mem->size);
	}
	if (err)
		return reason(err, "the page pool has no room to split root's mappings");
	return 0;
}

static void undo_root(struct cell *cell)
{
	root_cell_collapse(cell);
}

/* The stages of a creation, in order. A failing stage undoes its own part
 * through its undo, too, so undo must accept what is half done. */
static const struct {
	long (*prepare)(struct cell *cell);
	void (*undo)(struct cell *cell);
} stages[] = {
	{ stage_identity, NULL },      { stage_ownership, NULL },     { stage_cpus, undo_cpus },
	{ stage_comm, undo_comm },     { stage_memory, undo_memory }, { stage_windows, NULL },
	{ vpci_create, vpci_destroy }, { stage_root, undo_root },
};

static long prepare(struct cell *cell)
{
	long err = 0;
	u32 n = 0;

	while (!err && n < ARRAY_SIZE(stages))
		err = stages[n++].prepare(cell);
	while (err && n--)
		if (stages[n].undo)
			stages[n].undo(cell);
	return err;
}

void cpu_assign(struct cpu *cpu, struct cell *cell)
{
	struct cell *from = cpu->cell;

	from->cpus &= ~BIT(cpu->id);
	cell->cpus |= BIT(cpu->id);
	cpu->cell = cell;
	cpu_moved(cpu, from, cell);
	cpu->failed = false;
	memset(cpu->stats, 0, sizeof(cpu->stats));
}

/* Take CPUs, interrupts and memory from root. Cannot fail. */
static void commit(struct cell *cell)
{
	u64 cpus = cell->cpus;

	for (u32 i = 0; i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		if (region_exclusive(mem) && !JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
			stage2_unmap(&root_cell.stage2, ipa_of(mem->phys_start), mem->size);
	}
	stage2_flush(&root_cell.stage2);
	/* The VMID may have been used before. */
	stage2_flush(&cell->stage2);

	for (u32 n = 0; n < cpu_count(); n++)
		if ((cpus >> n) & 1)
			cpu_assign(cpu_get(n), cell);
	undo_cpus(cell);
	for (u32 w = 1; w < NUM_INTIDS / 32; w++) {
		root_cell.irqs[w] &= ~cell->irqs[w];
		for (u32 bits = cell->irqs[w]; bits; bits &= bits - 1)
			irqchip->move_irq(32 * w + (u32)__builtin_ctz(bits),
					  cpu_get((u32)__builtin_ctzll(cpus)), &root_cell, cell);
	}
	/* Nothing of root's may reach the CPUs that left it. */
	irqchip->confine_irqs(cell, this_cpu());
	cell_list_add(cell);
}

static long create_locked(u64 address)
{
	const struct cell *locked = cell_find_locked(NULL);
	struct cell *cell;
	long err;

	if (locked)
		return reason(-EPERM, "cell \"%s\" is running and locks the configuration",
			      locked->config->name);
	cell = page_alloc(1, 1);
	if (!cell)
		return reason(-ENOMEM, "the page pool has no room for another cell");
	err = take_config(address, cell);
	if (!err)
		err = prepare(cell);
	if (err) {
		page_free((void *)cell->config, cell->config_pages);
		page_free(cell, 1);
		return err;
	}
	commit(cell);
	printk("Created cell \"%s\"\n", cell->config->name);
	cell_notify_others(cell);
	return 0;
}

long cell_create(u64 address)
{
	long err = management_begin();

	return err ? err : management_end(create_locked(address));
}

void cell_free(struct cell *cell)
{
	vpci_destroy(cell);
	undo_memory(cell);
	undo_comm(cell);
	page_free((void *)cell->config, cell->config_pages);
	page_free(cell, 1);
}

void root_cell_take_irqs(const struct cell *cell)
{
	struct cell listed = { .config = root_cell.config };

	if (cell_parse(&listed, system_config()->platform_info.arm.gicd_base))
		return;
	for (u32 w = 1; w < NUM_INTIDS / 32; w++)
		root_cell.irqs[w] |= cell->irqs[w] & listed.irqs[w];
}

/* Root's CPUs have copies of its root table, also those that are off now. */
static void copy_root_entry(const struct stage2 *s2, u64 index)
{
	for (u32 n = 0; n < cpu_count(); n++) {
		struct cpu *cpu = cpu_get(n);

		if (cpu->root && cell_owns_cpu(&root_cell, n))
			__atomic_store_n(&cpu->root[index], s2->root[index], __ATOMIC_RELAXED);
	}
}

/* Root reads zeroes where the hypervisor lies, but for the console page. */
static int map_hypervisor_hole(void)
{
	u64 base = machine.hypervisor.base, size = machine.hypervisor.size;
	const void *zero = page_alloc(1, 1);
	int err;

	if (!zero)
		return -ENOMEM;
	err = stage2_prepare_map(&root_cell.stage2, ipa_of(base), pa_of(base), size, S2_PAGES_ONLY,
				 true);
	for (u64 at = 0; !err && at < size; at += PAGE_SIZE) {
		pa_t pa = hyp_va_to_pa(zero);

		if (base + at == hyp_va_to_pa(&console_page).v)
			pa = hyp_va_to_pa(&console_page);
		stage2_map(&root_cell.stage2, ipa_of(base + at), pa, PAGE_SIZE,
			   S2_READ | S2_NO_EXECUTE | S2_PAGES_ONLY);
	}
	return err;
}

int root_cell_init(const struct jailhouse_system *config)
{
	int err;

	root_cell.stage2.root_changed = copy_root_entry;
	root_cell.config = &config->root_cell;
	err = cell_parse(&root_cell, config->platform_info.arm.gicd_base);
	if (!err)
		err = (int)stage_memory(&root_cell);
	if (!err)
		err = map_hypervisor_hole();
	/* The filtered frames win over any region that covers them. */
	for (u32 i = 0; i < ARRAY_SIZE(machine.gic); i++) {
		struct range frame = machine.gic[i].range;

		if (!err)
			err = stage2_prepare_unmap(&root_cell.stage2, ipa_of(frame.base),
						   frame.size);
		if (!err)
			stage2_unmap(&root_cell.stage2, ipa_of(frame.base), frame.size);
	}
	if (!err)
		err = irqchip->add_windows(&root_cell);
	if (err)
		return (int)reason(err, "no room for the tables of the root cell; give "
					"hypervisor_memory more");
	return (int)vpci_create(&root_cell);
}
