// SPDX-License-Identifier: GPL-2.0
/*
 * Two cells out of one config: its last CPU is the witness, the others attack,
 * and each cell has half of the RAM. Where there is a virtual PCI bus, the end
 * of the attacker's half is a channel between them. What to attack comes from
 * the system config: the hypervisor, root's RAM and devices, the witness, and
 * what nobody has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jailhouse/config-macros.h>

#include "selftest.h"

#define PAGE          0x1000ULL
/* The inmate with its stack and tables; and pages of which it may do less. */
#define MIN_HALF      0x50000ULL
#define SMALL_PAGES   2
#define COMM_BASE     0x80000000ULL
#define MAX_TARGET    0x200000ULL
#define MAX_REGIONS   8
/* Of the channel: state table, common section, and an output section each. */
#define CHANNEL_PAGES 4
#define CHANNEL_PEERS 2
#define NUM_VECTORS   2
/* 00:1f.0 */
#define MAX_BDF       0xf8
#define RAM_FLAGS \
	(JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE)
#define REPLY_US      2000000
#define MAX_DEVICES   3
#define SPIS_PER_WORD 32

struct cell_parts {
	const char *name;
	__u32 flags;
	/* What the source has of these. */
	__u32 first_cpu, last_cpu;
	struct jailhouse_memory regions[MAX_REGIONS];
	__u32 num_regions;
	const struct jailhouse_irqchip *irqchips;
	__u32 num_irqchips;
	struct jailhouse_pci_device function;
	__u32 num_functions;
};

static bool has_cpu(const struct jailhouse_cell_desc *cell, __u32 cpu)
{
	const unsigned char *set = (const unsigned char *)jailhouse_cell_cpu_set(cell);

	return set[cpu / 8] >> (cpu % 8) & 1;
}

/* Appends to the file, which is large enough. */
static void append(struct tool_file *file, const void *data, size_t size)
{
	if (size)
		memcpy((char *)file->data + file->size, data, size);
	file->size += size;
}

static bool build(struct tool_file *file, const struct jailhouse_cell_desc *source,
		  const struct cell_parts *parts)
{
	struct jailhouse_cell_desc cell = *source;
	struct jailhouse_ext_policy policy = {
		.record = { .type = JAILHOUSE_EXT_POLICY, .size = sizeof(policy) },
		.on_violation = JAILHOUSE_VIOLATION_ABORT,
		.flags = JAILHOUSE_POLICY_TRAP_WFI | JAILHOUSE_POLICY_SCRUB |
			 JAILHOUSE_POLICY_EXECUTE,
	};
	struct jailhouse_ext_header header = {
		.magic = JAILHOUSE_EXT_MAGIC,
		.size = sizeof(header) + sizeof(policy),
		.num_records = 1,
	};
	unsigned char *cpus = calloc(1, source->cpu_set_size);

	file->size = 0;
	file->data = calloc(1, sizeof(cell) + source->cpu_set_size + sizeof(parts->regions) +
				       parts->num_irqchips * sizeof(*parts->irqchips) +
				       sizeof(parts->function) + sizeof(header) + sizeof(policy));
	if (!cpus || !file->data) {
		free(cpus);
		tool_error("there is no memory left");
		return false;
	}
	memset(cell.name, 0, sizeof(cell.name));
	strcpy(cell.name, parts->name);
	cell.flags = parts->flags | JAILHOUSE_CELL_EXTENDED |
		     JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED |
		     JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE;
	cell.num_memory_regions = parts->num_regions;
	cell.num_irqchips = parts->num_irqchips;
	cell.num_cache_regions = cell.num_pio_regions = 0;
	cell.num_pci_devices = parts->num_functions;
	cell.num_pci_caps = cell.num_stream_ids = cell.vpci_irq_base = 0;
	cell.msg_reply_timeout = REPLY_US;
	memset(&cell.console, 0, sizeof(cell.console));
	for (__u32 cpu = parts->first_cpu; cpu <= parts->last_cpu; cpu++)
		if (has_cpu(source, cpu))
			cpus[cpu / 8] |= (unsigned char)(1u << cpu % 8);

	append(file, &cell, sizeof(cell));
	append(file, cpus, source->cpu_set_size);
	append(file, parts->regions, parts->num_regions * sizeof(parts->regions[0]));
	append(file, parts->irqchips, parts->num_irqchips * sizeof(*parts->irqchips));
	append(file, &parts->function, parts->num_functions * sizeof(parts->function));
	append(file, &header, sizeof(header));
	append(file, &policy, sizeof(policy));
	free(cpus);
	return true;
}

