/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Creating cells is all or nothing: every allocation and every stage is made to
 * fail in turn, and a snapshot of all state must not show it. What a creation
 * that succeeds does is tested here, too; the rest of a cell's life is in
 * test_cell_life.c.
 */
#include "fake.h"

#include <hyp/page_alloc.h>

#include <stdlib.h>
#include <string.h>

#include "../arch/arm64/psci.h"
#include "../irqchip/gic_regs.h"
#include "fake_private.h"

#define RW  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define RWX (RW | JAILHOUSE_MEM_EXECUTE)

static struct fake_config config;
static struct fake_snapshot before;

static int setup(void **state)
{
	(void)state;
	fake_machine_init();
	fake_cpu_offline(3);
	fake_cpu_offline(2);
	/* They are cleared when a CPU changes hands. */
	memset(cpu_get(2)->stats, 0, sizeof(cpu_get(2)->stats));
	memset(cpu_get(3)->stats, 0, sizeof(cpu_get(3)->stats));
	fake_config_default(&config);
	fake_events_clear();
	return 0;
}

static long create(void)
{
	fake_config_place(&config);
	return cell_create(FAKE_CONFIG_PA);
}

/* Refused with this code, a reason that says `word`, and no trace. */
static void refused(long code, const char *word)
{
	long err;

	fake_config_place(&config);
	fake_snapshot(&before);
	err = cell_create(FAKE_CONFIG_PA);
	if (err != code)
		fail_msg("result %ld instead of %ld (%s)", err, code, fake_reason());
	if (!strstr(fake_reason(), word))
		fail_msg("the reason \"%s\" does not say \"%s\"", fake_reason(), word);
	fake_snapshot_equal(&before, word);
}

/* --- what a creation does ------------------------------------------------------------------------- */

static void test_success(void **state)
{
	struct stage2_mapping m;
	struct cell *cell;

	(void)state;
	fake_gic.enabled[40 / 32] |= 1 << (40 % 32);
	assert_int_equal(create(), 0);
	assert_string_equal(fake_reason(), "");
	assert_int_equal(cell_num(), 2);
	cell = cell_find(1);
	assert_non_null(cell);
	assert_string_equal(cell->config->name, "inmate");
	assert_int_equal(cell_get_state(1), JAILHOUSE_CELL_SHUT_DOWN);

	/* CPU 3 changed hands. */
	assert_int_equal(cell->cpus, 1 << 3);
	assert_int_equal(root_cell.cpus, 7);
	assert_ptr_equal(cpu_get(3)->cell, cell);
	assert_int_equal(cpu_get(3)->sgi_allow, 1 << 3 | 0xf000000);
	assert_int_equal(cpu_get(0)->sgi_allow, 7 | 0xf000000);

	/* Interrupt 40, too: masked, and routed to CPU 3. */
	assert_true(cell_owns_irq(cell, 40));
	assert_false(cell_owns_irq(&root_cell, 40));
	assert_true(cell_owns_irq(&root_cell, 41));
	assert_int_equal(fake_gic.enabled[40 / 32] & 1 << (40 % 32), 0);
	assert_int_equal(fake_gic.router[40], 3);

	/* Memory: gone from root, there in the cell. */
	assert_false(stage2_lookup(&root_cell.stage2, ipa_of(0x7f600000), &m));
	assert_false(stage2_lookup(&root_cell.stage2, ipa_of(0x7f6fffff), &m));
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(0x7f700000), &m));
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(0x7f5fffff), &m));
	assert_int_equal(m.pa.v, 0x7f5fffff);
	assert_true(stage2_lookup(&cell->stage2, ipa_of(0x12345), &m));
	assert_int_equal(m.pa.v, 0x7f612345);
	assert_int_equal(m.flags, S2_READ | S2_WRITE);
	assert_false(stage2_lookup(&cell->stage2, ipa_of(0x100000), &m));
	assert_true(stage2_lookup(&cell->stage2, ipa_of(0x80000000), &m));
	assert_int_equal(m.flags, S2_READ | S2_WRITE | S2_NO_EXECUTE);
	assert_true(range_contains(machine.hypervisor, m.pa.v));
	assert_true(stage2_lookup(&cell->stage2, ipa_of(0x09040ffc), &m));
	assert_int_equal(m.flags, S2_READ | S2_WRITE | S2_DEVICE | S2_NO_EXECUTE);
	assert_false(stage2_lookup(&cell->stage2, ipa_of(0x08000000), &m));
	assert_non_null(mmio_find(&cell->mmio, 0x08000000));
	assert_non_null(mmio_find(&cell->mmio, 0x080a0000 + 4 * 0x20000 - 1));
	assert_null(mmio_find(&cell->mmio, 0x080a0000 + 4 * 0x20000));
}

