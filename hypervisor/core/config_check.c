/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The one validator of configs: syntax and everything that can be decided by
 * looking at a single config. Who owns what at run time is decided elsewhere
 * (ownership.c). Built into hypervisor, driver, tool and tests, so it uses
 * nothing but <jailhouse/...>.
 */
#include <jailhouse/config-check.h>
#include <jailhouse/config-extension.h>

#define MEM_FLAGS_KNOWN                                                                         \
	(JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_DMA | \
	 JAILHOUSE_MEM_IO | JAILHOUSE_MEM_COMM_REGION | JAILHOUSE_MEM_LOADABLE |                \
	 JAILHOUSE_MEM_ROOTSHARED | JAILHOUSE_MEM_NO_HUGEPAGES | JAILHOUSE_MEM_IO_UNALIGNED |   \
	 MEM_IO_WIDTHS)
#define MEM_IO_WIDTHS \
	(JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_16 | JAILHOUSE_MEM_IO_32 | JAILHOUSE_MEM_IO_64)
#define CELL_FLAGS_KNOWN                                                                        \
	(JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_TEST_DEVICE | JAILHOUSE_CELL_AARCH32 | \
	 JAILHOUSE_CELL_EXTENDED | JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED |                   \
	 JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE)

/* Cells have 40 bits of intermediate physical address space. */
#define ADDRESS_BITS     40
#define PAGE_OFFSET_MASK 0xfffULL
#define MIN_HV_MEMORY    0x200000ULL
/* Leaves room for the redistributors of all CPUs. */
#define MAX_GIC_BASE     ((1ULL << ADDRESS_BITS) - JAILHOUSE_CONFIG_MAX_CPUS * 0x20000ULL)

#define NONE JAILHOUSE_CONFIG_NO_INDEX

struct check {
	const struct jailhouse_cell_desc *cell;
	/* Bytes from the cell descriptor to the end of the file. */
	__u64 size;
	bool root;
	struct jailhouse_config_finding *finding;
};

static bool finding(const struct check *c, enum jailhouse_config_rule rule, __u32 index,
		    __u32 other, __u64 value)
{
	c->finding->rule = rule;
	c->finding->index = index;
	c->finding->other = other;
	c->finding->value = value;
	return false;
}

static bool same_bytes(const char *a, const char *b, __u32 n)
{
	while (n--)
		if (a[n] != b[n])
			return false;
	return true;
}

static bool overlap(__u64 a, __u64 a_size, __u64 b, __u64 b_size)
{
	return a_size && b_size && a <= b + (b_size - 1) && b <= a + (a_size - 1);
}

static bool check_signature(const struct check *c, const char *signature, const char *expected,
			    __u8 architecture, __u16 revision)
{
	if (!same_bytes(signature, expected, JAILHOUSE_SIGNATURE_LEN))
		return finding(c, JAILHOUSE_CFG_SIGNATURE, NONE, NONE, 0);
	if (revision != JAILHOUSE_CONFIG_REVISION)
		return finding(c, JAILHOUSE_CFG_REVISION, NONE, NONE, revision);
	if (architecture != JAILHOUSE_ARM64)
		return finding(c, JAILHOUSE_CFG_ARCHITECTURE, NONE, NONE, architecture);
	return true;
}

static bool check_name(const struct check *c)
{
	const char *name = c->cell->name;
	__u32 n = 0;

	while (n <= JAILHOUSE_CELL_NAME_MAXLEN && name[n]) {
		if ((unsigned char)name[n] < ' ' || name[n] == 0x7f || name[n] == '/')
			return finding(c, JAILHOUSE_CFG_NAME_CHARACTERS, NONE, NONE, n);
		n++;
	}
	if (n > JAILHOUSE_CELL_NAME_MAXLEN)
		return finding(c, JAILHOUSE_CFG_NAME_UNTERMINATED, NONE, NONE, 0);
	if (n == 0)
		return finding(c, JAILHOUSE_CFG_NAME_EMPTY, NONE, NONE, 0);
	return true;
}

/* The extension block follows the arrays; its size is checked with the file's. */
static bool ext_header(const struct check *c, __u64 offset, struct jailhouse_ext_header *header)
{
	const __u8 *src = (const __u8 *)c->cell + offset;
	__u8 *dest = (__u8 *)header;

	if (offset + sizeof(*header) > c->size)
		return false;
	for (__u32 i = 0; i < sizeof(*header); i++)
		dest[i] = src[i];
	return header->magic == JAILHOUSE_EXT_MAGIC && header->size >= sizeof(*header) &&
	       header->size <= c->size - offset && header->num_records <= JAILHOUSE_EXT_MAX_RECORDS;
}

