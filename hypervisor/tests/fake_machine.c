/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fake machine as a whole: `enable` in one step, cell configs to create
 * cells from, and snapshots of all state that an undone operation must leave
 * as it was.
 */
#include "fake.h"

#include <arch/image.h>
#include <hyp/printk.h>
#include <hyp/page_alloc.h>

#include "../irqchip/gic_regs.h"

#include <string.h>

void fake_memory_reset(void);
void fake_cpus_reset(void);
void fake_cells_reset(void);
void fake_links_reset(void);
void fake_cpu_rests(void);
void fake_cpu_woken(u32 id);

struct fake_system fake_system;
bool fake_with_gicv2;

static u32 reasons_before;
int fake_cpus_error;
u64 fake_pool_start;
u32 fake_map_adoptions;
void (*fake_on_adoption)(void);

#define MEM_RWX  (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE)
#define MEM_MMIO (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO)

static const struct irqchip *modelled_irqchip(void)
{
	return fake_with_gicv2 ? &gicv2_irqchip : &gicv3_irqchip;
}

/* --- an interrupt controller that records -------------------------------------------------------- */

static void fake_wake(const struct cpu *cpu)
{
	fake_record((struct fake_event){ .kind = EV_WAKE, .a = cpu->id });
	fake_cpu_woken(cpu->id);
}

static void fake_wait(struct cpu *cpu __unused_arg)
{
	fake_cpu_rests();
}

static void fake_cpu_scrub(struct cpu *cpu)
{
	fake_record((struct fake_event){ .kind = EV_SCRUB, .a = cpu->id });
}

static void fake_cpu_enter(struct cpu *cpu, const struct cell *cell)
{
	fake_record((struct fake_event){ .kind = EV_CPU_ENTER, .a = cpu->id, .b = cell->id });
}

static void fake_wait_for_cell(struct cpu *cpu)
{
	fake_record((struct fake_event){ .kind = EV_WAIT_FOR_CELL, .a = cpu->id });
}

static int fake_add_windows(struct cell *cell)
{
	return modelled_irqchip()->add_windows(cell);
}

static void fake_move_irq(u32 intid, const struct cpu *target, const struct cell *from,
			  const struct cell *to)
{
	fake_record((struct fake_event){ .kind = EV_MOVE_IRQ, .a = intid, .b = target->id });
	modelled_irqchip()->move_irq(intid, target, from, to);
}

static void fake_confine_irqs(const struct cell *cell, const struct cpu *target)
{
	fake_record((struct fake_event){ .kind = EV_CONFINE, .a = cell->id, .b = target->id });
	modelled_irqchip()->confine_irqs(cell, target);
}

static const struct irqchip recording_irqchip = {
	.name = "recorder",
	.cpu_scrub = fake_cpu_scrub,
	.cpu_enter = fake_cpu_enter,
	.wait = fake_wait,
	.confine_irqs = fake_confine_irqs,
	.wake = fake_wake,
	.wait_for_cell = fake_wait_for_cell,
	.add_windows = fake_add_windows,
	.move_irq = fake_move_irq,
};

/* --- the machine --------------------------------------------------------------------------------- */

const struct jailhouse_system *image_system_config(void)
{
	return &fake_system.header;
}

const char *image_version(void)
{
	return "test";
}

u64 image_pool_start(void)
{
	return fake_pool_start;
}

bool image_cpu_arrived(u32 id)
{
	return cpu_get(id)->arrived;
}

int arch_check_cpus(void)
{
	return fake_cpus_error;
}

void arch_adopt_map(void)
{
	__atomic_fetch_add(&fake_map_adoptions, 1, __ATOMIC_RELAXED);
	if (fake_on_adoption)
		fake_on_adoption();
}

static void root_region(u64 base, u64 size, u64 flags)
{
	fake_system.mem[fake_system.header.root_cell.num_memory_regions++] =
		(struct jailhouse_memory){ base, base, size, flags };
}