/* No CPU of root and of no other cell is stopped or woken. */
static void test_nobody_is_stopped(void **state)
{
	(void)state;
	assert_int_equal(create(), 0);
	assert_int_equal(fake_event_count(EV_REQUEST), 0);
	assert_int_equal(fake_event_count(EV_WAKE), 0);
}

/* Root's TLB entries are dropped after the mappings are gone, and those of the
 * cell's VMID. */
static void test_flushes(void **state)
{
	bool root = false, own = false;

	(void)state;
	config.desc.id = 77;
	assert_int_equal(create(), 0);
	for (u32 n = 0; n < fake_event_count(EV_TLB_FLUSH); n++) {
		root |= fake_event(EV_TLB_FLUSH, n)->a == 0;
		own |= fake_event(EV_TLB_FLUSH, n)->a == 77;
	}
	assert_true(root);
	assert_true(own);
}

static bool gone_at_flush;

static void look_at_flush(u16 vmid)
{
	struct stage2_mapping m;

	if (vmid == 0)
		gone_at_flush = !stage2_lookup(&root_cell.stage2, ipa_of(0x7f600000), &m);
}

static void test_root_is_flushed_after_unmap(void **state)
{
	(void)state;
	/* A neighbour, so that no block is split, which flushes as well. */
	strcpy(config.desc.name, "neighbour");
	config.desc.id = 2;
	config.cpus[0] = 1 << 2;
	config.mem[0].phys_start = 0x7f700000;
	config.desc.num_memory_regions = 1;
	config.desc.num_irqchips = 0;
	assert_int_equal(create(), 0);
	fake_config_default(&config);
	config.desc.num_memory_regions = 1;
	gone_at_flush = false;
	fake_on_tlb_flush = look_at_flush;
	assert_int_equal(create(), 0);
	assert_true(gone_at_flush);
}

/* The copies that root's CPUs use follow the master in every entry. */
static void test_root_copies(void **state)
{
	(void)state;
	/* A whole GiB of the big window, which is a root entry. */
	fake_config_mem(&config, 0x8040000000, 0x8040000000, SZ_1G, RW | JAILHOUSE_MEM_IO);
	assert_int_equal(create(), 0);
	for (u32 n = 0; n < 3; n++)
		assert_memory_equal(cpu_get(n)->root, root_cell.stage2.root,
				    STAGE2_ROOT_PAGES * PAGE_SIZE);
	assert_int_equal(cell_destroy(1), 0);
	/* CPU 3 takes its copy when it enters the cell again. */
	for (u32 n = 0; n < 3; n++)
		assert_memory_equal(cpu_get(n)->root, root_cell.stage2.root,
				    STAGE2_ROOT_PAGES * PAGE_SIZE);
}

static void worked(long err)
{
	if (err)
		fail_msg("result %ld: %s", err, fake_reason());
}

/* --- every stage refuses in turn ------------------------------------------------------------------ */

static void test_config_not_in_memory(void **state)
{
	(void)state;
	fake_config_place(&config);
	fake_snapshot(&before);
	/* Nothing, a device, beyond 40 bits, the end of all; zeroes. */
	static const u64 addresses[] = {
		0x90000000, 0x09000000, 1ULL << 40, ~0ULL, 0xffffffffffffff00ULL, 0x7fd00000
	};

	for (u32 i = 0; i < ARRAY_SIZE(addresses); i++) {
		u32 maps = fake_temporary_maps;

		assert_int_equal(cell_create(addresses[i]), -EINVAL);
		/* The hypervisor's memory reads as zeroes to root. */
		if (addresses[i] != 0x7fd00000)
			assert_int_equal(fake_temporary_maps, maps);
		fake_snapshot_equal(&before, "config not in memory");
	}
}

/* Root itself must be able to read it. */
static void test_config_unreadable(void **state)
{
	(void)state;
	fake_config_place(&config);
	stage2_map(&root_cell.stage2, ipa_of(0x40000000), pa_of(0x40000000), SZ_1G - 0x1000000,
		   S2_WRITE);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EINVAL);
	assert_non_null(strstr(fake_reason(), "is not in root's memory"));
}

