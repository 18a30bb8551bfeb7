/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The config validator: every rule has a config that breaks it (bad_configs/),
 * and no bytes whatever make it read beyond their end or accept what later code
 * cannot bear. The programs under test get copies that end where the config
 * ends, so that ASan sees every byte too far.
 */
#include "fake.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	u8 *data;
	u64 size;
};

typedef bool (*check_fn)(const void *config, u64 size, struct jailhouse_config_finding *f);

static bool check_cell(const void *config, u64 size, struct jailhouse_config_finding *f)
{
	return jailhouse_config_check_cell(config, size, true, f);
}

static bool check_system(const void *config, u64 size, struct jailhouse_config_finding *f)
{
	return jailhouse_config_check_system(config, size, f);
}

static struct bytes read_file(const char *folder, const char *name)
{
	struct bytes b = { 0 };
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), BAD_CONFIGS "/%s/%s", folder, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	b.size = (u64)ftell(f);
	rewind(f);
	b.data = malloc(b.size);
	assert_int_equal(fread(b.data, 1, b.size, f), b.size);
	fclose(f);
	return b;
}

/* The rule that a file name stands for. */
static enum jailhouse_config_rule rule_of(const char *file)
{
	char upper[64] = "";

	for (u32 i = 0; file[i] && file[i] != '-' && file[i] != '.'; i++)
		upper[i] = (char)(file[i] >= 'a' && file[i] <= 'z' ? file[i] - 'a' + 'A' : file[i]);
	for (u32 rule = 0; rule < JAILHOUSE_CFG_NUM_RULES; rule++)
		if (strcmp(jailhouse_config_rule_name(rule), upper) == 0)
			return rule;
	fail_msg("%s is named after no rule", file);
	return JAILHOUSE_CFG_OK;
}

static u32 check_folder(const char *folder, check_fn check, bool *seen)
{
	struct jailhouse_config_finding f;
	struct dirent *entry;
	char path[512];
	u32 count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), BAD_CONFIGS "/%s", folder);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		enum jailhouse_config_rule rule;
		struct bytes b;
		bool ok;

		if (!strstr(entry->d_name, ".bin"))
			continue;
		count++;
		rule = rule_of(entry->d_name);
		b = read_file(folder, entry->d_name);
		memset(&f, 0xee, sizeof(f));
		ok = check(b.data, b.size, &f);
		if (f.rule != rule || ok != (rule == JAILHOUSE_CFG_OK))
			fail_msg("%s/%s: found %s (element %d, value 0x%llx)", folder,
				 entry->d_name, jailhouse_config_rule_name(f.rule), (int)f.index,
				 f.value);
		if (f.index != JAILHOUSE_CONFIG_NO_INDEX)
			assert_true(f.index < 300);
		seen[rule] = true;
		free(b.data);
	}
	closedir(dir);
	return count;
}

/* Redistributors are the machine's: root lists them. */
static void test_redistributors_of_a_cell(void **state)
{
	const struct jailhouse_ext_gicr_region region = { { JAILHOUSE_EXT_GICR_REGION, 0,
							    sizeof(region) },
							  0x080a0000,
							  0x40000 };
	struct bytes b = read_file("cell", "ok.bin");
	struct jailhouse_ext_header *ext;
	struct jailhouse_config_finding f;

	(void)state;
	b.data = realloc(b.data, b.size + sizeof(region));
	ext = (void *)((char *)b.data + jailhouse_cell_config_size((const void *)b.data));
	memcpy((char *)b.data + b.size, &region, sizeof(region));
	ext->size += sizeof(region);
	ext->num_records++;
	assert_false(check_cell(b.data, b.size + sizeof(region), &f));
	assert_int_equal(f.rule, JAILHOUSE_CFG_EXT_VALUE);
	assert_int_equal(f.value, region.base);
	free(b.data);
}

static void test_every_rule(void **state)
{
	bool seen[JAILHOUSE_CFG_NUM_RULES] = { 0 };

	(void)state;
	assert_true(check_folder("cell", check_cell, seen) > 60);
	assert_true(check_folder("system", check_system, seen) > 25);
	for (u32 rule = 0; rule < JAILHOUSE_CFG_NUM_RULES; rule++)
		if (!seen[rule])
			fail_msg("no config in bad_configs/ breaks rule %s",
				 jailhouse_config_rule_name(rule));
}

