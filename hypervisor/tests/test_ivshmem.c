/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual PCI bus and ivshmem: what a cell reads there, whom it can
 * interrupt, and what becomes of a channel when a peer goes away.
 */
#include "fake.h"

#include <hyp/ivshmem_function.h>
#include <hyp/page_alloc.h>
#include <hyp/vpci.h>

#include <string.h>

#include "../irqchip/gic_regs.h"

#define ECAM     0x3f000000ULL
#define BAR      0x3f100000ULL
#define MSIX     0x3f101000ULL
#define SHMEM    0x7f500000ULL
#define RW       (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define RS       (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED)
#define PEERS    3
/* SPIs from which the cells' INTx begin. */
#define SPI(id)  (64 + 4 * (id))
#define INTX(id) (32 + SPI(id))

static struct fake_config config;
static struct cell *cells[3];

/* A cell as peer `id`, whose id it has, on CPU id + 1. */
static void prepare(u32 id, u64 shmem, u32 msix)
{
	struct jailhouse_pci_device *dev;

	fake_config_default(&config);
	config.desc.id = id;
	snprintf(config.desc.name, sizeof(config.desc.name), "peer %u", id);
	config.desc.flags |= JAILHOUSE_CELL_PASSIVE_COMMREG;
	config.desc.num_memory_regions = 0;
	config.desc.num_irqchips = 0;
	config.desc.vpci_irq_base = SPI(id);
	memset(config.irqchips, 0, sizeof(config.irqchips));
	config.cpus[0] = 1ULL << (id + 1);
	fake_config_mem(&config, 0x7f600000 + id * 0x1000, 0, 0x1000, RW | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(&config, shmem, shmem, 0x1000, RS);
	fake_config_mem(&config, shmem + 0x1000, shmem + 0x1000, 0x3000, RS | JAILHOUSE_MEM_WRITE);
	for (u32 i = 0; i < PEERS; i++)
		fake_config_mem(&config, shmem + 0x4000 + 0x2000 * i, shmem + 0x4000 + 0x2000 * i,
				0x2000, i == id ? RS | JAILHOUSE_MEM_WRITE : RS);
	for (u32 i = 0; i < 4; i++)
		fake_config_irq(&config, INTX(id) + i);
	dev = fake_config_ivshmem(&config, 0, 1, (u8)id, PEERS);
	dev->shmem_protocol = 0x4321;
	if (!msix)
		return;
	dev->bar_mask[1] = 0xfffff000;
	dev->num_msix_vectors = (u16)msix;
}

static void create(u32 id)
{
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cells[id] = cell_find(id);
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	fake_system.header.platform_info.pci_mmconfig_base = ECAM;
	fake_ram_add(FAKE_CONFIG_PA, 32 * PAGE_SIZE);
	fake_ram_add(SHMEM, 0x10000);
	fake_enable(FAKE_POOL_PAGES);
	for (u32 n = 1; n < FAKE_CPUS; n++)
		fake_cpu_offline(n);
	return 0;
}

/* Peer 1 with INTx, peer 2 with two MSI-X vectors; no peer 0. */
static int setup_two(void **state)
{
	setup(state);
	prepare(1, SHMEM, 0);
	create(1);
	prepare(2, SHMEM, 2);
	create(2);
	memset(fake_gic.pending, 0, sizeof(fake_gic.pending));
	fake_events_clear();
	return 0;
}

static bool access(u32 id, u64 ipa, u32 size, bool write, u64 *value)
{
	struct mmio_access a = { .size = size, .write = write, .value = write ? *value : 0 };
	const struct mmio_window *w = mmio_find(&cells[id]->mmio, ipa);

	assert_non_null(w);
	assert_true(range_contains(w->range, ipa));
	a.offset = ipa - w->range.base;
	if (w->handler(cells[id], w->arg, &a) != MMIO_DONE)
		return false;
	*value = a.value;
	return true;
}

static u64 read_at(u32 id, u64 ipa, u32 size)
{
	u64 value = 0;

	assert_true(access(id, ipa, size, false, &value));
	return value;
}

static void write_at(u32 id, u64 ipa, u32 size, u64 value)
{
	assert_true(access(id, ipa, size, true, &value));
}

static u32 config_read(u32 id, u32 reg)
{
	return (u32)read_at(id, ECAM + reg, 4);
}

static void open_device(u32 id)
{
	write_at(id, ECAM + 0x10, 4, BAR);
	write_at(id, ECAM + 0x14, 4, MSIX);
	write_at(id, ECAM + 4, 2, 6);
	write_at(id, BAR + IVSHMEM_REG_INT_CONTROL, 4, IVSHMEM_INT_ENABLE);
}

/* One of its BARs lies on its configuration space, which it cannot reach then. */
static bool hid_config(u32 id)
{
	return mmio_find(&cells[id]->mmio, ECAM)->arg;
}

static void open_vector(u32 id, u32 vector, u32 intid)
{
	write_at(id, MSIX + 16 * vector + 8, 4, intid);
	write_at(id, MSIX + 16 * vector + 12, 4, 0);
	write_at(id, ECAM + 0x62, 2, 0x8000);
}

static void ring(u32 from, u32 target, u32 vector)
{
	write_at(from, BAR + IVSHMEM_REG_DOORBELL, 4, IVSHMEM_DOORBELL(target, vector));
}

static bool is_pending(u32 intid)
{
	return fake_gic.pending[intid / 32] >> (intid % 32) & 1;
}

/* Interrupts that were raised, all of them, are taken. */
static u32 take_pending(void)
{
	u32 count = 0;

	for (u32 n = 0; n < 32; n++)
		count += (u32)__builtin_popcount(fake_gic.pending[n]);
	memset(fake_gic.pending, 0, sizeof(fake_gic.pending));
	return count;
}

static bool got(u32 intid)
{
	bool it = is_pending(intid);

	assert_int_equal(take_pending(), it);
	return it;
}

static u32 table(u32 id)
{
	u32 value;

	fake_ram_read(SHMEM + 4ULL * id, &value, 4);
	return value;
}

static void counts(u32 id, u32 sent, u32 received, u32 dropped)
{
	assert_int_equal(cell_get_channel(id, JAILHOUSE_CHANNEL_SENT), sent);
	assert_int_equal(cell_get_channel(id, JAILHOUSE_CHANNEL_RECEIVED), received);
	assert_int_equal(cell_get_channel(id, JAILHOUSE_CHANNEL_DROPPED), dropped);
}

/* --- configuration space --------------------------------------------------------------------------- */

static void test_header(void **state)
{
	static const struct {
		u32 reg, intx, msix;
	} expected[] = {
		{ 0x00, 0x4106110a, 0x4106110a },
		{ 0x04, 0x00100000, 0x00100000 },
		{ 0x08, 0xff432100, 0xff432100 },
		{ 0x0c, 0, 0 },
		{ 0x10, 0, 0 },
		{ 0x14, 0, 0 },
		{ 0x18, 0, 0 },
		{ 0x24, 0, 0 },
		{ 0x2c, 0x4106110a, 0x4106110a },
		{ 0x34, 0x40, 0x40 },
		{ 0x3c, 0x100, 0 },
		{ 0x40, 0x200009, 0x206009 },
		{ 0x44, 0x1000, 0x1000 },
		{ 0x48, 0x3000, 0x3000 },
		{ 0x4c, 0, 0 },
		{ 0x50, 0x2000, 0x2000 },
		{ 0x54, 0, 0 },
		{ 0x58, SHMEM, SHMEM },
		{ 0x5c, 0, 0 },
		{ 0x60, 0, 0x00010011 },
		{ 0x64, 0, 1 },
		{ 0x68, 0, 0x101 },
		{ 0x7c, 0, 0 },
		{ 0x80, 0xffffffff, 0xffffffff },
		{ 0x100, 0xffffffff, 0xffffffff },
		{ 0xffc, 0xffffffff, 0xffffffff },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(expected); i++) {
		if (config_read(1, expected[i].reg) != expected[i].intx ||
		    config_read(2, expected[i].reg) != expected[i].msix)
			fail_msg("register 0x%x: 0x%x and 0x%x", expected[i].reg,
				 config_read(1, expected[i].reg), config_read(2, expected[i].reg));
	}
	/* In parts, too. */
	assert_int_equal(read_at(1, ECAM + 2, 2), 0x4106);
	assert_int_equal(read_at(1, ECAM + 0x0b, 1), 0xff);
	assert_int_equal(read_at(1, ECAM + 0x81, 1), 0xff);
	assert_int_equal(read_at(1, ECAM + 0x82, 2), 0xffff);
}

/* A bus scan: ones where nothing is, and nothing happens. */
static void test_absent_functions(void **state)
{
	(void)state;
	for (u32 bdf = 1; bdf < 256; bdf++) {
		u64 at = ECAM + ((u64)bdf << 12);

		assert_int_equal(read_at(1, at, 4), 0xffffffff);
		assert_int_equal(read_at(1, at, 2), 0xffff);
		assert_int_equal(read_at(1, at + 0xe, 1), 0xff);
		write_at(1, at + 0x10, 4, 0xffffffff);
	}
}

static void test_widths(void **state)
{
	u64 value = 0;

	(void)state;
	for (u32 write = 0; write < 2; write++) {
		assert_false(access(1, ECAM, 8, write, &value));
		assert_false(access(1, ECAM + 1, 2, write, &value));
		assert_false(access(1, ECAM + 2, 4, write, &value));
		assert_false(access(1, ECAM + 0x3004, 8, write, &value));
	}
	open_device(1);
	open_device(2);
	for (u32 write = 0; write < 2; write++)
		for (u32 size = 1; size <= 8; size *= 2)
			for (u32 offset = 0; offset < 8; offset++) {
				bool ok = size == 4 && offset % 4 == 0;

				assert_int_equal(access(1, BAR + offset, size, write, &value), ok);
				assert_int_equal(access(2, MSIX + offset, size, write, &value), ok);
			}
}

/* Bits that can be written, as a mask over all of configuration space; every
 * other write is ignored. */
static void test_random_config_writes(void **state)
{
	static u32 model[2][32], first[2][32];
	static const u32 masks[2][32] = {
		{ [1] = 0x406, [4] = 0xfffff000, [16] = 1 << 24 },
		{ [1] = 0x406, [4] = 0xfffff000, [5] = 0xfffff000, [16] = 1 << 24, [24] = 0xc0000000 },
	};

	(void)state;
	fake_random_seed();
	for (u32 n = 0; n < 64; n++)
		first[n / 32][n % 32] = config_read(1 + n / 32, n % 32 * 4);
	memcpy(model, first, sizeof(model));
	for (u32 round = 0; round < 20000; round++) {
		u32 peer = (u32)fake_random_below(2), size = 1u << fake_random_below(3);
		u32 reg = (u32)fake_random_below(0x90 / size) * size, shift = reg % 4 * 8, mask;
		u32 value = (u32)fake_random();

		write_at(1 + peer, ECAM + reg, size, value);
		if (hid_config(1 + peer)) {
			vpci_reset(cells[1 + peer]);
			memcpy(model[peer], first[peer], sizeof(model[peer]));
			continue;
		}
		if (reg < 0x80) {
			mask = (~0u >> (32 - 8 * size)) << shift & masks[peer][reg / 4];
			model[peer][reg / 4] = (model[peer][reg / 4] & ~mask) |
					       (value << shift & mask);
			assert_int_equal(config_read(1 + peer, reg & ~3u), model[peer][reg / 4]);
		}
	}
	for (u32 n = 0; n < 64; n++)
		assert_int_equal(config_read(1 + n / 32, n % 32 * 4), model[n / 32][n % 32]);
	assert_int_equal(take_pending(), 0);
}

static void test_bars(void **state)
{
	(void)state;
	/* Sizing: all ones come back as the mask. */
	write_at(2, ECAM + 0x10, 4, 0xffffffff);
	write_at(2, ECAM + 0x14, 4, 0xffffffff);
	assert_int_equal(config_read(2, 0x10), 0xfffff000);
	assert_int_equal(config_read(2, 0x14), 0xfffff000);
	write_at(2, ECAM + 0x10, 4, BAR + 0x123);
	assert_int_equal(config_read(2, 0x10), BAR);
	/* Not decoded before it is enabled. */
	assert_null(mmio_find(&cells[2]->mmio, BAR));
	write_at(2, ECAM + 4, 4, 2);
	assert_non_null(mmio_find(&cells[2]->mmio, BAR));
	assert_non_null(mmio_find(&cells[2]->mmio, BAR + 0xfff));
	assert_null(mmio_find(&cells[2]->mmio, BAR + 0x1000));
	assert_ptr_not_equal(mmio_find(&cells[2]->mmio, BAR - 1), mmio_find(&cells[2]->mmio, BAR));
	assert_null(mmio_find(&cells[2]->mmio, BAR | 1ULL << 32));
	assert_non_null(mmio_find(&cells[2]->mmio, 0xfffff000));
	assert_null(mmio_find(&cells[1]->mmio, BAR));
	write_at(2, ECAM + 4, 4, 0);
	assert_null(mmio_find(&cells[2]->mmio, BAR));
}

/* Capabilities follow the devices, and may look like one; BARs that ivshmem does not have are ignored. */
static void test_behind_the_devices(void **state)
{
	static u8 packed[PAGE_SIZE];
	struct jailhouse_cell_desc *desc = (void *)packed;

	setup(state);
	prepare(1, SHMEM, 0);
	fake_config_ivshmem(&config, 8, 1, 1, PEERS);
	config.pci[0].bar_mask[2] = 0xfffff000;
	fake_config_pack(&config, packed, sizeof(packed));
	desc->num_pci_devices = 1;
	desc->num_pci_caps =
		sizeof(struct jailhouse_pci_device) / sizeof(struct jailhouse_pci_capability);
	fake_ram_write(FAKE_CONFIG_PA, packed, sizeof(packed));
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	cells[1] = cell_find(1);
	assert_int_equal(cells[1]->num_channels, 1);
	assert_int_equal(config_read(1, 0), 0x4106110a);
	assert_int_equal(config_read(1, 0x8000), ~0u);
}

/* The bus of the highest number, and memory beyond 4 GiB, as the header says them. */
static void test_high_addresses(void **state)
{
	setup(state);
	prepare(1, SHMEM, 2);
	fake_system.header.platform_info.pci_mmconfig_end_bus = 0x12;
	config.pci[0].bdf = 0x12 << 8 | 0x1f << 3 | 7;
	for (u32 n = 1; n < config.desc.num_memory_regions; n++)
		config.mem[n].virt_start += 0x500000000;
	create(1);
	assert_int_equal(config_read(1, 0x12ff058), (u32)SHMEM);
	assert_int_equal(config_read(1, 0x12ff05c), 5);
	assert_non_null(strstr(fake_log(), "Adding virtual PCI device 12:1f.7 to cell"));
	/* Its interrupts are masked before its cell starts. */
	assert_int_equal(cells[1]->channels[0].msix[3], 1);
}

/* Root has a bus of its own, or else a virtual one. */
static void test_bus_of_root(void **state)
{
	(void)state;
	for (u32 virtual = 0; virtual < 2; virtual ++) {
		fake_reset();
		fake_system.header.platform_info.pci_mmconfig_base = ECAM;
		fake_system.header.platform_info.pci_is_virtual = (u8) virtual;
		fake_enable(FAKE_POOL_PAGES);
		assert_int_equal(mmio_find(&root_cell.mmio, ECAM) != NULL, virtual);
	}
}

/* Several functions of one slot are found only if the first says so. */
static void test_multifunction(void **state)
{
	setup(state);
	prepare(1, SHMEM, 0);
	fake_config_ivshmem(&config, 3, 1, 1, PEERS);
	fake_config_ivshmem(&config, 9, 1, 1, PEERS);
	create(1);
	assert_int_equal(config_read(1, 0xc), 0x00800000);
	assert_int_equal(config_read(1, 0x3000), 0x4106110a);
	assert_int_equal(config_read(1, 0x9000), 0x4106110a);
	assert_non_null(
		strstr(fake_log(), "Adding virtual PCI device 00:00.0 to cell \"peer 1\"\n"));
	assert_non_null(
		strstr(fake_log(), "Adding virtual PCI device 00:00.3 to cell \"peer 1\"\n"));
	assert_non_null(
		strstr(fake_log(), "Adding virtual PCI device 00:01.1 to cell \"peer 1\"\n"));
	/* Root asks for each by its number. */
	fake_run_on(0);
	assert_int_equal(cell_get_channel(1, JAILHOUSE_CHANNEL_BDF), 0);
	assert_int_equal(cell_get_channel(1, 1 << JAILHOUSE_CHANNEL_SHIFT | JAILHOUSE_CHANNEL_BDF),
			 3);
	assert_int_equal(cell_get_channel(1, 2 << JAILHOUSE_CHANNEL_SHIFT | JAILHOUSE_CHANNEL_BDF),
			 9);
	assert_int_equal(cell_get_channel(1, 3 << JAILHOUSE_CHANNEL_SHIFT), -ENOENT);
	/* Pins follow the slot. */
	assert_int_equal(cells[1]->channels[1].intx, INTX(1));
	assert_int_equal(cells[1]->channels[2].intx, INTX(1) + 1);
	assert_int_equal(config_read(1, 0x303c), 0x100);
	assert_int_equal(config_read(1, 0x903c), 0x200);
}

/* --- registers, doorbells -------------------------------------------------------------------------- */

static void test_registers(void **state)
{
	(void)state;
	open_device(1);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_ID, 4), 1);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_MAX_PEERS, 4), PEERS);
	write_at(1, BAR + IVSHMEM_REG_ID, 4, 2);
	write_at(1, BAR + IVSHMEM_REG_MAX_PEERS, 4, 9);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_ID, 4), 1);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_MAX_PEERS, 4), PEERS);
	write_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4, 0xffffffff);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4), 1);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_DOORBELL, 4), 0);
	write_at(1, BAR + IVSHMEM_REG_STATE, 4, 0xdeadbeef);
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_STATE, 4), 0xdeadbeef);
	for (u64 offset = 0x14; offset < 0x1000; offset += 4) {
		write_at(1, BAR + offset, 4, 0xffffffff);
		assert_int_equal(read_at(1, BAR + offset, 4), 0);
	}
	assert_int_equal(cell_get_channel(1, JAILHOUSE_CHANNEL_STATE), 0xdeadbeef);
	assert_int_equal(cell_get_channel(1, JAILHOUSE_CHANNEL_BDF), 0);
	assert_int_equal(cell_get_channel(1, 9), -EINVAL);
	assert_int_equal(cell_get_channel(1, 1 << JAILHOUSE_CHANNEL_SHIFT), -ENOENT);
	assert_int_equal(cell_get_channel(7, 0), -ENOENT);
	assert_int_equal(cell_get_channel(0, 0), -ENOENT);
}