/* As many bytes as a config may have, filled up with what nobody uses. */
static void test_largest_config(void **state)
{
	static u8 blob[JAILHOUSE_CONFIG_MAX_SIZE + sizeof(struct jailhouse_ext_header)];
	struct jailhouse_cell_desc *desc = (void *)blob;
	struct jailhouse_ext_header *ext = (void *)(blob + JAILHOUSE_CONFIG_MAX_SIZE);
	struct jailhouse_pci_device *device;
	struct jailhouse_memory *mem;

	(void)state;
	config.desc.num_irqchips = 0;
	fake_config_pack(&config, blob, sizeof(blob));
	mem = (void *)(blob + sizeof(*desc) + desc->cpu_set_size);
	memset(mem + 1, 0, sizeof(*mem));
	desc->num_memory_regions = 256;
	while (jailhouse_cell_config_size(desc) <= JAILHOUSE_CONFIG_MAX_SIZE)
		desc->num_pci_devices++;
	desc->num_pci_devices--;
	desc->num_pio_regions = (JAILHOUSE_CONFIG_MAX_SIZE - jailhouse_cell_config_size(desc)) / 4;
	device = (void *)jailhouse_cell_pci_devices(desc);
	for (u32 i = 0; i < desc->num_pci_devices; i++)
		device[i].bdf = (u16)i;
	assert_int_equal(jailhouse_cell_config_size(desc), JAILHOUSE_CONFIG_MAX_SIZE);
	fake_ram_write(FAKE_CONFIG_PA, blob, sizeof(blob));
	fake_snapshot(&before);
	worked(cell_create(FAKE_CONFIG_PA));
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot_equal(&before, "largest config");
	/* An extension block is too much. */
	desc->flags |= JAILHOUSE_CELL_EXTENDED;
	ext->size = sizeof(*ext);
	fake_ram_write(FAKE_CONFIG_PA, blob, sizeof(blob));
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -E2BIG);
	fake_snapshot_equal(&before, "too large a config");
}

/* Of a sub-page region nothing is mapped: its neighbours on the page are others'. */
static void test_subpage_is_not_mapped(void **state)
{
	struct stage2_mapping m;

	(void)state;
	fake_config_mem(&config, 0xb0000010, 0x200010, 0x10, RW | JAILHOUSE_MEM_IO_32);
	fake_config_place(&config);
	fake_snapshot(&before);
	worked(cell_create(FAKE_CONFIG_PA));
	assert_false(stage2_lookup(&cell_find(1)->stage2, ipa_of(0x200010), &m));
	assert_false(stage2_lookup(&cell_find(1)->stage2, ipa_of(0x200000), &m));
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot_equal(&before, "sub-page");
}

static void test_config_at_any_alignment(void **state)
{
	u8 packed[PAGE_SIZE];
	u32 size = fake_config_pack(&config, packed, sizeof(packed));

	(void)state;
	for (u64 at = FAKE_CONFIG_PA + PAGE_SIZE - size; at <= FAKE_CONFIG_PA + PAGE_SIZE;
	     at += 37) {
		fake_ram_write(at, packed, size);
		assert_int_equal(cell_create(at), 0);
		assert_int_equal(cell_destroy(1), 0);
	}
}

/* The config goes on where root has no memory: behind its header, behind its
 * first array, before or inside the extension block. */
static void test_config_leaves_memory(void **state)
{
	u64 end = 0x100400000;
	u32 size;

	(void)state;
	fake_ram_add(end - PAGE_SIZE, PAGE_SIZE);
	for (u32 extended = 0; extended < 2; extended++) {
		u8 packed[PAGE_SIZE];

		fake_config_default(&config);
		if (extended)
			fake_config_name(&config, 0, "RAM");
		size = fake_config_pack(&config, packed, sizeof(packed));
		for (u32 cut = 1; cut < size; cut += 13) {
			fake_ram_write(end - (size - cut), packed, size - cut);
			fake_snapshot(&before);
			assert_int_equal(cell_create(end - (size - cut)), -EINVAL);
			assert_true(strstr(fake_reason(), "root's memory") ||
				    strstr(fake_reason(), "before its extension block"));
			fake_snapshot_equal(&before, "config leaves memory");
			assert_false(fake_temporary_shown());
		}
		fake_ram_write(end - size, packed, size);
		assert_int_equal(cell_create(end - size), 0);
		/* Nothing of root's memory stays mapped. */
		assert_false(fake_temporary_shown());
		assert_int_equal(cell_destroy(1), 0);
	}
}