static bool check_counts(const struct check *c)
{
	const struct jailhouse_cell_desc *cell = c->cell;
	struct jailhouse_ext_header ext;
	__u64 size;

	if (cell->cpu_set_size < 8 || cell->cpu_set_size > JAILHOUSE_CPU_SET_MAX ||
	    cell->cpu_set_size % 8)
		return finding(c, JAILHOUSE_CFG_CPU_SET_SIZE, NONE, NONE, cell->cpu_set_size);
	if (cell->num_memory_regions > JAILHOUSE_CONFIG_MAX_REGIONS)
		return finding(c, JAILHOUSE_CFG_MEM_COUNT, NONE, NONE, cell->num_memory_regions);
	if (cell->num_irqchips > JAILHOUSE_CONFIG_MAX_IRQCHIPS)
		return finding(c, JAILHOUSE_CFG_IRQCHIP_COUNT, NONE, NONE, cell->num_irqchips);
	if (cell->num_pci_devices > JAILHOUSE_CONFIG_MAX_PCI ||
	    cell->num_pci_caps > JAILHOUSE_CONFIG_MAX_PCI ||
	    cell->num_stream_ids > JAILHOUSE_CONFIG_MAX_PCI)
		return finding(c, JAILHOUSE_CFG_PCI_COUNT, NONE, NONE, 0);
	if (cell->num_cache_regions > JAILHOUSE_CONFIG_MAX_PCI ||
	    cell->num_pio_regions > JAILHOUSE_CONFIG_MAX_PCI)
		return finding(c, JAILHOUSE_CFG_COUNT_OVERFLOW, NONE, NONE, 0);

	/* No count is above 4096 now, so this sum fits 32 bits. */
	size = jailhouse_cell_config_size(cell);
	if (size > c->size)
		return finding(c, JAILHOUSE_CFG_SIZE_MISMATCH, NONE, NONE, size);
	if (cell->flags & JAILHOUSE_CELL_EXTENDED) {
		if (!ext_header(c, size, &ext))
			return finding(c, JAILHOUSE_CFG_EXT_HEADER, NONE, NONE, size);
		size += ext.size;
	}
	if (size != c->size)
		return finding(c, JAILHOUSE_CFG_SIZE_MISMATCH, NONE, NONE, size);
	return true;
}

static bool check_cpus(const struct check *c)
{
	const __u8 *set = (const __u8 *)c->cell + sizeof(*c->cell);
	bool any = false;

	for (__u32 i = 0; i < c->cell->cpu_set_size; i++) {
		if (set[i] && i >= JAILHOUSE_CONFIG_MAX_CPUS / 8)
			return finding(c, JAILHOUSE_CFG_CPU_RANGE, NONE, NONE, i * 8);
		any |= set[i] != 0;
	}
	if (!any)
		return finding(c, JAILHOUSE_CFG_CPU_SET_EMPTY, NONE, NONE, 0);
	return true;
}

static bool check_subpage(const struct check *c, __u32 i, const struct jailhouse_memory *mem)
{
	__u64 first = mem->virt_start, last = mem->virt_start + (mem->size - 1);

	if (first / 0x1000 != last / 0x1000 || !(mem->flags & MEM_IO_WIDTHS) ||
	    (first & PAGE_OFFSET_MASK) != (mem->phys_start & PAGE_OFFSET_MASK))
		return finding(c, JAILHOUSE_CFG_MEM_SUBPAGE, i, NONE, mem->virt_start);
	return true;
}