static void test_intx_doorbell(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	ring(2, 1, 0);
	assert_true(got(INTX(1)));
	counts(2, 1, 0, 0);
	counts(1, 0, 1, 0);
	/* There is one vector only. */
	ring(2, 1, 1);
	assert_false(got(INTX(1)));
	/* Absent, out of range. */
	ring(2, 0, 0);
	ring(2, PEERS, 0);
	ring(2, 11, 0);
	ring(2, 12, 0);
	ring(2, 0xffff, 0xffff);
	assert_int_equal(take_pending(), 0);
	counts(2, 7, 0, 6);
	/* Disabled, by its own register and by PCI's. */
	write_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4, 0);
	ring(2, 1, 0);
	write_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4, 1);
	write_at(1, ECAM + 4, 2, 0x402);
	ring(2, 1, 0);
	assert_int_equal(take_pending(), 0);
	write_at(1, ECAM + 4, 2, 2);
	ring(2, 1, 0);
	assert_true(got(INTX(1)));
	counts(2, 10, 0, 8);
	counts(1, 0, 2, 0);
	/* Itself. */
	ring(1, 1, 0);
	assert_true(got(INTX(1)));
}

static void test_one_shot(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	write_at(1, ECAM + 0x43, 1, 0xff);
	assert_int_equal(config_read(1, 0x40), 0x1200009);
	ring(2, 1, 0);
	assert_true(got(INTX(1)));
	assert_int_equal(read_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4), 0);
	ring(2, 1, 0);
	assert_false(got(INTX(1)));
	write_at(1, BAR + IVSHMEM_REG_INT_CONTROL, 4, 1);
	ring(2, 1, 0);
	assert_true(got(INTX(1)));
	counts(2, 3, 0, 1);
}