/* --- the largest and the smallest that is good ---------------------------------------------------- */

/* A cell with nothing but what it must have, and as many elements as its counts say. */
static struct bytes blank(const struct jailhouse_cell_desc *counts, u32 records)
{
	struct jailhouse_cell_desc desc = *counts;
	struct jailhouse_pci_device *pci;
	struct jailhouse_irqchip *chip;
	struct jailhouse_memory *mem;
	struct bytes b;

	memcpy(desc.signature, JAILHOUSE_CELL_DESC_SIGNATURE, JAILHOUSE_SIGNATURE_LEN);
	desc.revision = JAILHOUSE_CONFIG_REVISION;
	desc.architecture = JAILHOUSE_ARM64;
	desc.flags = JAILHOUSE_CELL_EXTENDED;
	desc.id = 1;
	if (!desc.name[0])
		strcpy(desc.name, "blank");
	if (!desc.cpu_set_size)
		desc.cpu_set_size = 8;
	if (!desc.num_memory_regions)
		desc.num_memory_regions = 1;
	b.size = jailhouse_cell_config_size(&desc) + sizeof(struct jailhouse_ext_header) +
		 records * sizeof(struct jailhouse_ext_record);
	b.data = calloc(1, b.size);
	memcpy(b.data, &desc, sizeof(desc));
	b.data[sizeof(desc)] = 1;
	mem = (void *)(b.data + sizeof(desc) + desc.cpu_set_size);
	mem[0] = (struct jailhouse_memory){ 0x70000000, 0, 0x1000, JAILHOUSE_MEM_READ };
	chip = (void *)(mem + desc.num_memory_regions);
	for (u32 i = 0; i < desc.num_irqchips; i++)
		chip[i] = (struct jailhouse_irqchip){ .address = i, .pin_base = 32 };
	pci = (void *)jailhouse_cell_pci_devices((void *)b.data);
	for (u32 i = 0; i < desc.num_pci_devices; i++)
		pci[i].bdf = (u16)i;
	{
		struct jailhouse_ext_header *ext =
			(void *)(b.data + jailhouse_cell_config_size(&desc));
		struct jailhouse_ext_record *record = (void *)(ext + 1);

		ext->magic = JAILHOUSE_EXT_MAGIC;
		ext->size = (u32)(b.size - jailhouse_cell_config_size(&desc));
		ext->num_records = records;
		for (u32 i = 0; i < records; i++)
			record[i].size = sizeof(*record);
	}
	return b;
}

static enum jailhouse_config_rule rule_for(struct bytes b)
{
	struct jailhouse_config_finding f;

	check_cell(b.data, b.size, &f);
	free(b.data);
	return f.rule;
}

static void test_largest_counts(void **state)
{
	static const struct {
		size_t offset;
		u32 max;
		enum jailhouse_config_rule rule;
	} counts[] = {
#define COUNT(field, max, rule) \
	{ offsetof(struct jailhouse_cell_desc, field), max, JAILHOUSE_CFG_##rule }
		COUNT(num_memory_regions, JAILHOUSE_CONFIG_MAX_REGIONS, MEM_COUNT),
		COUNT(num_irqchips, JAILHOUSE_CONFIG_MAX_IRQCHIPS, IRQCHIP_COUNT),
		COUNT(num_pci_devices, JAILHOUSE_CONFIG_MAX_PCI, PCI_COUNT),
		COUNT(num_pci_caps, JAILHOUSE_CONFIG_MAX_PCI, PCI_COUNT),
		COUNT(num_stream_ids, JAILHOUSE_CONFIG_MAX_PCI, PCI_COUNT),
		COUNT(num_cache_regions, JAILHOUSE_CONFIG_MAX_PCI, COUNT_OVERFLOW),
		COUNT(num_pio_regions, JAILHOUSE_CONFIG_MAX_PCI, COUNT_OVERFLOW),
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		struct jailhouse_cell_desc desc = { 0 };
		u32 n = counts[i].max;

		memcpy((char *)&desc + counts[i].offset, &n, sizeof(n));
		assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_OK);
		n++;
		memcpy((char *)&desc + counts[i].offset, &n, sizeof(n));
		assert_int_equal(rule_for(blank(&desc, 0)), counts[i].rule);
	}
	{
		struct jailhouse_cell_desc desc = { .cpu_set_size = JAILHOUSE_CPU_SET_MAX };

		assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_OK);
		desc.cpu_set_size += 8;
		assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_CPU_SET_SIZE);
	}
}