static void test_too_big(void **state)
{
	(void)state;
	config.desc.num_memory_regions = ~0u;
	fake_ram_write(FAKE_CONFIG_PA, &config.desc, sizeof(config.desc));
	fake_snapshot(&before);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -E2BIG);
	fake_snapshot_equal(&before, "too big");
}

static void test_counts_that_overflow(void **state)
{
	(void)state;
	/* Sums that are small again modulo 2^32. */
	config.desc.num_memory_regions = 0x08000000;
	config.desc.num_stream_ids = 0xc0000000;
	fake_ram_write(FAKE_CONFIG_PA, &config.desc, sizeof(config.desc));
	fake_snapshot(&before);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -E2BIG);
	fake_snapshot_equal(&before, "counts that overflow");
}

static void test_extension_sizes(void **state)
{
	static const u32 sizes[] = { 0, 8, 15, 17, 0x1000, 0x10000, 0xffffffff };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 packed[PAGE_SIZE];
		struct jailhouse_ext_header *ext;
		long err;

		fake_config_default(&config);
		fake_config_policy(&config, 0, 0);
		fake_config_pack(&config, packed, sizeof(packed));
		ext = (void *)(packed + jailhouse_cell_config_size((void *)packed));
		ext->size = sizes[i];
		fake_ram_write(FAKE_CONFIG_PA, packed, sizeof(packed));
		fake_snapshot(&before);
		err = cell_create(FAKE_CONFIG_PA);
		assert_int_equal(err, sizes[i] >= 0x10000 ? -E2BIG : -EINVAL);
		fake_snapshot_equal(&before, "extension size");
	}
}

static void test_wrong_config(void **state)
{
	(void)state;
	config.mem[1].virt_start = 0;
	refused(-EINVAL, "MEM_OVERLAP");
	fake_config_default(&config);
	config.desc.signature[0] = 'X';
	refused(-EINVAL, "SIGNATURE");
	fake_config_default(&config);
	config.desc.id = 0;
	refused(-E2BIG, "CELL_ID");
	config.desc.id = 256;
	refused(-E2BIG, "CELL_ID");
	config.desc.id = 255;
	assert_int_equal(create(), 0);
}

static void test_id_exists(void **state)
{
	(void)state;
	assert_int_equal(create(), 0);
	strcpy(config.desc.name, "other");
	refused(-EEXIST, "id 1 exists");
}

static void test_name_exists(void **state)
{
	(void)state;
	assert_int_equal(create(), 0);
	config.desc.id = 2;
	refused(-EEXIST, "\"inmate\" exists");
	strcpy(config.desc.name, "root");
	refused(-EEXIST, "\"root\" exists");
}

static void test_aarch32(void **state)
{
	(void)state;
	config.desc.flags |= JAILHOUSE_CELL_AARCH32;
	refused(-EINVAL, "AArch32");
}

static void test_too_many_subpages(void **state)
{
	(void)state;
	for (u32 i = 0; i <= MMIO_MAX_WINDOWS; i++)
		fake_config_mem(&config, 0xa0000000 + i * 0x1000ULL, 0xa0000000 + i * 0x1000ULL, 8,
				RW | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32);
	refused(-EINVAL, "sub-page");
}

/* The cell's own sub-page windows fit, those of the interrupt controller do not. */
static void test_too_many_windows(void **state)
{
	(void)state;
	for (u32 i = 0; i < MMIO_MAX_WINDOWS - 1; i++)
		fake_config_mem(&config, 0xa0000000 + i * 0x1000ULL, 0xa0000000 + i * 0x1000ULL, 8,
				RW | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32);
	refused(-ENOMEM, "trapped regions");
}

static void test_cpu_not_owned(void **state)
{
	(void)state;
	config.cpus[0] = 1 << 4;
	refused(-EBUSY, "CPU 4 does not belong");
	config.cpus[0] = 1ULL << 63 | 1 << 3;
	refused(-EBUSY, "CPU 63 does not belong");
	config.cpus[0] = 1 << 3;
	assert_int_equal(create(), 0);
	strcpy(config.desc.name, "two");
	config.desc.id = 2;
	refused(-EBUSY, "CPU 3 does not belong");
}