static void test_msix_doorbell(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	/* Not programmed; programmed, but not enabled. */
	ring(1, 2, 0);
	assert_int_equal(take_pending(), 0);
	write_at(2, MSIX + 8, 4, INTX(2) + 1);
	write_at(2, MSIX + 12, 4, 0);
	ring(1, 2, 0);
	assert_int_equal(take_pending(), 0);
	/* Behind the last vector, whatever is written there. */
	write_at(2, MSIX + 32 + 8, 4, INTX(2) + 1);
	write_at(2, MSIX + 32 + 12, 4, 0);
	open_vector(2, 0, INTX(2) + 1);
	open_vector(2, 1, INTX(2) + 2);
	ring(1, 2, 0);
	assert_true(got(INTX(2) + 1));
	ring(1, 2, 1);
	assert_true(got(INTX(2) + 2));
	ring(1, 2, 2);
	assert_int_equal(take_pending(), 0);
	/* Without bus mastership no messages. */
	write_at(2, ECAM + 4, 2, 2);
	ring(1, 2, 0);
	assert_int_equal(take_pending(), 0);
	write_at(2, ECAM + 4, 2, 6);
	/* Masked: it waits. */
	write_at(2, MSIX + 12, 4, 1);
	ring(1, 2, 0);
	ring(1, 2, 0);
	ring(1, 2, 1);
	assert_true(got(INTX(2) + 2));
	assert_int_equal(read_at(2, MSIX + IVSHMEM_MSIX_PBA, 4), 1);
	write_at(2, MSIX + 12, 4, 0);
	assert_true(got(INTX(2) + 1));
	assert_int_equal(read_at(2, MSIX + IVSHMEM_MSIX_PBA, 4), 0);
	/* All masked. */
	write_at(2, ECAM + 0x62, 2, 0xc000);
	ring(1, 2, 0);
	ring(1, 2, 1);
	assert_int_equal(take_pending(), 0);
	write_at(2, ECAM + 0x62, 2, 0x8000);
	assert_true(is_pending(INTX(2) + 1) && is_pending(INTX(2) + 2));
	assert_int_equal(take_pending(), 2);
	/* The table ends, the pending bits are read only. */
	write_at(2, MSIX + IVSHMEM_MSIX_PBA, 4, 3);
	assert_int_equal(read_at(2, MSIX + IVSHMEM_MSIX_PBA, 4), 0);
	write_at(2, MSIX + 0x200, 4, 3);
	assert_int_equal(read_at(2, MSIX + 0x200, 4), 0);
}