/* Interrupts of one controller, the later ones listed first. */
static void test_interrupts_in_any_order(void **state)
{
	struct jailhouse_cell_desc desc = { .num_irqchips = 2 };

	(void)state;
	for (u32 twice = 0; twice < 2; twice++) {
		struct bytes b = blank(&desc, 0);
		struct jailhouse_irqchip *chip = (void *)jailhouse_cell_irqchips((void *)b.data);

		chip[0] = (struct jailhouse_irqchip){ .pin_base = 160, .pin_bitmap = { 1 } };
		chip[1] = (struct jailhouse_irqchip){ .pin_base = 64,
						      .pin_bitmap = { 0, 0, 0, twice } };
		assert_int_equal(rule_for(b), twice ? JAILHOUSE_CFG_IRQ_TWICE : JAILHOUSE_CFG_OK);
	}
}

static void test_longest_name(void **state)
{
	struct jailhouse_cell_desc desc = { 0 };

	(void)state;
	memset(desc.name, 'x', JAILHOUSE_CELL_NAME_MAXLEN);
	assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_OK);
	desc.name[JAILHOUSE_CELL_NAME_MAXLEN] = 'x';
	assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_NAME_UNTERMINATED);
}

static void test_largest_extension(void **state)
{
	struct jailhouse_cell_desc desc = { 0 };
	struct jailhouse_ext_header *ext;
	struct bytes b;

	(void)state;
	/* None but the header, and as many records as there may be. */
	assert_int_equal(rule_for(blank(&desc, 0)), JAILHOUSE_CFG_OK);
	assert_int_equal(rule_for(blank(&desc, JAILHOUSE_EXT_MAX_RECORDS)), JAILHOUSE_CFG_OK);
	assert_int_equal(rule_for(blank(&desc, JAILHOUSE_EXT_MAX_RECORDS + 1)),
			 JAILHOUSE_CFG_EXT_HEADER);
	/* Ends behind the file, by less than the arrays have. */
	b = blank(&desc, 0);
	ext = (void *)(b.data + b.size - sizeof(*ext));
	ext->size += 8;
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_EXT_HEADER);
	/* A record that ends with the block, and one that would end behind it. */
	for (u32 more = 0; more <= 8; more += 8) {
		struct jailhouse_ext_record *record;

		b = blank(&desc, 2);
		record = (void *)(b.data + b.size - sizeof(*record));
		record->size = (u16)(sizeof(*record) + more);
		assert_int_equal(rule_for(b), more ? JAILHOUSE_CFG_EXT_RECORD : JAILHOUSE_CFG_OK);
	}
	/* One record more than there is room for. */
	b = blank(&desc, 2);
	ext = (void *)(b.data + b.size - sizeof(*ext) - 2 * sizeof(struct jailhouse_ext_record));
	ext->num_records++;
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_EXT_RECORD);
	/* Everything that a policy may allow. */
	b = read_file("cell", "ok.bin");
	ext = (void *)(b.data + jailhouse_cell_config_size((void *)b.data));
	((struct jailhouse_ext_policy *)(ext + 1))->flags =
		JAILHOUSE_POLICY_TRAP_WFI | JAILHOUSE_POLICY_SCRUB | JAILHOUSE_POLICY_EXECUTE;
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_OK);
}

/* Without the flag nothing that follows the arrays belongs to the config. */
static void test_size_without_extension(void **state)
{
	struct jailhouse_cell_desc desc = { 0 };
	struct bytes b = blank(&desc, 3);
	struct jailhouse_cell_desc *cell = (void *)b.data;

	(void)state;
	assert_int_equal(jailhouse_config_full_size(cell), b.size);
	assert_non_null(config_next_record(cell, 0, NULL));
	cell->flags = 0;
	assert_null(config_next_record(cell, 0, NULL));
	assert_int_equal(jailhouse_config_full_size(cell), jailhouse_cell_config_size(cell));
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_SIZE_MISMATCH);
}