static bool check_region(const struct check *c, __u32 i, const struct jailhouse_memory *mem)
{
	bool comm = mem->flags & JAILHOUSE_MEM_COMM_REGION;
	__u64 limit = 1ULL << ADDRESS_BITS;

	if (mem->flags & ~(__u64)MEM_FLAGS_KNOWN ||
	    ((mem->flags & JAILHOUSE_MEM_LOADABLE) && (mem->flags & JAILHOUSE_MEM_IO)) ||
	    (comm && (mem->flags & (JAILHOUSE_MEM_IO | JAILHOUSE_MEM_LOADABLE))))
		return finding(c, JAILHOUSE_CFG_MEM_FLAGS, i, NONE, mem->flags);
	if (mem->virt_start + (mem->size - 1) < mem->virt_start)
		return finding(c, JAILHOUSE_CFG_MEM_WRAP, i, NONE, mem->virt_start);
	if (!comm && mem->phys_start + (mem->size - 1) < mem->phys_start)
		return finding(c, JAILHOUSE_CFG_MEM_WRAP, i, NONE, mem->phys_start);
	if (mem->virt_start + (mem->size - 1) >= limit)
		return finding(c, JAILHOUSE_CFG_MEM_RANGE, i, NONE, mem->virt_start);
	if (comm) {
		if (mem->size != 0x1000 || (mem->virt_start & PAGE_OFFSET_MASK))
			return finding(c, JAILHOUSE_CFG_COMM_REGION_SIZE, i, NONE, mem->size);
		if (c->root)
			return finding(c, JAILHOUSE_CFG_COMM_REGION_ROOT, i, NONE, 0);
		return true;
	}
	if (c->root && mem->phys_start != mem->virt_start)
		return finding(c, JAILHOUSE_CFG_ROOT_IDENTITY, i, NONE, mem->phys_start);
	if (JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
		return check_subpage(c, i, mem);
	if (mem->phys_start & PAGE_OFFSET_MASK)
		return finding(c, JAILHOUSE_CFG_MEM_PHYS_ALIGN, i, NONE, mem->phys_start);
	return true;
}

static bool check_memory(const struct check *c)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(c->cell);
	__u32 comm = NONE;

	for (__u32 i = 0; i < c->cell->num_memory_regions; i++) {
		if (mem[i].size == 0)
			continue;
		if (!check_region(c, i, &mem[i]))
			return false;
		if (mem[i].flags & JAILHOUSE_MEM_COMM_REGION) {
			if (comm != NONE)
				return finding(c, JAILHOUSE_CFG_COMM_REGION_TWICE, i, comm, 0);
			comm = i;
		}
		for (__u32 j = 0; j < i; j++)
			if (overlap(mem[i].virt_start, mem[i].size, mem[j].virt_start, mem[j].size))
				return finding(c, JAILHOUSE_CFG_MEM_OVERLAP, i, j,
					       mem[i].virt_start);
	}
	return true;
}

static bool check_interrupts(const struct check *c)
{
	const struct jailhouse_irqchip *chip = jailhouse_cell_irqchips(c->cell);
	__u32 n = c->cell->num_irqchips;

	for (__u32 i = 0; i < n; i++) {
		if (chip[i].pin_base % 32 || chip[i].pin_base < 32 || chip[i].pin_base > 1024 - 128)
			return finding(c, JAILHOUSE_CFG_IRQCHIP_PINS, i, NONE, chip[i].pin_base);
		for (__u32 j = 0; j < i; j++) {
			if (chip[j].address != chip[i].address)
				continue;
			for (__u32 w = 0; w < 4; w++) {
				__u32 word = chip[i].pin_base / 32 + w - chip[j].pin_base / 32;

				if (word < 4 && (chip[i].pin_bitmap[w] & chip[j].pin_bitmap[word]))
					return finding(c, JAILHOUSE_CFG_IRQ_TWICE, i, j,
						       chip[i].pin_base + 32 * w);
			}
		}
	}
	return true;
}

/* A power of two from 4 KiB to 1 MiB, as the mask of a BAR. */
static bool bar_mask_ok(__u32 mask)
{
	__u32 size = ~mask + 1;

	return size >= 0x1000 && size <= 0x100000 && !(size & (size - 1));
}

/* State table, common section and an output section each, back to back. */
static bool check_shmem_regions(const struct check *c, __u32 i,
				const struct jailhouse_pci_device *dev)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(c->cell);
	__u64 first = dev->shmem_regions_start, count = 2 + dev->shmem_peers;
	const __u64 excluded = JAILHOUSE_MEM_IO | JAILHOUSE_MEM_COMM_REGION |
			       JAILHOUSE_MEM_LOADABLE;
	__u64 next;

	if (first + count > c->cell->num_memory_regions)
		return finding(c, JAILHOUSE_CFG_SHMEM_REGIONS, i, NONE, first);
	mem += first;
	next = mem->virt_start;
	for (__u32 n = 0; n < count; n++) {
		if (!mem[n].size && n == 1)
			continue;
		if ((!mem[n].size && n == 0) || mem[n].flags & excluded ||
		    JAILHOUSE_MEMORY_IS_SUBPAGE(&mem[n]) ||
		    (mem[n].size && mem[n].virt_start != next) ||
		    (n > 2 && mem[n].size != mem[2].size))
			return finding(c, JAILHOUSE_CFG_SHMEM_REGIONS, i, NONE, first + n);
		next += mem[n].size;
	}
	return true;
}