/* Whatever number it chooses: no interrupt of another cell, root's, no SGI. */
static void test_foreign_interrupts(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	for (u32 intid = 0; intid < 2048; intid++) {
		bool own = intid >= INTX(2) && intid < INTX(2) + 4;

		open_vector(2, 0, intid);
		ring(1, 2, 0);
		assert_int_equal(take_pending(), own);
	}
	open_vector(2, 0, 0xffffffff);
	ring(1, 2, 0);
	assert_int_equal(take_pending(), 0);
	counts(1, 2049, 0, 2045);
}

/* What the sender wrote is seen before the interrupt. */
static void test_data_before_interrupt(void **state)
{
	bool barrier = false;

	(void)state;
	open_device(1);
	open_device(2);
	fake_events_clear();
	ring(2, 1, 0);
	for (u32 n = 0; n < fake_events_total(); n++) {
		const struct fake_event *e = fake_event_at(n);

		barrier |= e->kind == EV_BARRIER && strcmp(e->name, "dsb ish") == 0;
		if (e->kind == EV_IO_WRITE)
			assert_true(barrier);
	}
	assert_int_equal(fake_event_count(EV_IO_WRITE), 1);
}

/* --- states ---------------------------------------------------------------------------------------- */

static void test_state(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	fake_events_clear();
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 5);
	assert_int_equal(table(2), 5);
	assert_true(got(INTX(1)));
	/* Cleaned, since a peer may have its caches off. */
	assert_int_equal(fake_event_count(EV_CACHE_FLUSH), 1);
	assert_false(fake_temporary_shown());
	/* No change, no interrupt. */
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 5);
	assert_false(got(INTX(1)));
	/* Not to itself. */
	open_vector(2, 0, INTX(2));
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 6);
	assert_true(got(INTX(1)));
	write_at(1, BAR + IVSHMEM_REG_STATE, 4, 1);
	assert_true(got(INTX(2)));
	assert_int_equal(table(1), 1);
	/* These are no doorbells. */
	counts(1, 0, 0, 0);
	counts(2, 0, 0, 0);
}