/* A head without anything is no truncated one; it is only wrong. */
static void test_head_alone(void **state)
{
	struct bytes cell = { calloc(1, sizeof(struct jailhouse_cell_desc)),
			      sizeof(struct jailhouse_cell_desc) };
	struct bytes system = { calloc(1, sizeof(struct jailhouse_system)),
				sizeof(struct jailhouse_system) };
	struct jailhouse_config_finding f;

	(void)state;
	assert_false(check_system(system.data, system.size, &f));
	assert_int_equal(f.rule, JAILHOUSE_CFG_SIGNATURE);
	free(system.data);
	assert_int_equal(rule_for(cell), JAILHOUSE_CFG_SIGNATURE);
}

/* What follows an array is never taken for an element of it. */
static void test_behind_the_arrays(void **state)
{
	struct jailhouse_cell_desc desc = { .num_irqchips = 1 };
	struct bytes b = blank(&desc, 0);
	struct jailhouse_memory *mem = (void *)(b.data + sizeof(desc) + 8);
	static struct cell parsed;

	(void)state;
	/* The interrupts look like a readable region at the reset address. */
	mem[1] = (struct jailhouse_memory){ 0, 32ULL << 32, 0x1000, JAILHOUSE_MEM_READ };
	((struct jailhouse_cell_desc *)b.data)->cpu_reset_address = 32ULL << 32;
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_RESET_ADDRESS);
	/* Ports look like an interrupt. */
	desc = (struct jailhouse_cell_desc){ .num_pio_regions = 8 };
	b = blank(&desc, 0);
	*(struct jailhouse_irqchip *)(void *)jailhouse_cell_irqchips((void *)b.data) =
		(struct jailhouse_irqchip){ .address = 0x08000000,
					    .pin_base = 32,
					    .pin_bitmap = { 1 } };
	parsed.config = (void *)b.data;
	assert_int_equal(cell_parse(&parsed, 0x08000000), 0);
	assert_false(cell_owns_irq(&parsed, 32));
	free(b.data);
	/* The first region looks like CPU 64. */
	desc = (struct jailhouse_cell_desc){ .num_memory_regions = 2 };
	b = blank(&desc, 0);
	mem = (void *)(b.data + sizeof(desc) + 8);
	mem[1] = mem[0];
	mem[0] = (struct jailhouse_memory){ 0x80001, 0x90001, 1,
					    JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO_8 };
	assert_int_equal(rule_for(b), JAILHOUSE_CFG_OK);
}

/* ivshmem: the largest registers, as many peers and vectors as there may be. */
static void test_largest_link(void **state)
{
	struct jailhouse_cell_desc desc = { .num_memory_regions = 16, .num_pci_devices = 1 };

	(void)state;
	for (u32 more = 0; more < 7; more++) {
		struct bytes b = blank(&desc, 0);
		struct jailhouse_memory *mem = (void *)(b.data + sizeof(desc) + 8);
		struct jailhouse_pci_device *dev =
			(void *)jailhouse_cell_pci_devices((void *)b.data);
		struct jailhouse_config_finding f;
		enum jailhouse_config_rule rule = JAILHOUSE_CFG_OK;

		for (u32 n = 1; n < 16; n++)
			mem[n] = (struct jailhouse_memory){ 0x70000000 + n * 0x1000, n * 0x1000,
							    0x1000, JAILHOUSE_MEM_READ };
		dev->type = JAILHOUSE_PCI_TYPE_IVSHMEM;
		dev->shmem_regions_start = 1;
		dev->shmem_peers = 12;
		dev->shmem_dev_id = 11;
		dev->num_msix_vectors = 16;
		dev->bar_mask[0] = dev->bar_mask[1] = 0xfff00000;
		switch (more) {
		case 1:
			dev->shmem_peers++;
			rule = JAILHOUSE_CFG_SHMEM_PEERS;
			break;
		case 2:
			dev->num_msix_vectors++;
			rule = JAILHOUSE_CFG_SHMEM_BARS;
			break;
		case 3:
			dev->bar_mask[1] <<= 1;
			rule = JAILHOUSE_CFG_SHMEM_BARS;
			break;
		case 4: /* no state table */
			mem[1].size = 0;
			mem[2].virt_start = mem[1].virt_start;
			rule = JAILHOUSE_CFG_SHMEM_REGIONS;
			break;
		case 5: /* no common section, which is allowed */
			mem[2].size = 0;
			for (u32 n = 3; n < 16; n++)
				mem[n].virt_start -= 0x1000;
			break;
		case 6: /* a gap in front of the third output section */
			for (u32 n = 5; n < 16; n++)
				mem[n].virt_start += 0x1000;
			rule = JAILHOUSE_CFG_SHMEM_REGIONS;
			break;
		}
		check_cell(b.data, b.size, &f);
		assert_int_equal(f.rule, rule);
		if (rule == JAILHOUSE_CFG_SHMEM_REGIONS)
			assert_int_equal(f.value, more == 4 ? 1 : 5);
		free(b.data);
	}
}