static const struct jailhouse_memory *find_ram(const struct jailhouse_cell_desc *cell)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);

	for (__u32 n = 0; n < cell->num_memory_regions; n++)
		if (cell->cpu_reset_address == mem[n].virt_start &&
		    (mem[n].flags & JAILHOUSE_MEM_LOADABLE))
			return &mem[n];
	return NULL;
}

static struct jailhouse_memory region(__u64 phys, __u64 virt, __u64 size, __u64 flags)
{
	return (struct jailhouse_memory){ phys, virt, size, flags };
}

static bool overlap(__u64 start1, __u64 size1, __u64 start2, __u64 size2)
{
	return start1 < start2 + size2 && start2 < start1 + size1;
}

static bool is_ours(const struct selftest_plan *plan, __u64 start, __u64 size)
{
	for (unsigned int n = 0; n < plan->num_ours; n++)
		if (overlap(plan->ours[n].start, plan->ours[n].size, start, size))
			return true;
	return false;
}

static void add_range(struct selftest_range *ranges, unsigned int *num, const char *name, char kind,
		      __u64 start, __u64 size)
{
	if (*num == SELFTEST_MAX_RANGES)
		return;
	snprintf(ranges[*num].name, sizeof(ranges[*num].name), "%s", name);
	ranges[*num].kind = kind;
	ranges[*num].start = start;
	ranges[*num].size = size;
	++*num;
}

/* The end of a range that is not ours, and has something else at these addresses. */
static void add_target(struct selftest_plan *plan, const char *name, __u64 start, __u64 size)
{
	if (is_ours(plan, start, size) && size > MAX_TARGET) {
		start += size - MAX_TARGET;
		size = MAX_TARGET;
	}
	if (!size || is_ours(plan, start, size))
		printf("memory %s not tried: the attacker has something of its own there\n", name);
	else
		add_range(plan->targets, &plan->num_targets, name, 'f', start, size);
}

static const struct jailhouse_memory *largest_ram(const struct jailhouse_cell_desc *cell)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell), *found = NULL;

	for (__u32 n = 0; n < cell->num_memory_regions; n++)
		if (!(mem[n].flags & (JAILHOUSE_MEM_IO | JAILHOUSE_MEM_COMM_REGION)) &&
		    (!found || mem[n].size > found->size))
			found = &mem[n];
	return found;
}

static bool any_has(const struct jailhouse_cell_desc *cell, __u64 start, __u64 size)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);

	for (__u32 n = 0; n < cell->num_memory_regions; n++)
		if (overlap(mem[n].phys_start, mem[n].size, start, size))
			return true;
	return false;
}

/* The first page behind a region of root that nobody has. */
static void add_hole(struct selftest_plan *plan, const struct jailhouse_system *system)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(&system->root_cell);
	const struct jailhouse_memory *hv = &system->hypervisor_memory;

	for (__u32 n = 0; n < system->root_cell.num_memory_regions; n++) {
		__u64 start = mem[n].phys_start + mem[n].size;

		if (any_has(&system->root_cell, start, PAGE) ||
		    overlap(hv->phys_start, hv->size, start, PAGE) || is_ours(plan, start, PAGE) ||
		    start == system->platform_info.arm.gicd_base)
			continue;
		add_target(plan, "hole", start, PAGE);
		return;
	}
}

static void add_targets(struct selftest_plan *plan, const struct jailhouse_system *system,
			const struct jailhouse_cell_desc *source)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(&system->root_cell);
	const struct jailhouse_memory *ram = largest_ram(&system->root_cell);
	unsigned int devices = 0;

	add_target(plan, "hypervisor", system->hypervisor_memory.phys_start,
		   system->hypervisor_memory.size);
	if (plan->witness_ram.size)
		add_target(plan, "witness", plan->witness_ram.start, plan->witness_ram.size);
	/* Its RAM at the address that it has for root. */
	add_target(plan, "own-physical", plan->attacker_ram.start, plan->attacker_ram.size);
	if (ram)
		add_target(plan, "root-ram", ram->phys_start, ram->size);
	for (__u32 n = 0; n < system->root_cell.num_memory_regions && devices < MAX_DEVICES; n++) {
		char name[20];

		if (!(mem[n].flags & JAILHOUSE_MEM_IO) || JAILHOUSE_MEMORY_IS_SUBPAGE(&mem[n]) ||
		    any_has(source, mem[n].phys_start, mem[n].size))
			continue;
		snprintf(name, sizeof(name), "root-device-%u", devices++);
		add_target(plan, name, mem[n].phys_start, mem[n].size);
	}
	add_hole(plan, system);
}