void fake_system_default(void)
{
	struct jailhouse_system *s = &fake_system.header;

	memset(&fake_system, 0, sizeof(fake_system));
	memcpy(s->signature, JAILHOUSE_SYSTEM_SIGNATURE, JAILHOUSE_SIGNATURE_LEN);
	s->architecture = JAILHOUSE_ARM64;
	s->revision = JAILHOUSE_CONFIG_REVISION;
	s->flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE;
	s->hypervisor_memory.phys_start = FAKE_HV_BASE;
	s->hypervisor_memory.size = FAKE_HV_SIZE;
	s->platform_info.pci_mmconfig_base = 0x3f000000;
	s->platform_info.arm.maintenance_irq = FAKE_KICK_IRQ;
	s->platform_info.arm.gic_version = fake_with_gicv2 ? 2 : 3;
	s->platform_info.arm.gicc_base = FAKE_GICC_BASE;
	s->platform_info.arm.gicd_base = FAKE_GICD_BASE;
	s->platform_info.arm.gicr_base = FAKE_GICR_BASE;
	strcpy(s->root_cell.name, "root");
	s->root_cell.cpu_set_size = 8;
	s->root_cell.num_irqchips = 2;
	fake_system.cpus[0] = (1u << FAKE_CPUS) - 1;

	/* RAM up to the hypervisor's, of which the last 16 MiB are two regions
	 * that meet inside a 2 MiB block. */
	root_region(0x40000000, 0x3f000000, MEM_RWX | JAILHOUSE_MEM_DMA);
	root_region(0x7f000000, 0x00500000, MEM_RWX | JAILHOUSE_MEM_DMA);
	root_region(0x7f500000, 0x00700000, MEM_RWX | JAILHOUSE_MEM_DMA);
	root_region(0x09000000, 0x1000, MEM_MMIO);
	root_region(0x09040000, 0x1000, MEM_MMIO);
	root_region(0x09010000, 0x1000, MEM_MMIO);
	root_region(0x0c000000, 0x02000000, MEM_MMIO);
	root_region(0x00000000, 0x08000000, MEM_MMIO);
	/* One with whole GiBs, and one that must be mapped by pages. */
	root_region(0x8000000000, 0x4000000000, MEM_MMIO);
	root_region(0x100000000, 0x400000, MEM_RWX | JAILHOUSE_MEM_NO_HUGEPAGES);
	s->root_cell.num_memory_regions = ARRAY_SIZE(fake_system.mem);

	for (u32 i = 0; i < 2; i++) {
		fake_system.irqchips[i] = (struct jailhouse_irqchip){
			.address = FAKE_GICD_BASE,
			.pin_base = 32 + 128 * i,
		};
		memset(fake_system.irqchips[i].pin_bitmap, 0xff, 16);
	}
}

void fake_reset(void)
{
	fake_events_clear();
	fake_memory_reset();
	fake_bus_reset();
	fake_cells_reset();
	fake_links_reset();
	memset(&console_page, 0, sizeof(console_page));
	console_page.magic = JAILHOUSE_CONSOLE_MAGIC;
	console_set_output(NULL);
	console_set_ring(true);
	fake_cpus_error = 0;
	fake_map_adoptions = 0;
	fake_on_adoption = NULL;
	fake_pool_start = FAKE_HV_POOL;
	fake_cpus_reset();
	fake_pool_init(FAKE_POOL_PAGES);
	irqchip = &recording_irqchip;
	machine.hypervisor = range_of(FAKE_HV_BASE, FAKE_HV_SIZE);
	memset(machine.gic, 0, sizeof(machine.gic));
	machine.banked = range_of(0, 0);
	gic_priority_bits = 0xf8;
	if (fake_with_gicv2)
		fake_gicv2_init(FAKE_CPUS);
	else
		fake_gic_init(FAKE_CPUS);
	for (u32 n = 0; n < FAKE_CPUS; n++)
		cpu_get(n)->arrived = true;
	fake_system_default();
	reasons_before = console_page.reason_seq;
}

void fake_enable(u32 pages)
{
	fake_pool_init(pages);
	assert_int_equal(modelled_irqchip()->init(&fake_system.header), 0);
	assert_int_equal(root_cell_init(&fake_system.header), 0);
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		struct cpu *cpu = cpu_get(n);

		cpu->cell = &root_cell;
		cpu->power = CPU_POWER_ON;
		assert_int_equal(arch_cpu_init(cpu), 0);
		cpu_moved(cpu, NULL, &root_cell);
		memcpy(cpu->root, root_cell.stage2.root, STAGE2_ROOT_PAGES * PAGE_SIZE);
	}
	fake_run_on(0);
	reasons_before = console_page.reason_seq;
	fake_pool_allocations();
	fake_events_clear();
}

void fake_machine_init_pool(u32 pages)
{
	fake_reset();
	fake_ram_add(FAKE_CONFIG_PA, 32 * PAGE_SIZE);
	fake_enable(pages);
}