static void test_largest_redistributors(void **state)
{
	const u64 max_gic = BIT(40) - 64 * 0x20000;
	struct bytes good = read_file("system", "ok-system.bin");

	(void)state;
	for (u32 more = 0; more < 3; more++) {
		struct jailhouse_ext_gicr_region region = { { JAILHOUSE_EXT_GICR_REGION, 0,
							      sizeof(region) },
							    max_gic + (more == 1 ? 0x10000 : 0),
							    64 * 0x20000 };
		u64 size = good.size + sizeof(region);
		struct jailhouse_system *system = calloc(1, size);
		struct jailhouse_ext_header *ext;
		struct jailhouse_config_finding f;

		memcpy(system, good.data, good.size);
		memcpy((char *)system + good.size, &region, sizeof(region));
		ext = (void *)((char *)&system->root_cell +
			       jailhouse_cell_config_size(&system->root_cell));
		ext->size += sizeof(region);
		ext->num_records++;
		if (more == 2)
			((struct jailhouse_ext_gicr_region *)((char *)system + good.size))->size +=
				0x20000;
		check_system(system, size, &f);
		assert_int_equal(f.rule, more ? JAILHOUSE_CFG_EXT_VALUE : JAILHOUSE_CFG_OK);
		free(system);
	}
	free(good.data);
}

/* One region of memory, beside that of the reset address. */
static enum jailhouse_config_rule rule_for_region(u64 phys, u64 virt, u64 size, u64 flags)
{
	struct jailhouse_cell_desc desc = { .num_memory_regions = 2 };
	struct bytes b = blank(&desc, 0);
	struct jailhouse_memory *mem = (void *)(b.data + sizeof(desc) + 8);

	mem[1] = (struct jailhouse_memory){ phys, virt, size, JAILHOUSE_MEM_READ | flags };
	return rule_for(b);
}

static void test_ends_of_the_address_space(void **state)
{
	const u64 end = BIT(40);

	(void)state;
	assert_int_equal(rule_for_region(0x1000, end - 0x1000, 0x1000, 0), JAILHOUSE_CFG_OK);
	assert_int_equal(rule_for_region(0x1000, end - 0x1000, 0x2000, 0), JAILHOUSE_CFG_MEM_RANGE);
	/* A sub-page region of one byte: the last, and the first behind. */
	assert_int_equal(rule_for_region(0x1fff, end - 1, 1, JAILHOUSE_MEM_IO_8), JAILHOUSE_CFG_OK);
	assert_int_equal(rule_for_region(0x1000, end, 1, JAILHOUSE_MEM_IO_8),
			 JAILHOUSE_CFG_MEM_RANGE);
	/* Up to the last byte of 64 bits nothing wraps; it is only too far. */
	assert_int_equal(rule_for_region(0x1000, -0x1000ULL, 0x1000, 0), JAILHOUSE_CFG_MEM_RANGE);
	assert_int_equal(rule_for_region(0x1000, -0x1000ULL, 0x2000, 0), JAILHOUSE_CFG_MEM_WRAP);
	assert_int_equal(rule_for_region(-0x1000ULL, 0x1000, 0x1000, 0), JAILHOUSE_CFG_OK);
	assert_int_equal(rule_for_region(-0x1000ULL, 0x1000, 0x2000, 0), JAILHOUSE_CFG_MEM_WRAP);
}