/* Further CPUs between the first and the last; returns the last one of them that attacks. */
static __u32 count_helpers(struct selftest_plan *plan, const struct jailhouse_cell_desc *source,
			   __u32 first, __u32 last)
{
	__u32 end = first;

	for (__u32 cpu = first + 1; cpu < last; cpu++)
		if (has_cpu(source, cpu) && plan->num_helpers < SELFTEST_MAX_HELPERS) {
			plan->num_helpers++;
			end = cpu;
		}
	return end;
}

/* One on bus 0 that root does not use, since whoever has the same number is its peer. */
static bool find_free_function(const struct jailhouse_system *system, __u16 *bdf)
{
	const struct jailhouse_pci_device *dev = jailhouse_cell_pci_devices(&system->root_cell);

	if (!system->platform_info.pci_mmconfig_base)
		return false;
	for (*bdf = MAX_BDF; *bdf; *bdf -= 8) {
		__u32 n = 0;

		while (n < system->root_cell.num_pci_devices && dev[n].bdf != *bdf)
			n++;
		if (n == system->root_cell.num_pci_devices)
			return true;
	}
	return false;
}

/* The pages of the channel become the next regions of the cell. */
static void add_channel(struct cell_parts *cell, __u64 phys, __u64 virt, __u16 bdf, __u8 id)
{
	__u64 flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED;

	cell->function = (struct jailhouse_pci_device)IVSHMEM_MSIX(0, cell->num_regions, id,
								   CHANNEL_PEERS,
								   JAILHOUSE_SHMEM_PROTO_UNDEFINED,
								   NUM_VECTORS);
	cell->function.bdf = bdf;
	cell->num_functions = 1;
	for (__u32 n = 0; n < CHANNEL_PAGES; n++)
		cell->regions[cell->num_regions++] =
			region(phys + n * PAGE, virt + n * PAGE, PAGE,
			       n == 1 || n == 2u + id ? flags | JAILHOUSE_MEM_WRITE : flags);
}

/* What the attacker has, and what it may not do with some of it. */
static void add_own(struct selftest_plan *plan, const struct cell_parts *attacker)
{
	const struct jailhouse_memory *mem = attacker->regions;

	for (__u32 n = 0; n < attacker->num_regions; n++)
		add_range(plan->ours, &plan->num_ours, "", ' ', mem[n].virt_start, mem[n].size);
	add_range(plan->targets, &plan->num_targets, "own-read-only", 'r', mem[1].virt_start, PAGE);
	add_range(plan->targets, &plan->num_targets, "own-no-execute", 'x', mem[2].virt_start,
		  PAGE);
	if (!plan->channel)
		return;
	mem += attacker->function.shmem_regions_start;
	add_range(plan->targets, &plan->num_targets, "channel-states", 'r', mem[0].virt_start,
		  PAGE);
	add_range(plan->targets, &plan->num_targets, "channel-peer", 'r', mem[3].virt_start, PAGE);
}