static void test_calling_cpu(void **state)
{
	(void)state;
	config.cpus[0] = 1 << 3 | 1 << 0;
	refused(-EBUSY, "CPU 0 is the one that makes this call");
	/* Seen from another CPU it is simply one in use. */
	fake_run_on(1);
	refused(-EBUSY, "CPU 0 is in use");
}

static void test_cpu_in_use(void **state)
{
	(void)state;
	config.cpus[0] = 1 << 1;
	refused(-EBUSY, "CPU 1 is in use");
	config.cpus[0] = 1 << 3;
	/* Off, but with a start on its way. */
	cpu_get(3)->power = CPU_POWER_ON_PENDING;
	refused(-EBUSY, "CPU 3 is in use");
	cpu_get(3)->power = CPU_POWER_OFF;
	cpu_get(3)->request = CPU_REQ_START;
	refused(-EBUSY, "CPU 3 is in use");
	cpu_get(3)->request = 0;
	assert_int_equal(create(), 0);
}

/* Root switches a CPU on just after it was seen at rest. */
static u64 switched_on;

static void switch_on(u32 id)
{
	if (id != 3 || !fake_on_idle_check)
		return;
	fake_on_idle_check = NULL;
	fake_run_on(1);
	switched_on = psci_call(PSCI_CPU_ON_64, 3, 0x4000, 0);
	fake_run_on(0);
}

static void test_cpu_switched_on_meanwhile(void **state)
{
	(void)state;
	fake_config_place(&config);
	fake_on_idle_check = switch_on;
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EBUSY);
	assert_non_null(strstr(fake_reason(), "CPU 3"));
	assert_int_equal(switched_on, PSCI_SUCCESS);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
	assert_ptr_equal(cpu_get(3)->cell, &root_cell);
	assert_int_equal(cell_num(), 1);
}

/* From the check on until it is the cell's: root cannot have it. */
static void switch_on_at_flush(u16 vmid __unused_arg)
{
	fake_run_on(1);
	switched_on = psci_call(PSCI_CPU_ON_64, 3, 0x4000, 0);
	fake_run_on(0);
}

static void test_cpu_is_claimed(void **state)
{
	(void)state;
	switched_on = PSCI_SUCCESS;
	fake_on_tlb_flush = switch_on_at_flush;
	assert_int_equal(create(), 0);
	assert_int_not_equal(switched_on, PSCI_SUCCESS);
	fake_on_tlb_flush = NULL;
	/* And afterwards it is not root's; but the cell's, and at rest. */
	switch_on_at_flush(0);
	assert_int_equal(switched_on, PSCI_DENIED);
	assert_true(cpu_is_idle(cpu_get(3)));
	assert_int_equal(cell_set_loadable(1), 0);
	assert_int_equal(cell_start(1), 0);
	assert_int_equal(cpu_get(3)->power, CPU_POWER_ON);
}

static void second_cell(void)
{
	assert_int_equal(create(), 0);
	fake_config_default(&config);
	strcpy(config.desc.name, "two");
	config.desc.id = 2;
	config.cpus[0] = 1 << 2;
	config.desc.num_memory_regions = 0;
	config.desc.num_irqchips = 0;
	memset(config.irqchips, 0, sizeof(config.irqchips));
	fake_config_mem(&config, 0x7f700000, 0, 0x100000, RWX | JAILHOUSE_MEM_LOADABLE);
}

static void test_interrupt_of_another_cell(void **state)
{
	(void)state;
	second_cell();
	fake_config_irq(&config, 40);
	refused(-EBUSY, "interrupt 40 belongs to cell \"inmate\"");
}

static void test_memory_of_another_cell(void **state)
{
	(void)state;
	second_cell();
	fake_config_mem(&config, 0x7f6ff000, 0x200000, 0x1000, RW);
	refused(-EBUSY, "region 1 at 0x7f6ff000 overlaps region 0");
	/* One says that it is shared, the other does not. */
	config.mem[1].flags |= JAILHOUSE_MEM_ROOTSHARED;
	refused(-EBUSY, "region 1 at 0x7f6ff000 overlaps region 0");
	config.mem[1].phys_start = 0x7f5ff000;
	assert_int_equal(create(), 0);
}

static void test_shared_memory(void **state)
{
	struct stage2_mapping m;

	(void)state;
	fake_config_mem(&config, 0x7e000000, 0x7e000000, 0x200000, RW | JAILHOUSE_MEM_ROOTSHARED);
	second_cell();
	fake_config_mem(&config, 0x7e100000, 0x7e100000, 0x200000, RW | JAILHOUSE_MEM_ROOTSHARED);
	assert_int_equal(create(), 0);
	/* Root keeps it. */
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(0x7e100000), &m));
	assert_true(stage2_lookup(&cell_find(1)->stage2, ipa_of(0x7e100000), &m));
	assert_true(stage2_lookup(&cell_find(2)->stage2, ipa_of(0x7e100000), &m));
}