/* The system's: what each may be, and the next that it may not. */
static void test_ends_of_the_platform(void **state)
{
#define AT(field) \
	offsetof(struct jailhouse_system, field), sizeof(((struct jailhouse_system *)0)->field)
	const u64 max_gic = BIT(40) - 64 * 0x20000;
	const struct {
		size_t offset, width;
		u64 value;
		enum jailhouse_config_rule rule;
	} cases[] = {
		{ AT(platform_info.arm.gicd_base), max_gic, JAILHOUSE_CFG_OK },
		{ AT(platform_info.arm.gicd_base), max_gic + 0x10000, JAILHOUSE_CFG_GIC_BASE },
		{ AT(platform_info.arm.gicr_base), max_gic, JAILHOUSE_CFG_OK },
		{ AT(platform_info.arm.gicr_base), max_gic + 0x10000, JAILHOUSE_CFG_GIC_BASE },
		{ AT(platform_info.arm.maintenance_irq), 15, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(platform_info.arm.maintenance_irq), 16, JAILHOUSE_CFG_OK },
		{ AT(platform_info.arm.maintenance_irq), 26, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(platform_info.arm.maintenance_irq), 27, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(platform_info.arm.maintenance_irq), 28, JAILHOUSE_CFG_OK },
		{ AT(platform_info.arm.maintenance_irq), 29, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(platform_info.arm.maintenance_irq), 30, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(platform_info.arm.maintenance_irq), 31, JAILHOUSE_CFG_OK },
		{ AT(platform_info.arm.maintenance_irq), 32, JAILHOUSE_CFG_MAINTENANCE_IRQ },
		{ AT(debug_console.size), 0x10000, JAILHOUSE_CFG_OK },
		{ AT(debug_console.size), 0x10001, JAILHOUSE_CFG_CONSOLE },
		{ AT(debug_console.address), BIT(40) - 4, JAILHOUSE_CFG_OK },
		{ AT(debug_console.address), BIT(40), JAILHOUSE_CFG_CONSOLE },
		{ AT(hypervisor_memory.phys_start), BIT(40) - 0x400000, JAILHOUSE_CFG_OK },
		{ AT(hypervisor_memory.phys_start), BIT(40) - 0x200000,
		  JAILHOUSE_CFG_HV_MEMORY_SIZE },
		{ AT(hypervisor_memory.phys_start), BIT(40), JAILHOUSE_CFG_HV_MEMORY_SIZE },
		{ AT(hypervisor_memory.size), 0x1ff000, JAILHOUSE_CFG_HV_MEMORY_SIZE },
		{ AT(hypervisor_memory.size), 0x200000, JAILHOUSE_CFG_OK },
		{ AT(hypervisor_memory.size), 0x10001000, JAILHOUSE_CFG_HV_MEMORY_SIZE },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bytes b = read_file("system", "ok-console.bin");
		struct jailhouse_config_finding f;

		memcpy(b.data + cases[i].offset, &cases[i].value, cases[i].width);
		check_system(b.data, b.size, &f);
		if (f.rule != cases[i].rule)
			fail_msg("0x%llx at offset %zu: %s", cases[i].value, cases[i].offset,
				 jailhouse_config_rule_name(f.rule));
		free(b.data);
	}
	{
		struct bytes b = read_file("system", "ok-console.bin");
		struct jailhouse_system *system = (void *)b.data;
		struct jailhouse_config_finding f;

		/* As much as there may be, to the last byte. */
		system->hypervisor_memory.size = BIT(28);
		system->hypervisor_memory.phys_start = BIT(40) - BIT(28);
		assert_true(check_system(b.data, b.size, &f));
		/* A GICv2's CPU interface. */
		system->platform_info.arm.gic_version = 2;
		system->platform_info.arm.gicc_base = max_gic;
		assert_true(check_system(b.data, b.size, &f));
		system->platform_info.arm.gicc_base += 0x1000;
		assert_false(check_system(b.data, b.size, &f));
		assert_int_equal(f.rule, JAILHOUSE_CFG_GIC_BASE);
		free(b.data);
	}
}

/* Every rule has a name of its own and a sentence. */
static void test_texts(void **state)
{
	(void)state;
	for (u32 rule = 0; rule < JAILHOUSE_CFG_NUM_RULES; rule++) {
		assert_true(strlen(jailhouse_config_rule_text(rule)) > 10);
		for (u32 other = 0; other < rule; other++) {
			assert_string_not_equal(jailhouse_config_rule_name(rule),
						jailhouse_config_rule_name(other));
			assert_string_not_equal(jailhouse_config_rule_text(rule),
						jailhouse_config_rule_text(other));
		}
	}
	assert_string_equal(jailhouse_config_rule_name(JAILHOUSE_CFG_NUM_RULES), "?");
	assert_string_equal(jailhouse_config_rule_text(JAILHOUSE_CFG_NUM_RULES), "?");
	assert_string_equal(jailhouse_config_rule_text((enum jailhouse_config_rule) - 1), "?");
}