static void start(u32 id)
{
	assert_int_equal(cell_set_loadable(id), 0);
	assert_int_equal(cell_start(id), 0);
}

/* What a restarted cell finds is what a new one would. */
static void test_reset(void **state)
{
	static u32 fresh[32];

	(void)state;
	for (u32 n = 0; n < 32; n++)
		fresh[n] = config_read(2, 4 * n);
	start(1);
	start(2);
	open_device(1);
	open_device(2);
	open_vector(2, 0, INTX(2));
	write_at(2, ECAM + 0x43, 1, 1);
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 3);
	write_at(2, MSIX + 12, 4, 1);
	ring(1, 2, 0);
	take_pending();
	assert_int_equal(cell_start(2), 0);
	assert_int_equal(table(2), 0);
	assert_true(is_pending(INTX(1)));
	for (u32 n = 0; n < 32; n++)
		assert_int_equal(config_read(2, 4 * n), fresh[n]);
	assert_null(mmio_find(&cells[2]->mmio, BAR));
	open_device(2);
	assert_int_equal(read_at(2, BAR + IVSHMEM_REG_STATE, 4), 0);
	assert_int_equal(read_at(2, MSIX + 8, 4), 0);
	/* All vectors are masked. */
	assert_int_equal(read_at(2, MSIX + 12, 4), 1);
	assert_int_equal(read_at(2, MSIX + 16 + 12, 4), 1);
	assert_int_equal(read_at(2, MSIX + IVSHMEM_MSIX_PBA, 4), 0);
	take_pending();
	/* To be loaded: the same. */
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 3);
	take_pending();
	assert_int_equal(cell_set_loadable(2), 0);
	assert_int_equal(table(2), 0);
	assert_true(is_pending(INTX(1)));
}

