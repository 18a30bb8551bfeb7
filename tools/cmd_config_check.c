// SPDX-License-Identifier: GPL-2.0
/*
 * jailhouse config check: each config by itself, by the rules of
 * <jailhouse/config-check.h>, then what only shows when they are seen together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jailhouse/config-check.h>

#include "tool.h"

#define GICV2_GICD_SIZE  0x1000
#define GICV2_GICC_SIZE  0x2000
#define GICV3_GICD_SIZE  0x10000
#define GICV3_FRAME_SIZE 0x20000
#define MMCONFIG_PER_BUS 0x100000ULL

struct config {
	const char *path;
	struct tool_file file;
	const struct jailhouse_cell_desc *cell;
};

struct set {
	const struct jailhouse_system *system;
	struct config *configs;
	int num;
	bool findings;
};

struct span {
	__u64 start;
	__u64 size;
};

static bool overlap(struct span a, struct span b)
{
	return a.size && b.size && a.start <= b.start + (b.size - 1) &&
	       b.start <= a.start + (a.size - 1);
}

static struct span physical(const struct jailhouse_memory *mem)
{
	/* The communication page has no physical address of its own. */
	return (struct span){ mem->phys_start,
			      mem->flags & JAILHOUSE_MEM_COMM_REGION ? 0 : mem->size };
}

static void begin(const char *title)
{
	printf("%s:", title);
}

static void finding(struct set *set, bool *any)
{
	if (!*any)
		putchar('\n');
	*any = true;
	set->findings = true;
}

static void end(bool any)
{
	if (!any)
		puts(" None");
}

static void print_region(const struct jailhouse_cell_desc *cell, __u32 index)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell) + index;

	printf("region %u of cell \"%s\" (phys_start 0x%llx, virt_start 0x%llx, size 0x%llx)",
	       index, cell->name, mem->phys_start, mem->virt_start, mem->size);
}

/* Writable memory of two regions of a cell on the same physical pages. */
static void check_inside(struct set *set)
{
	bool any = false;

	begin("Overlapping memory regions inside a cell");
	for (int n = 0; n < set->num; n++) {
		const struct jailhouse_cell_desc *cell = set->configs[n].cell;
		const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);

		for (__u32 i = 0; i < cell->num_memory_regions; i++)
			for (__u32 j = i + 1; j < cell->num_memory_regions; j++) {
				if (!overlap(physical(&mem[i]), physical(&mem[j])))
					continue;
				finding(set, &any);
				printf("  ");
				print_region(cell, i);
				printf(" and ");
				print_region(cell, j);
				putchar('\n');
			}
	}
	end(any);
}

/* Any region of any cell against one range of physical addresses. */
static void compare_all(struct set *set, struct span span, const char *what, bool *any)
{
	for (int n = 0; n < set->num; n++) {
		const struct jailhouse_cell_desc *cell = set->configs[n].cell;

		for (__u32 i = 0; i < cell->num_memory_regions; i++) {
			if (!overlap(physical(jailhouse_cell_mem_regions(cell) + i), span))
				continue;
			finding(set, any);
			printf("  ");
			print_region(cell, i);
			printf(" and %s at 0x%llx, size 0x%llx\n", what, span.start, span.size);
		}
	}
}

static void check_hypervisor(struct set *set)
{
	const struct jailhouse_memory *hv = &set->system->hypervisor_memory;
	bool any = false;

	begin("Overlapping memory regions with the hypervisor");
	compare_all(set, (struct span){ hv->phys_start, hv->size }, "the hypervisor", &any);
	end(any);
}

static void check_mmconfig(struct set *set)
{
	__u64 base = set->system->platform_info.pci_mmconfig_base;
	__u64 buses = set->system->platform_info.pci_mmconfig_end_bus + 1ULL;
	bool any = false;

	begin("Overlapping memory regions with PCI MMCONFIG");
	if (base)
		compare_all(set, (struct span){ base, buses * MMCONFIG_PER_BUS }, "PCI MMCONFIG",
			    &any);
	end(any);
}

static void check_iommus(struct set *set)
{
	const struct jailhouse_iommu *unit = set->system->platform_info.iommu_units;
	bool any = false;

	begin("Overlapping memory regions with IOMMUs");
	for (int n = 0; n < JAILHOUSE_MAX_IOMMU_UNITS && unit[n].base; n++) {
		compare_all(set, (struct span){ unit[n].base, unit[n].size }, "an IOMMU", &any);
		if (unit[n].type == JAILHOUSE_IOMMU_PVU)
			compare_all(set,
				    (struct span){ unit[n].tipvu.tlb_base, unit[n].tipvu.tlb_size },
				    "the TLB of an IOMMU", &any);
	}
	end(any);
}

static bool has_cpu(const struct jailhouse_cell_desc *cell, __u32 cpu)
{
	const unsigned char *set = (const unsigned char *)jailhouse_cell_cpu_set(cell);

	return cpu / 8 < cell->cpu_set_size && (set[cpu / 8] >> (cpu % 8) & 1);
}

static __u32 highest_cpu(const struct jailhouse_cell_desc *cell)
{
	__u32 highest = 0;

	for (__u32 cpu = 0; cpu < cell->cpu_set_size * 8; cpu++)
		if (has_cpu(cell, cpu))
			highest = cpu;
	return highest;
}