void fake_machine_init(void)
{
	fake_machine_init_pool(FAKE_POOL_PAGES);
}

const char *fake_log(void)
{
	static char log[JAILHOUSE_CONSOLE_RING_SIZE + 1];
	u32 length = 0;

	for (u32 i = 0; i < JAILHOUSE_CONSOLE_RING_SIZE; i++) {
		char c =
			console_page.content[(console_page.tail + i) % JAILHOUSE_CONSOLE_RING_SIZE];

		if (c)
			log[length++] = c;
	}
	log[length] = 0;
	return log;
}

const char *fake_reason(void)
{
	return console_page.reason_seq == reasons_before ? "" : console_page.reason;
}

/* --- cell configs -------------------------------------------------------------------------------- */

void fake_config_default(struct fake_config *c)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->desc.signature, JAILHOUSE_CELL_DESC_SIGNATURE, JAILHOUSE_SIGNATURE_LEN);
	c->desc.architecture = JAILHOUSE_ARM64;
	c->desc.revision = JAILHOUSE_CONFIG_REVISION;
	strcpy(c->desc.name, "inmate");
	c->desc.id = 1;
	c->desc.flags = JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED;
	c->desc.cpu_set_size = 8;
	c->desc.msg_reply_timeout = 2000000;
	c->cpus[0] = 1 << 3;
	fake_config_mem(c, 0x7f600000, 0, 0x100000, MEM_RWX | JAILHOUSE_MEM_LOADABLE);
	fake_config_mem(c, 0x09040000, 0x09040000, 0x1000, MEM_MMIO);
	fake_config_mem(c, 0, 0x80000000, 0x1000,
			JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION);
	fake_config_irq(c, 40);
}

void fake_config_mem(struct fake_config *c, u64 phys, u64 virt, u64 size, u64 flags)
{
	assert_true(c->desc.num_memory_regions < ARRAY_SIZE(c->mem));
	c->mem[c->desc.num_memory_regions++] = (struct jailhouse_memory){ phys, virt, size, flags };
}

void fake_config_irq(struct fake_config *c, u32 intid)
{
	u32 n = (intid - 32) / 128, word;

	while (c->desc.num_irqchips <= n) {
		c->irqchips[c->desc.num_irqchips] = (struct jailhouse_irqchip){
			.address = FAKE_GICD_BASE,
			/* The last of them overlaps its predecessor. */
			.pin_base = MIN(32 + 128 * c->desc.num_irqchips, 896u),
		};
		c->desc.num_irqchips++;
	}
	word = (intid - c->irqchips[n].pin_base) / 32;
	c->irqchips[n].pin_bitmap[word] |= 1u << (intid % 32);
}

struct jailhouse_pci_device *fake_config_ivshmem(struct fake_config *c, u16 bdf, u32 first, u8 id,
						 u8 peers)
{
	struct jailhouse_pci_device *dev = &c->pci[c->desc.num_pci_devices++];

	assert_true(c->desc.num_pci_devices <= ARRAY_SIZE(c->pci));
	*dev = (struct jailhouse_pci_device){
		.type = JAILHOUSE_PCI_TYPE_IVSHMEM,
		.bdf = bdf,
		.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,
		.shmem_regions_start = first,
		.shmem_dev_id = id,
		.shmem_peers = peers,
	};
	return dev;
}

static void add_record(struct fake_config *c, const void *record, u32 size)
{
	assert_true(c->ext_size + size <= sizeof(c->ext));
	c->desc.flags |= JAILHOUSE_CELL_EXTENDED;
	memcpy(c->ext + c->ext_size, record, size);
	c->ext_size += size;
	c->ext_records++;
}

void fake_config_policy(struct fake_config *c, u32 on_violation, u32 flags)
{
	struct jailhouse_ext_policy policy = {
		.record = { .type = JAILHOUSE_EXT_POLICY, .size = sizeof(policy) },
		.on_violation = on_violation,
		.flags = flags,
	};

	add_record(c, &policy, sizeof(policy));
}

void fake_config_name(struct fake_config *c, u32 region, const char *name)
{
	struct jailhouse_ext_region_name record = {
		.record = { .type = JAILHOUSE_EXT_REGION_NAME, .size = sizeof(record) },
		.region = region,
	};

	assert_true(strlen(name) < sizeof(record.name));
	strcpy(record.name, name);
	add_record(c, &record, sizeof(record));
}