static void test_hypervisor_memory(void **state)
{
	(void)state;
	fake_config_mem(&config, FAKE_HV_BASE, 0x200000, 0x1000, RW);
	refused(-EINVAL, "hypervisor's memory");
	config.mem[3].phys_start = FAKE_HV_BASE + FAKE_HV_SIZE - 0x1000;
	refused(-EINVAL, "hypervisor's memory");
	config.mem[3].flags |= JAILHOUSE_MEM_ROOTSHARED;
	refused(-EINVAL, "hypervisor's memory");
	config.mem[3].phys_start = 0x40000000;
	config.mem[3].size = 0x40000000;
	config.mem[3].virt_start = 0x100000000;
	refused(-EINVAL, "hypervisor's memory");
	/* A sub-page of it, where the console page lies. */
	config.mem[3] = (struct jailhouse_memory){ FAKE_CONSOLE_PA + 8, 0x200008, 8,
						   RW | JAILHOUSE_MEM_IO_32 };
	refused(-EINVAL, "hypervisor's memory");
}

static void test_interrupt_controller(void **state)
{
	(void)state;
	fake_config_mem(&config, FAKE_GICD_BASE + 0xf000, 0x200000, 0x1000, RW);
	refused(-EINVAL, "interrupt controller");
	config.mem[3].phys_start = FAKE_GICR_BASE + 0x7f000;
	refused(-EINVAL, "interrupt controller");
	config.mem[3].phys_start = FAKE_GICR_BASE + 0x80000;
	assert_int_equal(create(), 0);
}

/* Root's tables do not reach so far; and an entry has 48 bits, so that higher ones would mean others' memory. */
static void test_beyond_40_bits(void **state)
{
	static const struct jailhouse_memory bad[] = {
		{ BIT(40), 0x200000, 0x1000, RW },
		{ BIT(40) - 0x1000, 0x200000, 0x2000, RW },
		{ BIT(40), 0x200000, 1, RW | JAILHOUSE_MEM_IO_8 },
		{ BIT(47), 0x200000, 0x200000, RW },
		{ BIT(48) | FAKE_HV_BASE, 0x200000, 0x1000, RW },
		{ BIT(63) | FAKE_HV_BASE, 0x200000, 0x1000, RW | JAILHOUSE_MEM_ROOTSHARED },
		{ BIT(48) | (FAKE_CONSOLE_PA + 8), 0x200008, 8, RW | JAILHOUSE_MEM_IO_32 },
		{ BIT(48) | 0x60000000, 0x200000, 0x200000, RW | JAILHOUSE_MEM_LOADABLE },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		fake_config_default(&config);
		fake_config_mem(&config, bad[i].phys_start, bad[i].virt_start, bad[i].size,
				bad[i].flags);
		refused(-EINVAL, "beyond 40 bits");
	}
	/* The last page of all. */
	fake_config_default(&config);
	fake_config_mem(&config, BIT(40) - 0x1000, 0x200000, 0x1000, RW);
	assert_int_equal(create(), 0);
}

static void test_subpage_in_whole_page_of_root(void **state)
{
	(void)state;
	fake_config_mem(&config, 0x09010010, 0x09010010, 0x10,
			RW | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32);
	refused(-EINVAL, "sub-page region 3");
}

/* Its windows lie where the filtered frames are: in the cell's address space
 * there can be one answer only. */
static void test_region_over_the_windows(void **state)
{
	(void)state;
	fake_config_mem(&config, 0x7e000000, FAKE_GICD_BASE, 0x1000, RW);
	refused(-EINVAL, "interrupt controller");
	config.mem[3].virt_start = FAKE_GICR_BASE + 0x20000;
	refused(-EINVAL, "interrupt controller");
	config.mem[3].virt_start = FAKE_GICR_BASE + 0x20004;
	config.mem[3].phys_start += 4;
	config.mem[3].size = 4;
	config.mem[3].flags |= JAILHOUSE_MEM_IO_32;
	refused(-EINVAL, "interrupt controller");
	config.mem[2].virt_start = FAKE_GICD_BASE;
	config.desc.num_memory_regions = 3;
	refused(-EINVAL, "interrupt controller");
}