static bool check_shmem(const struct check *c, __u32 i, const struct jailhouse_pci_device *dev)
{
	__u32 vectors = dev->num_msix_vectors;

	if (dev->shmem_peers < 1 || dev->shmem_peers > 12 || dev->shmem_dev_id >= dev->shmem_peers)
		return finding(c, JAILHOUSE_CFG_SHMEM_PEERS, i, NONE, dev->shmem_peers);
	if (!bar_mask_ok(dev->bar_mask[0]) || vectors > 16 ||
	    (vectors ? !bar_mask_ok(dev->bar_mask[1]) : dev->bar_mask[1]))
		return finding(c, JAILHOUSE_CFG_SHMEM_BARS, i, NONE, vectors);
	return check_shmem_regions(c, i, dev);
}

static bool check_pci(const struct check *c)
{
	const struct jailhouse_pci_device *dev = jailhouse_cell_pci_devices(c->cell);

	for (__u32 i = 0; i < c->cell->num_pci_devices; i++) {
		if ((__u32)dev[i].caps_start + dev[i].num_caps > c->cell->num_pci_caps)
			return finding(c, JAILHOUSE_CFG_PCI_CAPS, i, NONE, dev[i].caps_start);
		for (__u32 n = 0; n < i; n++)
			if (dev[n].bdf == dev[i].bdf && dev[n].domain == dev[i].domain)
				return finding(c, JAILHOUSE_CFG_PCI_TWICE, i, n, dev[i].bdf);
		if (dev[i].type == JAILHOUSE_PCI_TYPE_IVSHMEM && !check_shmem(c, i, &dev[i]))
			return false;
	}
	if (c->cell->vpci_irq_base > 1020 - 32 - 4)
		return finding(c, JAILHOUSE_CFG_VPCI_IRQ, NONE, NONE, c->cell->vpci_irq_base);
	return true;
}

static bool check_ext_policy(const struct check *c, __u32 i, const void *record, __u32 size)
{
	const struct jailhouse_ext_policy *policy = record;

	if (size != sizeof(*policy))
		return finding(c, JAILHOUSE_CFG_EXT_RECORD, i, NONE, size);
	if (policy->on_violation > JAILHOUSE_VIOLATION_ABORT)
		return finding(c, JAILHOUSE_CFG_EXT_VALUE, i, NONE, policy->on_violation);
	if (policy->flags &
	    ~(JAILHOUSE_POLICY_TRAP_WFI | JAILHOUSE_POLICY_SCRUB | JAILHOUSE_POLICY_EXECUTE))
		return finding(c, JAILHOUSE_CFG_EXT_VALUE, i, NONE, policy->flags);
	return true;
}

static bool check_ext_region_name(const struct check *c, __u32 i, const void *record, __u32 size)
{
	const struct jailhouse_ext_region_name *name = record;

	if (size != sizeof(*name))
		return finding(c, JAILHOUSE_CFG_EXT_RECORD, i, NONE, size);
	if (name->region >= c->cell->num_memory_regions || name->name[sizeof(name->name) - 1])
		return finding(c, JAILHOUSE_CFG_EXT_VALUE, i, NONE, name->region);
	return true;
}

static bool check_ext_gicr(const struct check *c, __u32 i, const void *record, __u32 size)
{
	const struct jailhouse_ext_gicr_region *region = record;

	if (size != sizeof(*region))
		return finding(c, JAILHOUSE_CFG_EXT_RECORD, i, NONE, size);
	if (!c->root || !region->base || (region->base & 0xffff) || region->base > MAX_GIC_BASE)
		return finding(c, JAILHOUSE_CFG_EXT_VALUE, i, NONE, region->base);
	if (!region->size || (region->size & 0x1ffff) ||
	    region->size > (1ULL << ADDRESS_BITS) - region->base)
		return finding(c, JAILHOUSE_CFG_EXT_VALUE, i, NONE, region->size);
	return true;
}