static void destroy(u32 id)
{
	for (u32 tries = 0; cell_destroy(id) == -EAGAIN; tries++)
		assert_true(tries < 10);
	assert_null(cell_find(id));
}

static void test_destroy(void **state)
{
	static struct fake_snapshot before;

	setup(state);
	prepare(1, SHMEM, 0);
	create(1);
	start(1);
	open_device(1);
	fake_run_on(0);
	memset(fake_gic.pending, 0, sizeof(fake_gic.pending));
	for (u32 round = 0; round < 3; round++) {
		fake_snapshot(&before);
		prepare(2, SHMEM, 2);
		create(2);
		start(2);
		open_device(2);
		write_at(2, BAR + IVSHMEM_REG_STATE, 4, 9);
		assert_int_equal(table(2), 9);
		assert_true(got(INTX(1)));
		destroy(2);
		assert_int_equal(table(2), 0);
		assert_true(is_pending(INTX(1)));
		take_pending();
		ring(1, 2, 0);
		assert_int_equal(take_pending(), 0);
		/* Loading split root's memory, and counters moved. */
		assert_int_equal(page_pool_used(), before.pool_used);
	}
	counts(1, 3, 0, 3);
}

/* A cell that fails is gone for its peers, at once. */
static void test_failed_cell(void **state)
{
	(void)state;
	start(1);
	start(2);
	open_device(1);
	open_device(2);
	write_at(2, BAR + IVSHMEM_REG_STATE, 4, 9);
	take_pending();
	cpu_get(3)->power = CPU_POWER_STOPPING;
	cell_cpu_failed(cells[2]);
	assert_int_equal(table(2), 0);
	assert_true(got(INTX(1)));
	ring(1, 2, 0);
	assert_int_equal(take_pending(), 0);
}