/* A window of root stays while root lives, so what it shows cannot be taken. */
static void test_subpage_of_root(void **state)
{
	(void)state;
	fake_reset();
	fake_ram_add(FAKE_CONFIG_PA, PAGE_SIZE);
	fake_system.mem[12] =
		(struct jailhouse_memory){ 0xb0000010, 0xb0000010, 0x10, RW | JAILHOUSE_MEM_IO_32 };
	fake_enable(FAKE_POOL_PAGES);
	fake_cpu_offline(3);
	fake_config_mem(&config, 0xb0000000, 0xb0000000, 0x1000, RW | JAILHOUSE_MEM_IO);
	refused(-EBUSY, "overlaps region 12 of cell \"root\"");
	config.mem[3] =
		(struct jailhouse_memory){ 0xb000001c, 0xb000001c, 4, RW | JAILHOUSE_MEM_IO_32 };
	refused(-EBUSY, "overlaps region 12 of cell \"root\"");
	config.mem[3].phys_start = config.mem[3].virt_start = 0xb0000020;
	assert_int_equal(create(), 0);
	assert_int_equal(cell_destroy(1), 0);
	config.mem[3].phys_start = config.mem[3].virt_start = 0xb000001c;
	config.mem[3].flags |= JAILHOUSE_MEM_ROOTSHARED;
	assert_int_equal(create(), 0);
}

static void test_not_from_a_cell(void **state)
{
	(void)state;
	assert_int_equal(create(), 0);
	config.desc.id = 2;
	strcpy(config.desc.name, "two");
	config.cpus[0] = 1 << 2;
	fake_run_on(3);
	fake_config_place(&config);
	fake_snapshot(&before);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), -EPERM);
	fake_snapshot_equal(&before, "create by a cell");
}

/* --- every allocation fails in turn --------------------------------------------------------------- */

/* How many allocations a creation makes, and that each may fail. */
static void each_allocation(const char *what)
{
	u32 count;

	fake_config_place(&config);
	fake_snapshot(&before);
	fake_pool_allocations();
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	count = fake_pool_allocations();
	assert_true(count >= 4);
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot_equal(&before, what);

	for (u32 n = 0; n < count; n++) {
		page_alloc_fail_after((int)n);
		assert_int_equal(cell_create(FAKE_CONFIG_PA), -ENOMEM);
		page_alloc_fail_after(-1);
		assert_non_null(strstr(fake_reason(), "page pool"));
		fake_snapshot_equal(&before, what);
	}
	/* It works again afterwards. */
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	assert_int_equal(cell_destroy(1), 0);
	fake_snapshot_equal(&before, what);
}

static void test_allocations_default(void **state)
{
	(void)state;
	each_allocation("the default cell");
}

static void test_allocations_many_regions(void **state)
{
	(void)state;
	fake_config_policy(&config, JAILHOUSE_VIOLATION_PARK, 0);
	fake_config_name(&config, 0, "RAM");
	/* Ends and starts inside blocks, in three of root's GiBs. */
	fake_config_mem(&config, 0x50305000, 0x40000000, 0x00c03000, RWX);
	fake_config_mem(&config, 0x7e3ff000, 0x60000000, 0x2000, RWX);
	fake_config_mem(&config, 0x0c100000, 0x0c100000, 0x00200000, RW | JAILHOUSE_MEM_IO);
	/* One GiB exactly, and one page of another. */
	fake_config_mem(&config, 0x8040000000, 0x8040000000, SZ_1G, RW | JAILHOUSE_MEM_IO);
	fake_config_mem(&config, 0x8087654000, 0x8087654000, 0x1000, RW | JAILHOUSE_MEM_IO);
	/* What root does not have. */
	fake_config_mem(&config, 0x90000000, 0x90000000, 0x00400000, RW);
	each_allocation("many regions");
}

/* Two regions of root meet inside the block that the cell's region lies in. */
static void test_allocations_where_root_regions_meet(void **state)
{
	(void)state;
	config.mem[0].phys_start = 0x7f480000;
	each_allocation("where regions of root meet");
}

static void test_allocations_pages_only(void **state)
{
	(void)state;
	config.mem[0].phys_start = 0x100200000;
	config.mem[0].size = 0x200000;
	each_allocation("a region of root that must be mapped by pages");
}