static bool check_extension(const struct check *c)
{
	__u64 offset = jailhouse_cell_config_size(c->cell);
	const struct jailhouse_ext_record *record;
	struct jailhouse_ext_header ext;
	__u64 end;
	__u32 i;

	if (!(c->cell->flags & JAILHOUSE_CELL_EXTENDED))
		return true;
	if (!ext_header(c, offset, &ext))
		return finding(c, JAILHOUSE_CFG_EXT_HEADER, NONE, NONE, offset);

	end = offset + ext.size;
	offset += sizeof(ext);
	for (i = 0; i < ext.num_records; i++) {
		record = (const void *)((const char *)c->cell + offset);
		if (end - offset < sizeof(*record) || record->size < sizeof(*record) ||
		    record->size % 8 || record->size > end - offset)
			return finding(c, JAILHOUSE_CFG_EXT_RECORD, i, NONE, offset);
		if (record->type == JAILHOUSE_EXT_POLICY) {
			if (!check_ext_policy(c, i, record, record->size))
				return false;
		} else if (record->type == JAILHOUSE_EXT_REGION_NAME) {
			if (!check_ext_region_name(c, i, record, record->size))
				return false;
		} else if (record->type == JAILHOUSE_EXT_GICR_REGION) {
			if (!check_ext_gicr(c, i, record, record->size))
				return false;
		} else if (record->flags & JAILHOUSE_EXT_MANDATORY) {
			return finding(c, JAILHOUSE_CFG_EXT_UNKNOWN, i, NONE, record->type);
		}
		offset += record->size;
	}
	if (offset != end)
		return finding(c, JAILHOUSE_CFG_EXT_RECORD, i, NONE, offset);
	return true;
}

static bool check_arrays(const struct check *c)
{
	if (c->cell->flags & ~(__u32)CELL_FLAGS_KNOWN)
		return finding(c, JAILHOUSE_CFG_CELL_FLAGS, NONE, NONE, c->cell->flags);
	return check_name(c) && check_counts(c) && check_cpus(c) && check_memory(c) &&
	       check_interrupts(c) && check_pci(c) && check_extension(c);
}

static bool check_reset_address(const struct check *c)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(c->cell);
	__u64 reset = c->cell->cpu_reset_address;

	for (__u32 i = 0; i < c->cell->num_memory_regions; i++)
		if ((mem[i].flags & JAILHOUSE_MEM_READ) &&
		    !(mem[i].flags & JAILHOUSE_MEM_COMM_REGION) &&
		    overlap(mem[i].virt_start, mem[i].size, reset, 4))
			return true;
	return finding(c, JAILHOUSE_CFG_RESET_ADDRESS, NONE, NONE, reset);
}

bool jailhouse_config_check_cell(const void *config, __u64 size, bool id_assigned,
				 struct jailhouse_config_finding *result)
{
	struct check c = { .cell = config, .size = size, .root = false, .finding = result };

	finding(&c, JAILHOUSE_CFG_OK, NONE, NONE, 0);
	if (size < sizeof(*c.cell))
		return finding(&c, JAILHOUSE_CFG_TRUNCATED, NONE, NONE, size);
	if (!check_signature(&c, c.cell->signature, JAILHOUSE_CELL_DESC_SIGNATURE,
			     c.cell->architecture, c.cell->revision))
		return false;
	if (id_assigned && (c.cell->id < 1 || c.cell->id > 255))
		return finding(&c, JAILHOUSE_CFG_CELL_ID, NONE, NONE, c.cell->id);
	return check_arrays(&c) && check_reset_address(&c);
}

static bool check_hv_memory(const struct check *c, const struct jailhouse_memory *hv)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(c->cell);

	if (hv->phys_start % 0x200000 || hv->size % 0x1000)
		return finding(c, JAILHOUSE_CFG_HV_MEMORY_ALIGN, NONE, NONE, hv->phys_start);
	if (hv->size < MIN_HV_MEMORY || hv->phys_start + (hv->size - 1) < hv->phys_start ||
	    hv->phys_start + (hv->size - 1) >= 1ULL << ADDRESS_BITS || hv->size > 1ULL << 28)
		return finding(c, JAILHOUSE_CFG_HV_MEMORY_SIZE, NONE, NONE, hv->size);
	for (__u32 i = 0; i < c->cell->num_memory_regions; i++)
		if (overlap(mem[i].phys_start, mem[i].size, hv->phys_start, hv->size))
			return finding(c, JAILHOUSE_CFG_HV_MEMORY_OVERLAP, i, NONE,
				       mem[i].phys_start);
	return true;
}