/* Old contents of the table are nobody's state. */
static void test_table_is_cleared(void **state)
{
	static const u32 old[IVSHMEM_MAX_PEERS + 1] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };

	setup(state);
	fake_ram_write(SHMEM, old, sizeof(old));
	prepare(1, SHMEM, 0);
	create(1);
	for (u32 id = 0; id < IVSHMEM_MAX_PEERS; id++)
		assert_int_equal(table(id), 0);
	assert_int_equal(table(IVSHMEM_MAX_PEERS), 13);
	/* But not by the second one. */
	open_device(1);
	write_at(1, BAR + IVSHMEM_REG_STATE, 4, 7);
	prepare(2, SHMEM, 0);
	create(2);
	assert_int_equal(table(1), 7);
}

/* --- refusals -------------------------------------------------------------------------------------- */

static void refused(long err, const char *text)
{
	static struct fake_snapshot before;

	fake_snapshot(&before);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), err);
	assert_non_null(strstr(fake_reason(), text));
	fake_snapshot_equal(&before, text);
}

static void test_peer_taken(void **state)
{
	(void)state;
	prepare(2, SHMEM, 0);
	config.desc.id = 3;
	strcpy(config.desc.name, "third");
	config.cpus[0] = 1 << 1;
	config.mem[0].phys_start = 0x7f400000;
	config.desc.num_irqchips = 0;
	refused(-EBUSY, "cell \"peer 2\" is peer 2");
}

static void test_bus_range(void **state)
{
	setup(state);
	prepare(1, SHMEM, 0);
	config.pci[0].bdf = 0x100;
	refused(-EINVAL, "pci_mmconfig_end_bus");
	fake_system.header.platform_info.pci_mmconfig_end_bus = 1;
	create(1);
	assert_int_equal(read_at(1, ECAM + 0x100000, 4), 0x4106110a);
}

static void test_no_ecam(void **state)
{
	setup(state);
	fake_system.header.platform_info.pci_mmconfig_base = 0;
	prepare(1, SHMEM, 0);
	refused(-EINVAL, "pci_mmconfig_base");
	/* Nobody misses it without functions. */
	config.desc.num_pci_devices = 0;
	create(1);
	assert_null(mmio_find(&cells[1]->mmio, ECAM));
	assert_null(mmio_find(&cells[1]->mmio, 0));
}

static void test_too_many_links(void **state)
{
	setup(state);
	prepare(1, SHMEM, 0);
	config.desc.num_pci_devices = 0;
	for (u32 n = 0; n < 40; n++)
		fake_config_ivshmem(&config, (u16)n, 1, 1, PEERS);
	create(1);
	prepare(2, SHMEM, 0);
	config.desc.num_pci_devices = 0;
	for (u32 n = 0; n < 25; n++)
		fake_config_ivshmem(&config, (u16)(100 + n), 1, 2, PEERS);
	refused(-ENOMEM, "too many ivshmem links");
	config.desc.num_pci_devices = 24;
	create(2);
}

static void test_too_many_windows(void **state)
{
	setup(state);
	prepare(1, SHMEM, 2);
	config.desc.num_pci_devices = 0;
	for (u32 n = 0; n < MMIO_MAX_WINDOWS / 2; n++) {
		struct jailhouse_pci_device *dev =
			fake_config_ivshmem(&config, (u16)n, 1, 1, PEERS);

		dev->bar_mask[1] = 0xfffff000;
		dev->num_msix_vectors = 1;
	}
	refused(-ENOMEM, "windows");
	/* Those of the functions fit, that of the configuration space does not. */
	config.desc.num_pci_devices--;
	refused(-ENOMEM, "pci_mmconfig_base");
	config.desc.num_pci_devices--;
	create(1);
}

