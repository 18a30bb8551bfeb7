/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns what, from the configs of all cells. Pure but for reasons.
 */
#include <hyp/ownership.h>

#include <arch/paging.h>
#include <hyp/printk.h>

struct machine machine;

static int check_cpus(const struct cell *new)
{
	for (u32 n = 0; n < MAX_CPUS; n++) {
		if (!cell_owns_cpu(new, n))
			continue;
		if (n >= cpu_count() || !cell_owns_cpu(&root_cell, n))
			return (int)reason(-EBUSY, "CPU %u does not belong to the root cell", n);
		if (n == this_cpu()->id)
			return (int)reason(-EBUSY, "CPU %u is the one that makes this call", n);
		if (!cpu_is_idle(cpu_get(n)))
			return (int)reason(
				-EBUSY, "CPU %u is in use by the root cell; take it offline first",
				n);
	}
	return 0;
}

static int check_irqs(const struct cell *new)
{
	for (const struct cell *c = root_cell.next; c; c = c->next)
		for (u32 w = 1; w < NUM_INTIDS / 32; w++) {
			u32 both = c->irqs[w] & new->irqs[w];

			if (both)
				return (int)reason(-EBUSY, "interrupt %u belongs to cell \"%s\"",
						   32 * w + (u32)__builtin_ctz(both),
						   c->config->name);
		}
	return 0;
}

/* All of root's memory may be taken, but for its windows, the sub-page regions:
 * CPUs of root look them up unlocked. */
static int check_region_against(u32 n, const struct jailhouse_memory *mem, const struct cell *other)
{
	bool root = cell_is_root(other);

	for (u32 i = 0; i < other->config->num_memory_regions; i++) {
		const struct jailhouse_memory *theirs = cell_region(other, i);

		if (!range_overlaps(region_phys(mem), region_phys(theirs)) ||
		    (root && !JAILHOUSE_MEMORY_IS_SUBPAGE(theirs)))
			continue;
		if (region_exclusive(mem) || (!root && region_exclusive(theirs)))
			return (int)reason(-EBUSY,
					   "memory region %u at 0x%llx overlaps region %u of cell "
					   "\"%s\", and not both are ROOTSHARED",
					   n, mem->phys_start, i, other->config->name);
	}
	return 0;
}

static int check_region(const struct cell *new, u32 n)
{
	const struct jailhouse_memory *mem = cell_region(new, n);
	struct range phys = region_phys(mem), virt = range_of(mem->virt_start, mem->size);
	struct stage2_mapping mapping;
	int err = 0;

	if (range_overlaps(phys, machine.hypervisor))
		return (int)reason(-EINVAL,
				   "memory region %u at 0x%llx lies in the hypervisor's memory", n,
				   phys.base);
	for (u32 i = 0; i < ARRAY_SIZE(machine.gic); i++)
		if (range_overlaps(phys, machine.gic[i].range) ||
		    range_overlaps(virt, machine.gic[i].range))
			return (int)reason(
				-EINVAL,
				"memory region %u (phys 0x%llx, virt 0x%llx) covers the interrupt "
				"controller, which is filtered; leave it out, the cell sees it at "
				"the same address",
				n, phys.base, virt.base);
	if (phys.size && phys.base + (phys.size - 1) >= 1ULL << STAGE2_IPA_BITS)
		return (int)reason(-EINVAL, "memory region %u at 0x%llx is beyond 40 bits", n,
				   phys.base);
	if (region_exclusive(mem) && JAILHOUSE_MEMORY_IS_SUBPAGE(mem) &&
	    stage2_lookup(&root_cell.stage2, ipa_of(phys.base & ~PAGE_MASK), &mapping))
		return (int)reason(-EINVAL,
				   "sub-page region %u at 0x%llx lies in a page that the root cell "
				   "has whole; split that region in the system config",
				   n, phys.base);
	for (const struct cell *c = &root_cell; !err && c; c = c->next)
		err = check_region_against(n, mem, c);
	return err;
}

int ownership_check_new(const struct cell *cell)
{
	int err = check_cpus(cell);

	if (!err)
		err = check_irqs(cell);
	for (u32 i = 0; !err && i < cell->config->num_memory_regions; i++)
		err = check_region(cell, i);
	return err;
}

