/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The windows of a cell, and sub-page regions: direction, widths,
 * alignment, ends.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#define RW (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)

static struct mmio_map map;
static struct {
	struct cell *cell;
	u64 arg, offset, value;
	u32 size;
	bool write;
	u32 calls;
} seen;

static enum mmio_result handler(struct cell *cell, u64 arg, struct mmio_access *a)
{
	seen.cell = cell;
	seen.arg = arg;
	seen.offset = a->offset;
	seen.size = a->size;
	seen.write = a->write;
	seen.value = a->value;
	seen.calls++;
	a->value = 0x1234;
	return arg == 99 ? MMIO_REFUSED : MMIO_DONE;
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&map, 0, sizeof(map));
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static int add(u64 base, u64 size)
{
	return mmio_add(&map, range_of(base, size), handler, base);
}

static u32 windows(void)
{
	u32 n = 0;

	while (map.windows[n].range.size)
		n++;
	return n;
}

static bool found(u64 ipa, u64 base)
{
	const struct mmio_window *window = mmio_find(&map, ipa);

	return window && window->range.base == base;
}

static void test_find(void **state)
{
	(void)state;
	assert_null(mmio_find(&map, 0));
	assert_int_equal(add(0x3000, 0x1000), 0);
	assert_int_equal(add(0x1000, 0x10), 0);
	assert_int_equal(add(0x2000, 0x1000), 0);
	assert_int_equal(windows(), 3);
	assert_null(mmio_find(&map, 0xfff));
	assert_true(found(0x1000, 0x1000));
	assert_true(found(0x100f, 0x1000));
	assert_null(mmio_find(&map, 0x1010));
	assert_true(found(0x2000, 0x2000));
	assert_true(found(0x2fff, 0x2000));
	assert_true(found(0x3000, 0x3000));
	assert_true(found(0x3fff, 0x3000));
	assert_null(mmio_find(&map, 0x4000));
	assert_null(mmio_find(&map, ~0ULL));
}

static void test_overlaps(void **state)
{
	static const struct range bad[] = { { 0x1000, 0x1000 }, { 0xfff, 2 },    { 0x1fff, 1 },
					    { 0x1800, 0x10 },   { 0x0, 0x4000 }, { 0x1fff, 0x1000 },
					    { 0x2fff, 2 },      { 0x0, ~0ULL } };

	(void)state;
	assert_int_equal(add(0x1000, 0x1000), 0);
	assert_int_equal(add(0x3000, 0x1000), 0);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(add(bad[i].base, bad[i].size), -EINVAL);
		assert_int_equal(windows(), 2);
	}
	assert_int_equal(add(0x2000, 0x1000), 0);
}

static void test_moving_window(void **state)
{
	struct mmio_window *w;

	(void)state;
	assert_int_equal(add(0x1000, 0x1000), 0);
	w = mmio_append(&map, range_of(MMIO_NOWHERE, 0x1000), handler, 1);
	assert_non_null(mmio_append(&map, range_of(MMIO_NOWHERE, 0x1000), handler, 2));
	assert_int_equal(add(0x5000, 0x1000), 0);
	assert_int_equal(windows(), 4);
	assert_null(mmio_find(&map, 0));
	assert_null(mmio_find(&map, 0x3000));
	assert_null(mmio_find(&map, ~0ULL));
	w->range.base = 0x3000;
	assert_ptr_equal(mmio_find(&map, 0x3fff), w);
	/* What was there before has precedence. */
	w->range.base = 0x1000;
	assert_true(mmio_find(&map, 0x1000) == &map.windows[0]);
}

static void test_full(void **state)
{
	(void)state;
	for (u32 i = 0; i < MMIO_MAX_WINDOWS; i++)
		assert_int_equal(add(i * 0x2000ULL, 0x1000), 0);
	assert_int_equal(add(0x1000, 0x100), -ENOMEM);
	assert_null(mmio_append(&map, range_of(MMIO_NOWHERE, 0x1000), handler, 0));
	assert_true(found((MMIO_MAX_WINDOWS - 1) * 0x2000ULL, (MMIO_MAX_WINDOWS - 1) * 0x2000ULL));
}

static void test_random_windows(void **state)
{
	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 300; round++) {
		static u8 owner[4096];

		memset(owner, 0, sizeof(owner));
		memset(&map, 0, sizeof(map));
		for (u32 i = 1; i < 40; i++) {
			u32 base = (u32)fake_random_below(4000);
			u32 size = 1 + (u32)fake_random_below(90);
			bool free_range = true;

			for (u32 n = base; n < base + size; n++)
				free_range = free_range && !owner[n];
			assert_int_equal(mmio_add(&map, range_of(base, size), handler, i),
					 free_range ? 0 : -EINVAL);
			for (u32 n = base; free_range && n < base + size; n++)
				owner[n] = (u8)i;
		}
		for (u32 n = 0; n < 4096; n++) {
			const struct mmio_window *w = mmio_find(&map, n);

			assert_int_equal(w ? w->arg : 0, owner[n]);
		}
	}
}

/* A handler is called with what was registered with it. */
static void test_handler(void **state)
{
	struct cell cell = { 0 };
	struct mmio_access a = { .offset = 0x10, .size = 4, .write = true, .value = 77 };
	const struct mmio_window *w;

	(void)state;
	assert_int_equal(add(0x1000, 0x100), 0);
	w = mmio_find(&map, 0x1010);
	assert_int_equal(w->handler(&cell, w->arg, &a), MMIO_DONE);
	assert_ptr_equal(seen.cell, &cell);
	assert_int_equal(seen.arg, 0x1000);
}