static void test_elements_are_named(void **state)
{
	struct jailhouse_config_finding f;
	struct bytes b = read_file("cell", "mem_overlap.bin");

	(void)state;
	assert_false(check_cell(b.data, b.size, &f));
	assert_int_equal(f.index, 5);
	assert_int_equal(f.other, 0);
	assert_int_equal(f.value, 0xff000);
	free(b.data);
	b = read_file("cell", "irq_twice-shifted.bin");
	assert_false(check_cell(b.data, b.size, &f));
	assert_int_equal(f.index, 1);
	assert_int_equal(f.other, 0);
	assert_int_equal(f.value, 128);
	free(b.data);
}

/* An id is not asked for before the driver has given one. */
static void test_id_not_assigned(void **state)
{
	struct jailhouse_config_finding f;
	struct bytes b = read_file("cell", "cell_id.bin");

	(void)state;
	assert_true(jailhouse_config_check_cell(b.data, b.size, false, &f));
	assert_false(jailhouse_config_check_cell(b.data, b.size, true, &f));
	free(b.data);
}

/* Cut off after every byte: never accepted, and nothing behind is read. */
static void truncate_all(const char *folder, const char *file, check_fn check)
{
	struct bytes b = read_file(folder, file);
	struct jailhouse_config_finding f;

	assert_true(check(b.data, b.size, &f));
	for (u64 size = 0; size < b.size; size++) {
		u8 *copy = malloc(size ? size : 1);

		memcpy(copy, b.data, size);
		if (check(copy, size, &f))
			fail_msg("%s is accepted with %llu of its %llu bytes", file, size, b.size);
		assert_int_not_equal(f.rule, JAILHOUSE_CFG_OK);
		free(copy);
	}
	free(b.data);
}

static void test_truncated_cell(void **state)
{
	(void)state;
	truncate_all("cell", "ok.bin", check_cell);
}

static void test_truncated_system(void **state)
{
	(void)state;
	truncate_all("system", "ok-system.bin", check_system);
}

/* One byte more is as wrong as one less. */
static void test_trailing_byte(void **state)
{
	struct bytes b = read_file("cell", "ok.bin");
	struct jailhouse_config_finding f;

	(void)state;
	b.data = realloc(b.data, b.size + 1);
	b.data[b.size] = 0;
	assert_false(check_cell(b.data, b.size + 1, &f));
	assert_int_equal(f.rule, JAILHOUSE_CFG_SIZE_MISMATCH);
	free(b.data);
}

static void test_any_alignment(void **state)
{
	struct bytes b = read_file("cell", "ok.bin");
	struct jailhouse_config_finding f;

	(void)state;
	for (u32 shift = 0; shift < 16; shift++) {
		u8 *copy = malloc(b.size + shift);

		memcpy(copy + shift, b.data, b.size);
		assert_true(check_cell(copy + shift, b.size, &f));
		free(copy);
	}
	free(b.data);
}

/* What is accepted keeps what later code relies on. An independent reading of
 * the rules that matter for isolation. */
static void believe(const struct jailhouse_cell_desc *cell, u64 size, bool root)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell);
	const struct jailhouse_irqchip *chip = jailhouse_cell_irqchips(cell);

	assert_int_equal(jailhouse_config_full_size(cell), size);
	assert_non_null(memchr(cell->name, 0, sizeof(cell->name)));
	assert_null(strchr(cell->name, '/'));
	for (u32 i = 0; i < cell->num_memory_regions; i++) {
		if (!mem[i].size)
			continue;
		assert_true(mem[i].virt_start + (mem[i].size - 1) >= mem[i].virt_start);
		assert_true(mem[i].virt_start + (mem[i].size - 1) < 1ULL << 40);
		assert_int_equal(mem[i].flags & ~0xf81ffULL, 0);
		if (!(mem[i].flags & JAILHOUSE_MEM_COMM_REGION))
			assert_true(mem[i].phys_start + (mem[i].size - 1) >= mem[i].phys_start);
		if (root)
			assert_int_equal(mem[i].phys_start, mem[i].virt_start);
		for (u32 j = 0; j < i; j++)
			assert_false(range_overlaps(range_of(mem[i].virt_start, mem[i].size),
						    range_of(mem[j].virt_start, mem[j].size)));
	}
	for (u32 i = 0; i < cell->num_irqchips; i++)
		assert_true(chip[i].pin_base >= 32 && chip[i].pin_base + 128 <= 1024);
}

