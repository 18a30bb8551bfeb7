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