static void append(u8 **out, const u8 *end, const void *data, u64 size)
{
	assert_true(size <= (u64)(end - *out));
	memcpy(*out, data, size);
	*out += size;
}

u32 fake_config_pack(const struct fake_config *c, void *out, u32 room)
{
	struct jailhouse_ext_header ext = {
		.magic = JAILHOUSE_EXT_MAGIC,
		.size = (u32)sizeof(ext) + c->ext_size,
		.num_records = c->ext_records,
	};
	u8 *at = out;
	const u8 *end = at + room;

	append(&at, end, &c->desc, sizeof(c->desc));
	append(&at, end, c->cpus, MIN(c->desc.cpu_set_size, sizeof(c->cpus)));
	append(&at, end, c->mem, c->desc.num_memory_regions * sizeof(c->mem[0]));
	append(&at, end, c->irqchips, c->desc.num_irqchips * sizeof(c->irqchips[0]));
	append(&at, end, c->pci, c->desc.num_pci_devices * sizeof(c->pci[0]));
	if (c->desc.flags & JAILHOUSE_CELL_EXTENDED) {
		append(&at, end, &ext, sizeof(ext));
		append(&at, end, c->ext, c->ext_size);
	}
	return (u32)(at - (u8 *)out);
}

void fake_config_place(const struct fake_config *c)
{
	static u8 packed[32 * PAGE_SIZE];
	u32 size = fake_config_pack(c, packed, sizeof(packed));

	fake_ram_write(FAKE_CONFIG_PA, packed, size);
}

/* --- snapshots ----------------------------------------------------------------------------------- */

void fake_snapshot(struct fake_snapshot *s)
{
	u32 n = 0;

	memset(s, 0, sizeof(*s));
	s->pool_used = page_pool_used();
	fake_pool_map(s->pool_map);
	s->num_cells = cell_num();
	s->root_tables = fake_tables_digest(&root_cell.stage2, &s->root_digest);
	memcpy(s->root_entries, root_cell.stage2.root, sizeof(s->root_entries));
	for (const struct cell *c = &root_cell; c; c = c->next) {
		assert_true(n < ARRAY_SIZE(s->cells));
		s->cells[n] = *c;
		/* Counts replacements, whether they are undone or not. */
		s->cells[n].stage2.sequence &= 1;
		if (c->phase == CELL_IDLE)
			s->cells[n].deadline = 0;
		n++;
	}
	for (u32 i = 0; i < FAKE_CPUS; i++) {
		s->cpus[i] = *cpu_get(i);
		/* A CPU that is off makes a new copy when it enters a cell, and
		 * where it enters is set then. */
		if (!cpu_is_idle(cpu_get(i)))
			memcpy(s->cpu_roots[i], cpu_get(i)->root, sizeof(s->cpu_roots[i]));
		else
			s->cpus[i].entry = s->cpus[i].context = s->cpus[i].first = 0;
	}
	s->gic = fake_gic;
	s->gic.rwp_polls = 0;
	memcpy(s->restart_cells, console_page.restart_cells, sizeof(s->restart_cells));
}

static void same(const char *when, const char *what, const void *before, const void *after,
		 u64 size)
{
	const u8 *a = before, *b = after;

	for (u64 i = 0; i < size; i++)
		if (a[i] != b[i])
			fail_msg("%s: %s differs at byte %llu: 0x%02x, before 0x%02x", when, what,
				 i, b[i], a[i]);
}

void fake_snapshot_equal(const struct fake_snapshot *before, const char *when)
{
	static struct fake_snapshot after;

	fake_snapshot(&after);
#define SAME(field) same(when, #field, &before->field, &after.field, sizeof(after.field))
	if (before->pool_used != after.pool_used)
		fail_msg("%s: %u pages in use, before %u", when, after.pool_used,
			 before->pool_used);
	if (before->num_cells != after.num_cells)
		fail_msg("%s: %u cells, before %u", when, after.num_cells, before->num_cells);
	if (before->root_tables != after.root_tables)
		fail_msg("%s: root has %u tables, before %u", when, after.root_tables,
			 before->root_tables);
	if (before->root_digest != after.root_digest)
		fail_msg("%s: root's mappings differ", when);
	SAME(cells);
	SAME(cpus);
	SAME(gic);
	SAME(restart_cells);
	SAME(root_entries);
	SAME(cpu_roots);
	SAME(pool_map);
#undef SAME
}
