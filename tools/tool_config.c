// SPDX-License-Identifier: GPL-2.0
/*
 * Reads configs and checks them before anybody acts on them, by the same code
 * as driver and hypervisor. $JAILHOUSE_SKIP_CHECK leaves the check to those,
 * which is what their tests need.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jailhouse/config-check.h>

#include "tool.h"

static const void *cell_of(const struct tool_file *file, enum tool_config_kind kind)
{
	const char *data = file->data;

	return kind == TOOL_CONFIG_SYSTEM ? data + offsetof(struct jailhouse_system, root_cell) :
					    data;
}

static bool is_memory_rule(enum jailhouse_config_rule rule)
{
	return (rule >= JAILHOUSE_CFG_MEM_COUNT && rule <= JAILHOUSE_CFG_ROOT_IDENTITY) ||
	       rule == JAILHOUSE_CFG_HV_MEMORY_OVERLAP;
}

static void describe_region(const struct tool_file *file, enum tool_config_kind kind, __u32 index)
{
	const struct jailhouse_cell_desc *cell = cell_of(file, kind);
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);

	if (index >= cell->num_memory_regions)
		return;
	mem += index;
	fprintf(stderr,
		"  memory region %u: phys_start 0x%llx, virt_start 0x%llx, size 0x%llx,"
		" flags 0x%llx\n",
		index, mem->phys_start, mem->virt_start, mem->size, mem->flags);
}

/* A frequent mistake, which may show as any of the first rules. */
static bool is_other_kind(const struct tool_file *file, enum tool_config_kind kind)
{
	return file->size >= JAILHOUSE_SIGNATURE_LEN &&
	       memcmp(file->data,
		      kind == TOOL_CONFIG_SYSTEM ? JAILHOUSE_CELL_DESC_SIGNATURE :
						   JAILHOUSE_SYSTEM_SIGNATURE,
		      JAILHOUSE_SIGNATURE_LEN) == 0;
}

static void report(const struct tool_file *file, enum tool_config_kind kind, const char *path,
		   const struct jailhouse_config_finding *finding)
{
	const struct jailhouse_cell_desc *cell = cell_of(file, kind);

	tool_error("the config %s cannot be used: %s [%s]", path,
		   jailhouse_config_rule_text(finding->rule),
		   jailhouse_config_rule_name(finding->rule));
	if (is_other_kind(file, kind)) {
		fprintf(stderr, "  it is a %s config; %s is what is needed here\n",
			kind == TOOL_CONFIG_SYSTEM ? "cell" : "system",
			kind == TOOL_CONFIG_SYSTEM ? "that of the root cell" :
						     "that of a non-root cell");
		return;
	}
	if (is_memory_rule(finding->rule) && finding->index != JAILHOUSE_CONFIG_NO_INDEX) {
		describe_region(file, kind, finding->index);
		if (finding->other != JAILHOUSE_CONFIG_NO_INDEX)
			describe_region(file, kind, finding->other);
		return;
	}
	if (finding->index != JAILHOUSE_CONFIG_NO_INDEX)
		fprintf(stderr, "  element number %u of its array\n", finding->index);
	if (finding->rule == JAILHOUSE_CFG_SIZE_MISMATCH)
		fprintf(stderr, "  the file has %zu bytes, the counts ask for %llu\n",
			file->size - (size_t)((const char *)cell - (const char *)file->data),
			finding->value);
	else if (finding->value)
		fprintf(stderr, "  the value is 0x%llx\n", finding->value);
}

bool tool_read_config(struct tool_file *file, enum tool_config_kind kind, const char *path)
{
	const char *what = kind == TOOL_CONFIG_SYSTEM ? "system config" : "cell config";
	struct jailhouse_config_finding finding;
	bool good;

	if (!tool_read_file(file, what, path))
		return false;
	if (getenv("JAILHOUSE_SKIP_CHECK"))
		return true;
	good = kind == TOOL_CONFIG_SYSTEM ?
		       jailhouse_config_check_system(file->data, file->size, &finding) :
		       jailhouse_config_check_cell(file->data, file->size, false, &finding);
	if (good)
		return true;
	report(file, kind, path, &finding);
	free(file->data);
	file->data = NULL;
	return false;
}