static bool find_in_cell(const struct cell *cell, u64 pa, struct owner_info *info)
{
	for (u32 i = 0; i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		if (!range_contains(region_phys(mem), pa))
			continue;
		*info = (struct owner_info){ .cell = cell,
					     .region = i,
					     .mem = mem,
					     .name = cell_region_name(cell, i) };
		return true;
	}
	return false;
}

struct owner_info ownership_find(u64 pa)
{
	struct owner_info info = { 0 };

	if (range_contains(machine.hypervisor, pa))
		info.what = "the hypervisor's memory";
	for (u32 i = 0; i < ARRAY_SIZE(machine.gic); i++)
		if (range_contains(machine.gic[i].range, pa))
			info.what = machine.gic[i].what;
	if (info.what)
		return info;
	/* Root lists what it gives away, too: ask the others first. */
	for (const struct cell *c = root_cell.next; c; c = c->next)
		if (find_in_cell(c, pa, &info))
			return info;
	find_in_cell(&root_cell, pa, &info);
	return info;
}

/* `leaf` must lie in one region of its cell, and in no other's own region. */
static bool leaf_in_own_region(const struct cell *cell, struct range leaf)
{
	for (u32 i = 0; i < cell->config->num_memory_regions; i++)
		if (range_covers(region_phys(cell_region(cell, i)), leaf))
			return true;
	return false;
}

static const struct cell *leaf_foreign_owner(const struct cell *cell, struct range leaf)
{
	for (const struct cell *c = root_cell.next; c; c = c->next)
		for (u32 i = 0; c != cell && i < c->config->num_memory_regions; i++) {
			const struct jailhouse_memory *mem = cell_region(c, i);
			bool lent = cell_is_root(cell) && c->loadable &&
				    (mem->flags & JAILHOUSE_MEM_LOADABLE);

			if (region_exclusive(mem) && !lent &&
			    range_overlaps(leaf, region_phys(mem)))
				return c;
		}
	return NULL;
}

static int check_leaf(ipa_t ipa, u64 size, struct stage2_mapping mapping, void *arg)
{
	const struct cell *cell = arg, *owner;
	struct range leaf = range_of(mapping.pa.v, size);

	if (range_overlaps(machine.hypervisor, leaf)) {
		bool comm = cell->comm && mapping.pa.v == hyp_va_to_pa(cell->comm).v;

		if ((mapping.flags & S2_WRITE) && !comm)
			return (int)reason(-EIO,
					   "self-test: cell %u can write 0x%llx of the hypervisor",
					   cell->id, leaf.base);
		return 0;
	}
	if (range_covers(machine.banked, leaf))
		return 0;
	owner = leaf_foreign_owner(cell, leaf);
	if (owner)
		return (int)reason(-EIO, "self-test: cell %u maps 0x%llx of cell %u", cell->id,
				   leaf.base, owner->id);
	if (leaf_in_own_region(cell, leaf))
		return 0;
	/* A joined block may span adjacent regions: then each page must be known. */
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		if (!leaf_in_own_region(cell, range_of(leaf.base + at, PAGE_SIZE)))
			return (int)reason(
				-EIO,
				"self-test: cell %u maps 0x%llx at 0x%llx, which is in no "
				"region of it",
				cell->id, leaf.base + at, ipa.v + at);
	return 0;
}

int ownership_selftest(void)
{
	u64 cpus = 0;

	for (struct cell *c = &root_cell; c; c = c->next) {
		int err;

		if (cpus & c->cpus)
			return (int)reason(-EIO, "self-test: cell %u has a CPU of another cell",
					   c->id);
		cpus |= c->cpus;
		for (struct cell *d = c->next; d; d = d->next)
			for (u32 w = 1; w < NUM_INTIDS / 32; w++)
				if (c->irqs[w] & d->irqs[w])
					return (int)reason(-EIO,
							   "self-test: cells %u and %u share an "
							   "interrupt",
							   c->id, d->id);
		err = stage2_walk(&c->stage2, check_leaf, c);
		if (err)
			return err;
	}
	return 0;
}