static void test_no_memory(void **state)
{
	bool devices = false;

	setup(state);
	prepare(1, SHMEM, 0);
	for (int n = 0;; n++) {
		static struct fake_snapshot before;
		long err;

		assert_true(n < 100);
		fake_snapshot(&before);
		fake_config_place(&config);
		page_alloc_fail_after(n);
		err = cell_create(FAKE_CONFIG_PA);
		page_alloc_fail_after(-1);
		if (err == 0) {
			assert_in_range(n, 6, 99);
			break;
		}
		assert_int_equal(err, -ENOMEM);
		assert_non_null(strstr(fake_reason(), "page pool has no room"));
		devices |= strstr(fake_reason(), "virtual devices") != NULL;
		fake_snapshot_equal(&before, "no memory");
	}
	assert_true(devices);
}

/* --- a hostile peer -------------------------------------------------------------------------------- */

/* Whoever moves a BAR there sees its registers, and a reset ends it. */
static void test_bar_on_config(void **state)
{
	(void)state;
	open_device(1);
	open_device(2);
	write_at(1, ECAM + 0x10, 4, ECAM);
	assert_true(hid_config(1));
	assert_int_equal(config_read(1, IVSHMEM_REG_ID), 1);
	assert_false(hid_config(2));
	assert_int_equal(config_read(2, 0), IVSHMEM_DEVICE_ID << 16 | IVSHMEM_VENDOR_ID);
	vpci_reset(cells[1]);
	assert_false(hid_config(1));
	open_device(1);
	assert_int_equal(config_read(1, 0), IVSHMEM_DEVICE_ID << 16 | IVSHMEM_VENDOR_ID);
}

/* Anything it does: only interrupts of its peers, only states in the table. */
static void test_random_accesses(void **state)
{
	static const u64 bases[] = { ECAM, BAR, MSIX };
	static u8 memory[0x10000], after[0x10000];

	(void)state;
	fake_random_seed();
	open_device(1);
	open_device(2);
	open_vector(2, 0, INTX(2));
	for (u32 n = 0; n < sizeof(memory); n++)
		memory[n] = (u8)fake_random();
	memset(memory, 0, 4 * IVSHMEM_MAX_PEERS);
	fake_ram_write(SHMEM, memory, sizeof(memory));
	for (u32 round = 0; round < 50000; round++) {
		u32 id = 1 + (u32)fake_random_below(2), size = 1u << fake_random_below(4);
		u64 ipa = bases[fake_random_below(3)] + fake_random_below(0x210);
		u64 value = fake_random_below(4) ? fake_random() : fake_random_below(0x30000);

		if (hid_config(id)) {
			vpci_reset(cells[id]);
			open_device(id);
			continue;
		}
		if (ipa >= BAR && !mmio_find(&cells[id]->mmio, ipa)) {
			open_device(id);
			continue;
		}
		access(id, ipa, size, fake_random_below(4), &value);
		for (u32 n = 0; n < 32; n++) {
			u32 own = n == INTX(1) / 32 ? 0xffu << INTX(1) % 32 : 0;

			assert_int_equal(fake_gic.pending[n] & ~own, 0);
		}
		take_pending();
		fake_events_clear();
	}
	fake_ram_read(SHMEM, after, sizeof(after));
	assert_memory_equal(memory + 12, after + 12, sizeof(memory) - 12);
	assert_memory_equal(memory, after, 4);
}

int main(void)
{
#define TEST(name)     cmocka_unit_test_setup(test_##name, setup)
#define TEST_TWO(name) cmocka_unit_test_setup(test_##name, setup_two)
	const struct CMUnitTest tests[] = {
		TEST_TWO(header),
		TEST_TWO(absent_functions),
		TEST_TWO(widths),
		TEST_TWO(random_config_writes),
		TEST_TWO(bars),
		TEST(multifunction),
		TEST(behind_the_devices),
		TEST(high_addresses),
		TEST(bus_of_root),
		TEST_TWO(registers),
		TEST_TWO(intx_doorbell),
		TEST_TWO(one_shot),
		TEST_TWO(msix_doorbell),
		TEST_TWO(foreign_interrupts),
		TEST_TWO(data_before_interrupt),
		TEST_TWO(state),
		TEST_TWO(reset),
		TEST(destroy),
		TEST_TWO(failed_cell),
		TEST(table_is_cleared),
		TEST_TWO(peer_taken),
		TEST(bus_range),
		TEST(no_ecam),
		TEST(too_many_links),
		TEST(too_many_windows),
		TEST(no_memory),
		TEST_TWO(bar_on_config),
		TEST_TWO(random_accesses),
	};

	return cmocka_run_group_tests_name("ivshmem", tests, NULL, NULL);
}