/* --- sub-page regions --------------------------------------------------------------------------------- */

#define DEVICE 0xb0000000ULL

static struct fake_config config;
static struct cell cell;

/* A cell with one sub-page region: 0x28 bytes from DEVICE + 0x10. */
static void subpage(u64 flags)
{
	static u8 packed[PAGE_SIZE];

	fake_reset();
	fake_device_add(DEVICE, PAGE_SIZE);
	memset(&config, 0, sizeof(config));
	config.desc.cpu_set_size = 8;
	fake_config_mem(&config, DEVICE + 0x10, 0x10010, 0x28, flags | JAILHOUSE_MEM_IO);
	fake_config_pack(&config, packed, sizeof(packed));
	memset(&cell, 0, sizeof(cell));
	cell.config = (void *)packed;
	assert_int_equal(cell_parse(&cell, 0), 0);
	assert_int_equal(cell.mmio.windows[1].range.size, 0);
	assert_int_equal(cell.mmio.windows[0].range.base, 0x10010);
	assert_int_equal(cell.mmio.windows[0].range.size, 0x28);
	fake_events_clear();
}

static enum mmio_result access(u64 ipa, u32 size, bool write, u64 *value)
{
	struct mmio_access a = { .size = (u8)size, .write = write, .value = *value };
	const struct mmio_window *w = mmio_find(&cell.mmio, ipa);
	enum mmio_result result;

	a.offset = ipa - w->range.base;
	result = w->handler(&cell, w->arg, &a);

	*value = a.value;
	return result;
}

/* Every combination of flags, width, direction and offset: done exactly when
 * the flags say so, with one access of that width, or bytes if unaligned. */
static void test_subpage_rules(void **state)
{
	static const u64 widths[] = { JAILHOUSE_MEM_IO_8, JAILHOUSE_MEM_IO_16, JAILHOUSE_MEM_IO_32,
				      JAILHOUSE_MEM_IO_64 };

	(void)state;
	for (u32 allowed = 0; allowed < 128; allowed++) {
		u64 flags = (allowed & 1 ? JAILHOUSE_MEM_READ : 0) |
			    (allowed & 2 ? JAILHOUSE_MEM_WRITE : 0) |
			    (allowed & 4 ? JAILHOUSE_MEM_IO_UNALIGNED : 0);

		for (u32 w = 0; w < 4; w++)
			flags |= allowed & (8u << w) ? widths[w] : 0;
		subpage(flags);
		for (u32 w = 0; w < 4; w++)
			for (u32 write = 0; write < 2; write++)
				for (u64 offset = 0; offset < 0x28; offset++) {
					u32 size = 1u << w;
					u64 value = 0x8877665544332211ULL;
					bool unaligned = (offset + 0x10) & (size - 1);
					bool fits = offset + size <= 0x28;
					bool good = fits && (flags & widths[w]) &&
						    (allowed & (1u << write)) &&
						    (!unaligned || (allowed & 4));
					enum mmio_result result;

					fake_events_clear();
					result = access(0x10010 + offset, size, write, &value);
					assert_int_equal(result, good ? MMIO_DONE : MMIO_REFUSED);
					assert_int_equal(fake_event_count(EV_IO_READ),
							 !good || write ? 0 :
							 unaligned      ? size :
									  1);
					assert_int_equal(fake_event_count(EV_IO_WRITE),
							 !good || !write ? 0 :
							 unaligned       ? size :
									   1);
					if (good && !unaligned)
						assert_int_equal(fake_event_at(0)->b, size);
				}
	}
}

static void test_subpage_values(void **state)
{
	u8 *device;

	(void)state;
	subpage(RW | JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_16 | JAILHOUSE_MEM_IO_32 |
		JAILHOUSE_MEM_IO_64 | JAILHOUSE_MEM_IO_UNALIGNED);
	device = fake_device(DEVICE);
	for (u32 size = 1; size <= 8; size *= 2)
		for (u64 offset = 0; offset + size <= 0x28; offset++) {
			u64 value = 0x8877665544332211ULL, read = 0, mask;
			u8 expected[PAGE_SIZE];

			mask = size == 8 ? ~0ULL : BIT(size * 8) - 1;
			for (u32 i = 0; i < PAGE_SIZE; i++)
				device[i] = expected[i] = (u8)fake_random();
			memcpy(&read, device + 0x10 + offset, size);
			value = 0;
			assert_int_equal(access(0x10010 + offset, size, false, &value), MMIO_DONE);
			assert_int_equal(value, read);
			value = 0x8877665544332211ULL;
			memcpy(expected + 0x10 + offset, &value, size);
			value &= mask;
			assert_int_equal(access(0x10010 + offset, size, true, &value), MMIO_DONE);
			/* Neither a byte more nor less. */
			assert_memory_equal(device, expected, PAGE_SIZE);
		}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(find),           TEST(overlaps), TEST(full),          TEST(moving_window),
		TEST(random_windows), TEST(handler),  TEST(subpage_rules), TEST(subpage_values),
	};

	return cmocka_run_group_tests_name("mmio", tests, NULL, NULL);
}