static bool make_cells(struct selftest_plan *plan, const struct jailhouse_system *system,
		       const struct jailhouse_cell_desc *source, const struct jailhouse_memory *ram,
		       __u32 first, __u32 last)
{
	bool two = first != last;
	__u16 bdf = 0;
	bool channel = find_free_function(system, &bdf);
	__u64 half = two ? ram->size / 2 & ~(PAGE - 1) : ram->size & ~(PAGE - 1);
	__u64 own = half - (channel ? CHANNEL_PAGES * PAGE : 0);
	__u64 main_size = own - SMALL_PAGES * PAGE;
	__u64 flags = RAM_FLAGS | (ram->flags & JAILHOUSE_MEM_NO_HUGEPAGES);
	struct cell_parts attacker = {
		.name = SELFTEST_ATTACKER,
		/* Nobody asks it whether it agrees. */
		.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
		.first_cpu = first,
		.last_cpu = count_helpers(plan, source, first, last),
		.irqchips = jailhouse_cell_irqchips(source),
		.num_irqchips = source->num_irqchips,
		.regions = {
			region(ram->phys_start, ram->virt_start, main_size, flags),
			region(ram->phys_start + main_size, ram->virt_start + main_size, PAGE,
			       JAILHOUSE_MEM_READ),
			region(ram->phys_start + main_size + PAGE,
			       ram->virt_start + main_size + PAGE, PAGE,
			       JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE),
			region(0, COMM_BASE, PAGE,
			       JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION),
		},
		.num_regions = 4,
	};
	struct cell_parts witness = {
		.name = SELFTEST_WITNESS,
		.first_cpu = last,
		.last_cpu = last,
		.regions = {
			region(ram->phys_start + half, ram->virt_start, half, flags),
			attacker.regions[3],
		},
		.num_regions = 2,
	};

	if (half < MIN_HALF + (half - own)) {
		tool_error("the RAM of \"%s\" has 0x%llx bytes; the self-test needs 0x%llx",
			   source->name, ram->size, (MIN_HALF + (half - own)) * (two ? 2 : 1));
		return false;
	}
	plan->channel = channel;
	if (channel) {
		add_channel(&attacker, ram->phys_start + own, ram->virt_start + own, bdf, 0);
		add_channel(&witness, ram->phys_start + own, ram->virt_start + half, bdf, 1);
	} else {
		printf("ivshmem not tried: the system config has no virtual PCI bus\n");
	}
	plan->attacker_ram = (struct selftest_range){ "attacker", 'f', ram->phys_start, own };
	if (two)
		plan->witness_ram =
			(struct selftest_range){ "witness", 'f', ram->phys_start + half, half };
	add_own(plan, &attacker);
	return build(&plan->attacker, source, &attacker) &&
	       (!two || build(&plan->witness, source, &witness));
}

bool selftest_make_plan(struct selftest_plan *plan, const struct jailhouse_system *system,
			const struct jailhouse_cell_desc *source)
{
	const struct jailhouse_memory *ram = find_ram(source);
	__u32 num_cpus = source->cpu_set_size * 8, first = 0, last = num_cpus - 1;

	memset(plan, 0, sizeof(*plan));
	if (!ram) {
		tool_error(
			"\"%s\" has no loadable region that begins at cpu_reset_address 0x%llx; the"
			" self-test needs one for its program",
			source->name, source->cpu_reset_address);
		return false;
	}
	while (!has_cpu(source, first))
		first++;
	while (!has_cpu(source, last))
		last--;
	plan->entry = ram->virt_start;
	if (!make_cells(plan, system, source, ram, first, last))
		return false;
	add_targets(plan, system, source);
	return true;
}

void selftest_parameters(char text[SELFTEST_PARAMETERS], const struct selftest_plan *plan,
			 unsigned long seed, unsigned long probes)
{
	const struct jailhouse_cell_desc *cell = plan->attacker.data;
	const struct jailhouse_irqchip *chip = jailhouse_cell_irqchips(cell);
	static const char digits[] = "0123456789ab";
	size_t used = 0;
	unsigned int n = 0;

#define ADD(...)                                                                                \
	do {                                                                                    \
		used += (size_t)snprintf(text + used, SELFTEST_PARAMETERS - used, __VA_ARGS__); \
		if (used >= SELFTEST_PARAMETERS)                                                \
			used = SELFTEST_PARAMETERS - 1;                                         \
	} while (0)
	ADD("seed=%lu probes=%lu stand=%lu helpers=%u", seed, probes, seed % 6, plan->num_helpers);
	if (plan->channel)
		ADD(" channel");
	for (n = 0; n < plan->num_targets; n++)
		ADD(" t%c=%s:%c:%llx:%llx", digits[n], plan->targets[n].name, plan->targets[n].kind,
		    plan->targets[n].start, plan->targets[n].size);
	for (n = 0; n < plan->num_ours; n++)
		ADD(" o%c=%llx:%llx", digits[n], plan->ours[n].start, plan->ours[n].size);
	n = 0;
	for (__u32 c = 0; c < cell->num_irqchips; c++)
		for (__u32 word = 0; word < 4; word++)
			if (chip[c].pin_bitmap[word] && n < SELFTEST_MAX_RANGES)
				ADD(" p%c=%x:%x", digits[n++],
				    chip[c].pin_base + word * SPIS_PER_WORD,
				    chip[c].pin_bitmap[word]);
#undef ADD
}

void selftest_free_plan(struct selftest_plan *plan)
{
	free(plan->attacker.data);
	free(plan->witness.data);
}