static void check_gic(struct set *set)
{
	__u64 frames = highest_cpu(&set->system->root_cell) + 1ULL;
	bool v3 = set->system->platform_info.arm.gic_version >= 3;
	bool any = false;

	begin("Overlapping memory regions with the interrupt controller");
	compare_all(set,
		    (struct span){ set->system->platform_info.arm.gicd_base,
				   v3 ? GICV3_GICD_SIZE : GICV2_GICD_SIZE },
		    "GICD", &any);
	if (v3)
		compare_all(set,
			    (struct span){ set->system->platform_info.arm.gicr_base,
					   frames * GICV3_FRAME_SIZE },
			    "GICR", &any);
	else
		compare_all(set,
			    (struct span){ set->system->platform_info.arm.gicc_base,
					   GICV2_GICC_SIZE },
			    "GICC", &any);
	end(any);
}

static void check_cpus(struct set *set)
{
	bool any = false;

	begin("CPUs that the root cell does not have");
	for (int n = 1; n < set->num; n++) {
		const struct jailhouse_cell_desc *cell = set->configs[n].cell;

		for (__u32 cpu = 0; cpu < cell->cpu_set_size * 8; cpu++) {
			if (!has_cpu(cell, cpu) || has_cpu(&set->system->root_cell, cpu))
				continue;
			finding(set, &any);
			printf("  CPU %u of cell \"%s\"\n", cpu, cell->name);
		}
	}
	end(any);
}

static void check_names(struct set *set)
{
	bool any = false;

	begin("Cells with the same name");
	for (int i = 0; i < set->num; i++)
		for (int j = i + 1; j < set->num; j++) {
			if (strcmp(set->configs[i].cell->name, set->configs[j].cell->name) != 0)
				continue;
			finding(set, &any);
			printf("  \"%s\" in %s and %s\n", set->configs[i].cell->name,
			       set->configs[i].path, set->configs[j].path);
		}
	end(any);
}

/* Not wrong, since such cells may take turns; but worth to know. */
static void note_sharing(const struct set *set)
{
	for (int i = 1; i < set->num; i++)
		for (int j = i + 1; j < set->num; j++) {
			const struct jailhouse_cell_desc *a = set->configs[i].cell;
			const struct jailhouse_cell_desc *b = set->configs[j].cell;

			for (__u32 cpu = 0; cpu < a->cpu_set_size * 8; cpu++)
				if (has_cpu(a, cpu) && has_cpu(b, cpu))
					printf("Note: cells \"%s\" and \"%s\" both want CPU %u, so"
					       " they cannot exist at once\n",
					       a->name, b->name, cpu);
		}
}

/* Revision 14 configs do not set this flag reliably. */
static void note_execute(const struct set *set)
{
	for (int n = 1; n < set->num; n++) {
		const struct jailhouse_cell_desc *cell = set->configs[n].cell;
		const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);

		for (__u32 i = 0; i < cell->num_memory_regions; i++)
			if (cell->cpu_reset_address - mem[i].virt_start < mem[i].size &&
			    !(mem[i].flags & JAILHOUSE_MEM_EXECUTE))
				printf("Note: cell \"%s\" starts in region %u, which lacks"
				       " JAILHOUSE_MEM_EXECUTE\n",
				       cell->name, i);
	}
}

static bool read_all(struct set *set, char **paths)
{
	bool good = true;

	for (int n = 0; n < set->num; n++) {
		struct config *config = &set->configs[n];

		config->path = paths[n];
		if (!tool_read_config(&config->file, n ? TOOL_CONFIG_CELL : TOOL_CONFIG_SYSTEM,
				      paths[n])) {
			good = false;
			continue;
		}
		if (n == 0) {
			set->system = config->file.data;
			config->cell = &set->system->root_cell;
		} else {
			config->cell = config->file.data;
		}
	}
	return good;
}

static void check(struct set *set)
{
	puts("Reading configuration set:");
	for (int n = 0; n < set->num; n++)
		printf("  %-15s%s (%s)\n",
		       n ? "Non-root cell:" : "Root cell:", set->configs[n].cell->name,
		       set->configs[n].path);
	check_inside(set);
	check_hypervisor(set);
	check_mmconfig(set);
	check_iommus(set);
	check_gic(set);
	check_cpus(set);
	check_names(set);
	note_sharing(set);
	note_execute(set);
}

static int run(const struct tool_command *command, int argc, char **argv)
{
	struct set set = { .num = argc };
	int result = TOOL_FAILED;

	if (argc < 1)
		return tool_usage_error(command, "which system config?");
	for (int n = 0; n < argc; n++)
		if (argv[n][0] == '-')
			return tool_usage_error(command, "`%s` is no option of this command",
						argv[n]);
	/* With this set the rules would not be checked. */
	unsetenv("JAILHOUSE_SKIP_CHECK");
	set.configs = calloc((size_t)argc, sizeof(*set.configs));
	if (!set.configs)
		return tool_error("there is no memory left");
	if (read_all(&set, argv)) {
		check(&set);
		result = set.findings ? TOOL_FAILED : TOOL_OK;
	}
	for (int n = 0; n < argc; n++)
		free(set.configs[n].file.data);
	free(set.configs);
	return result;
}

const struct tool_command command_config_check = {
	.group = "config",
	.name = "check",
	.arguments = "SYSCONFIG [CELLCONFIG ...]",
	.help = "Checks configs: each by all rules that hypervisor and driver check too, then all\n"
		"together for overlaps with the hypervisor, PCI, IOMMUs and interrupt controller.\n"
		"Exit code 1 if there is any finding.\n",
	.run = run,
};