/* The readers of a checked config must get along with whatever was accepted. */
static void use(const void *config, bool root)
{
	static struct cell cell;

	memset(&cell, 0, sizeof(cell));
	cell.config = config;
	if (cell_parse(root ? &root_cell : &cell, 0x08000000) == 0)
		for (u32 i = 0; i < cell.config->num_memory_regions; i++)
			(void)cell_region_name(&cell, i);
}

static u64 interesting(void)
{
	static const u64 values[] = { 0,          1,         7,           8,          0x20,
				      0xff,       0x1000,    0x7fffffff,  0x80000000, ~0u,
				      1ULL << 40, ~0ULL,     ~0ULL << 12, 0x100000,   0x40,
				      0xfffffff8, 0xdeadbeef };

	return fake_random_below(3) ? values[fake_random_below(ARRAY_SIZE(values))] : fake_random();
}

static void mutate(struct bytes *b)
{
	u32 changes = 1 + (u32)fake_random_below(4);

	while (changes--) {
		u64 value = interesting(), at = fake_random_below(b->size);
		u32 width = 1u << fake_random_below(4);

		/* Most fields start at a multiple of four bytes from the end. */
		if (fake_random_below(2))
			at = at & ~3ULL;
		if (fake_random_below(3) == 0)
			b->data[at] ^= (u8)(1u << fake_random_below(8));
		else if (at + width <= b->size)
			memcpy(b->data + at, &value, width);
	}
	if (fake_random_below(8) == 0)
		b->size = fake_random_below(b->size + 1);
}

static u32 fuzz(const char *folder, const char *file, bool root, u32 rounds)
{
	struct bytes good = read_file(folder, file);
	u32 accepted = 0;

	for (u32 i = 0; i < rounds; i++) {
		struct jailhouse_config_finding f;
		struct bytes b = { malloc(good.size), good.size };
		u8 *exact;

		memcpy(b.data, good.data, good.size);
		mutate(&b);
		exact = malloc(b.size ? b.size : 1);
		memcpy(exact, b.data, b.size);
		if (root ? check_system(exact, b.size, &f) : check_cell(exact, b.size, &f)) {
			u64 head = root ? offsetof(struct jailhouse_system, root_cell) : 0;

			accepted++;
			believe((void *)(exact + head), b.size - head, root);
			if (root)
				root_cell.config = (void *)(exact + head);
			use(exact + head, root);
			memset(&root_cell, 0, sizeof(root_cell));
		} else {
			assert_int_not_equal(f.rule, JAILHOUSE_CFG_OK);
			assert_true(f.rule < JAILHOUSE_CFG_NUM_RULES);
		}
		free(exact);
		free(b.data);
	}
	free(good.data);
	return accepted;
}

static void test_mutated_cells(void **state)
{
	u32 accepted;

	(void)state;
	fake_random_seed();
	accepted = fuzz("cell", "ok.bin", false, 200000);
	/* Neither all nor none, or nothing is tested. */
	assert_in_range(accepted, 3000, 197000);
}

static void test_mutated_systems(void **state)
{
	u32 accepted;

	(void)state;
	fake_random_seed();
	accepted = fuzz("system", "ok-system.bin", true, 200000);
	assert_in_range(accepted, 3000, 197000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redistributors_of_a_cell),
		cmocka_unit_test(test_every_rule),
		cmocka_unit_test(test_largest_counts),
		cmocka_unit_test(test_interrupts_in_any_order),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_largest_extension),
		cmocka_unit_test(test_size_without_extension),
		cmocka_unit_test(test_head_alone),
		cmocka_unit_test(test_behind_the_arrays),
		cmocka_unit_test(test_largest_link),
		cmocka_unit_test(test_largest_redistributors),
		cmocka_unit_test(test_ends_of_the_address_space),
		cmocka_unit_test(test_ends_of_the_platform),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_elements_are_named),
		cmocka_unit_test(test_id_not_assigned),
		cmocka_unit_test(test_truncated_cell),
		cmocka_unit_test(test_truncated_system),
		cmocka_unit_test(test_trailing_byte),
		cmocka_unit_test(test_any_alignment),
		cmocka_unit_test(test_mutated_cells),
		cmocka_unit_test(test_mutated_systems),
	};

	return cmocka_run_group_tests_name("config_check", tests, NULL, NULL);
}