static void test_exhausted_pool(void **state)
{
	void *pages[FAKE_POOL_PAGES];
	u32 n = 0;

	(void)state;
	fake_config_mem(&config, 0x50305000, 0x40000000, 0x00c03000, RWX);
	fake_config_place(&config);
	while ((pages[n] = page_alloc(1, 1)))
		n++;
	/* One page more each time, until it is enough. */
	for (;;) {
		long err;

		fake_snapshot(&before);
		err = cell_create(FAKE_CONFIG_PA);
		if (err == 0)
			break;
		assert_int_equal(err, -ENOMEM);
		fake_snapshot_equal(&before, "exhausted pool");
		assert_true(n > 0);
		page_free(pages[--n], 1);
	}
}

/* --- create and destroy leave no trace ------------------------------------------------------------ */

static void test_random_cells(void **state)
{
	u32 created = 0;

	(void)state;
	fake_random_seed();
	for (u32 round = 0; round < 300; round++) {
		u64 phys = 0x40000000, virt = 0;
		u32 regions = 1 + (u32)fake_random_below(6);

		fake_config_default(&config);
		config.desc.num_memory_regions = 0;
		for (u32 i = 0; i < regions; i++) {
			u64 shift = 12 + fake_random_below(13);
			u64 size = (1 + fake_random_below(20)) << shift;

			phys += fake_random_below(0x4000) << 12;
			if (fake_random_below(2))
				phys = (phys + SZ_2M - 1) & ~(SZ_2M - 1);
			virt += fake_random_below(3) << fake_random_below(31);
			virt = (virt + PAGE_MASK) & ~PAGE_MASK;
			if (phys + size > 0x7fc00000)
				break;
			fake_config_mem(
				&config, phys, virt, size,
				RW | (fake_random_below(2) ? JAILHOUSE_MEM_LOADABLE : 0) |
					(fake_random_below(6) ? 0 : JAILHOUSE_MEM_ROOTSHARED) |
					(fake_random_below(6) ? 0 : JAILHOUSE_MEM_NO_HUGEPAGES));
			phys += size;
			virt += size;
		}
		config.desc.cpu_reset_address = config.mem[0].virt_start;
		if (!config.desc.num_memory_regions)
			continue;
		fake_config_place(&config);
		fake_snapshot(&before);
		if (fake_random_below(3) == 0)
			page_alloc_fail_after((int)fake_random_below(20));
		if (cell_create(FAKE_CONFIG_PA) == 0) {
			created++;
			if (fake_random_below(2))
				cell_set_loadable(1);
			page_alloc_fail_after(-1);
			if (fake_random_below(2))
				worked(cell_set_loadable(1));
			if (fake_random_below(2) && cell_start(1) == 0)
				assert_int_equal(ownership_selftest(), 0);
			worked(cell_destroy(1));
		}
		page_alloc_fail_after(-1);
		fake_snapshot_equal(&before, "a random cell");
	}
	assert_true(created > 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(success),
		TEST(nobody_is_stopped),
		TEST(flushes),
		TEST(root_is_flushed_after_unmap),
		TEST(root_copies),
		TEST(config_not_in_memory),
		TEST(config_unreadable),
		TEST(largest_config),
		TEST(subpage_is_not_mapped),
		TEST(config_at_any_alignment),
		TEST(config_leaves_memory),
		TEST(too_big),
		TEST(counts_that_overflow),
		TEST(extension_sizes),
		TEST(wrong_config),
		TEST(id_exists),
		TEST(name_exists),
		TEST(aarch32),
		TEST(too_many_subpages),
		TEST(too_many_windows),
		TEST(cpu_not_owned),
		TEST(calling_cpu),
		TEST(cpu_in_use),
		TEST(cpu_switched_on_meanwhile),
		TEST(cpu_is_claimed),
		TEST(interrupt_of_another_cell),
		TEST(memory_of_another_cell),
		TEST(shared_memory),
		TEST(hypervisor_memory),
		TEST(interrupt_controller),
		TEST(beyond_40_bits),
		TEST(subpage_in_whole_page_of_root),
		TEST(region_over_the_windows),
		TEST(subpage_of_root),
		TEST(not_from_a_cell),
		TEST(allocations_default),
		TEST(allocations_many_regions),
		TEST(allocations_where_root_regions_meet),
		TEST(allocations_pages_only),
		TEST(exhausted_pool),
		TEST(random_cells),
	};

	return cmocka_run_group_tests_name("cell_create", tests, NULL, NULL);
}