static bool check_platform(const struct check *c, const struct jailhouse_system *system)
{
	__u64 gicd = system->platform_info.arm.gicd_base;
	__u64 gicr = system->platform_info.arm.gicr_base;
	__u64 gicc = system->platform_info.arm.gicc_base;
	__u8 version = system->platform_info.arm.gic_version;
	__u8 irq = system->platform_info.arm.maintenance_irq;

	if (version != 2 && version != 3)
		return finding(c, JAILHOUSE_CFG_GIC_VERSION, NONE, NONE, version);
	if (!gicd || gicd & (version == 3 ? 0xffff : 0xfff) || gicd > MAX_GIC_BASE)
		return finding(c, JAILHOUSE_CFG_GIC_BASE, NONE, NONE, gicd);
	if (version == 3 && (!gicr || (gicr & 0xffff) || gicr > MAX_GIC_BASE))
		return finding(c, JAILHOUSE_CFG_GIC_BASE, NONE, NONE, gicr);
	if (version == 2 && (!gicc || (gicc & PAGE_OFFSET_MASK) || gicc > MAX_GIC_BASE))
		return finding(c, JAILHOUSE_CFG_GIC_BASE, NONE, NONE, gicc);
	/* 26, 27, 29, 30: the timers (Arm BSA, PPI assignments). */
	if (irq < 16 || irq > 31 || irq == 26 || irq == 27 || irq == 29 || irq == 30)
		return finding(c, JAILHOUSE_CFG_MAINTENANCE_IRQ, NONE, NONE, irq);
	return true;
}

bool jailhouse_config_check_system(const void *config, __u64 size,
				   struct jailhouse_config_finding *result)
{
	const struct jailhouse_system *system = config;
	const struct jailhouse_console *console;
	__u64 head = offsetof(struct jailhouse_system, root_cell);
	struct check c = { .cell = &system->root_cell,
			   .size = size - head,
			   .root = true,
			   .finding = result };

	finding(&c, JAILHOUSE_CFG_OK, NONE, NONE, 0);
	if (size < sizeof(*system))
		return finding(&c, JAILHOUSE_CFG_TRUNCATED, NONE, NONE, size);
	if (!check_signature(&c, system->signature, JAILHOUSE_SYSTEM_SIGNATURE,
			     system->architecture, system->revision))
		return false;
	if (system->flags & ~(__u32)JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE)
		return finding(&c, JAILHOUSE_CFG_SYSTEM_FLAGS, NONE, NONE, system->flags);
	if (system->root_cell.id != 0)
		return finding(&c, JAILHOUSE_CFG_ROOT_ID, NONE, NONE, system->root_cell.id);

	console = &system->debug_console;
	/* Some UARTs share a page, so registers need not begin with one. */
	if (CON_IS_MMIO(console->flags) && console->type != JAILHOUSE_CON_TYPE_NONE &&
	    (!console->address || (console->address & 3) || !console->size ||
	     console->size > 0x10000 || console->address >= 1ULL << ADDRESS_BITS))
		return finding(&c, JAILHOUSE_CFG_CONSOLE, NONE, NONE, console->address);
	return check_platform(&c, system) && check_arrays(&c) &&
	       check_hv_memory(&c, &system->hypervisor_memory);
}

#define RULE_NAME(name, text) [JAILHOUSE_CFG_##name] = #name,
#define RULE_TEXT(name, text) [JAILHOUSE_CFG_##name] = text,

const char *jailhouse_config_rule_name(enum jailhouse_config_rule rule)
{
	static const char *const names[JAILHOUSE_CFG_NUM_RULES] = { [JAILHOUSE_CFG_OK] = "OK",
								    JAILHOUSE_CONFIG_RULES(
									    RULE_NAME) };

	return (__u32)rule < JAILHOUSE_CFG_NUM_RULES ? names[rule] : "?";
}

const char *jailhouse_config_rule_text(enum jailhouse_config_rule rule)
{
	static const char *const texts[JAILHOUSE_CFG_NUM_RULES] = {
		[JAILHOUSE_CFG_OK] = "the config keeps all rules",
		JAILHOUSE_CONFIG_RULES(RULE_TEXT)
	};

	return (__u32)rule < JAILHOUSE_CFG_NUM_RULES ? texts[rule] : "?";
}

__u64 jailhouse_config_full_size(const struct jailhouse_cell_desc *cell)
{
	__u64 size = jailhouse_cell_config_size(cell);

	if (cell->flags & JAILHOUSE_CELL_EXTENDED)
		size += ((const struct jailhouse_ext_header *)((const char *)cell + size))->size;
	return size;
}
