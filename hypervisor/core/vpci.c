/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual PCI host of a cell: configuration space (PCI Local Bus 3.0,
 * chapter 6), and where the functions' BARs lie. What the functions do is in
 * ivshmem.c.
 */
#include <hyp/vpci.h>

#include <hyp/cell.h>
#include <hyp/ivshmem_function.h>
#include <hyp/page_alloc.h>
#include <hyp/printk.h>

#define CAP_ID_VENDOR 0x09
#define CAP_ID_MSIX   0x11
#define BUS_SHIFT     20

static struct ivshmem *find_function(const struct cell *cell, u64 bdf)
{
	for (u32 i = 0; i < cell->num_channels; i++)
		if (cell->channels[i].dev->bdf == bdf)
			return &cell->channels[i];
	return NULL;
}

/* Bits that can be written. */
static u32 writable(const struct ivshmem *fn, u32 word)
{
	switch (word) {
	case PCI_COMMAND:
		return PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE;
	case PCI_BAR0:
	case PCI_BAR0 + 1:
		return fn->dev->bar_mask[word - PCI_BAR0];
	case IVSHMEM_CAP:
		return IVSHMEM_CAP_ONE_SHOT;
	case IVSHMEM_MSIX:
		return fn->dev->num_msix_vectors ? PCI_MSIX_ENABLE | PCI_MSIX_MASK_ALL : 0;
	default:
		return 0;
	}
}

/* The ECAM window. A bus scan meets nothing but ones where nothing is. */
static enum mmio_result ecam(struct cell *cell, u64 unused __unused_arg, struct mmio_access *a)
{
	struct ivshmem *fn = find_function(cell, a->offset >> 12);
	u32 reg = a->offset & 0xfff, shift = (reg & 3) * 8, bytes;

	if (a->size > 4 || (reg & (a->size - 1)))
		return MMIO_REFUSED;
	bytes = ~0u >> (32 - 8 * a->size);
	if (!fn || reg / 4 >= IVSHMEM_CONFIG_WORDS) {
		a->value = bytes;
		return MMIO_DONE;
	}
	if (a->write)
		ivshmem_write_config(fn, reg / 4, (u32)a->value << shift,
				     writable(fn, reg / 4) & bytes << shift);
	else
		a->value = fn->config[reg / 4] >> shift & bytes;
	return MMIO_DONE;
}

static void set64(u32 *words, u64 value)
{
	words[0] = (u32)value;
	words[1] = (u32)(value >> 32);
}

static bool add_bars(struct ivshmem *fn)
{
	static const mmio_handler handlers[IVSHMEM_BARS] = { ivshmem_registers, ivshmem_msix };

	for (u32 bar = 0; bar < IVSHMEM_BARS; bar++) {
		if (!fn->dev->bar_mask[bar])
			continue;
		fn->bars[bar] = mmio_append(&fn->cell->mmio,
					    range_of(MMIO_NOWHERE, ~fn->dev->bar_mask[bar] + 1ULL),
					    handlers[bar], (u64)fn);
		if (!fn->bars[bar])
			return false;
	}
	return true;
}

static void init_function(struct ivshmem *fn, struct cell *cell,
			  const struct jailhouse_pci_device *dev)
{
	const struct jailhouse_memory *mem = cell_region(cell, dev->shmem_regions_start);
	u32 pin = dev->bdf >> 3 & 3, *cap = fn->config + IVSHMEM_CAP;

	fn->cell = cell;
	fn->dev = dev;
	fn->intx = 32 + cell->config->vpci_irq_base + pin;
	fn->config[0] = IVSHMEM_DEVICE_ID << 16 | IVSHMEM_VENDOR_ID;
	/* Status: has capabilities. */
	fn->config[PCI_COMMAND] = 0x00100000;
	/* Class "unassigned"; the rest of it is the protocol. */
	fn->config[2] = 0xff000000 | (u32)dev->shmem_protocol << 8;
	fn->config[11] = fn->config[0];
	fn->config[13] = IVSHMEM_CAP_START;
	cap[0] = IVSHMEM_CAP_LENGTH << 16 | CAP_ID_VENDOR;
	cap[IVSHMEM_CAP_STATE_TABLE_SIZE / 4] = (u32)mem[0].size;
	set64(cap + IVSHMEM_CAP_RW_SIZE / 4, mem[1].size);
	set64(cap + IVSHMEM_CAP_OUTPUT_SIZE / 4, mem[2].size);
	set64(cap + IVSHMEM_CAP_BASE / 4, mem[0].virt_start);
	if (!dev->num_msix_vectors) {
		fn->config[15] = (pin + 1) << 8;
		return;
	}
	cap[0] |= IVSHMEM_MSIX_CAP_START << 8;
	fn->config[IVSHMEM_MSIX] = (dev->num_msix_vectors - 1u) << 16 | CAP_ID_MSIX;
	/* Both in BAR 1. */
	fn->config[IVSHMEM_MSIX + 1] = 1;
	fn->config[IVSHMEM_MSIX + 2] = IVSHMEM_MSIX_PBA | 1;
}

static u32 channel_pages(const struct cell *cell)
{
	return (u32)((cell->config->num_pci_devices * sizeof(struct ivshmem) + PAGE_MASK) >>
		     PAGE_SHIFT);
}

static long add_function(struct cell *cell, const struct jailhouse_pci_device *dev)
{
	const struct cell *owner = ivshmem_peer_owner(dev->bdf, dev->shmem_dev_id);
	struct ivshmem *fn = &cell->channels[cell->num_channels];
	u32 buses = system_config()->platform_info.pci_mmconfig_end_bus + 1u;

	if (owner)
		return reason(-EBUSY, "cell \"%s\" is peer %u of the ivshmem device 0x%x already",
			      owner->config->name, dev->shmem_dev_id, dev->bdf);
	if (!system_config()->platform_info.pci_mmconfig_base || dev->bdf >> 8 >= buses)
		return reason(-EINVAL,
			      "the ivshmem device 0x%x lies outside of the bus; set "
			      "pci_mmconfig_base and pci_mmconfig_end_bus in the system config",
			      dev->bdf);
	init_function(fn, cell, dev);
	if (!add_bars(fn) || ivshmem_attach(fn))
		return reason(-ENOMEM, "there are too many ivshmem links or windows");
	cell->num_channels++;
	printk("Adding virtual PCI device %02x:%02x.%u to cell \"%s\"\n", dev->bdf >> 8,
	       dev->bdf >> 3 & 0x1fu, dev->bdf & 7u, cell->config->name);
	return 0;
}

/* A scan looks at functions 1 to 7 only if the header of number 0 says so. */
static void mark_multifunction(struct cell *cell)
{
	for (u32 i = 0; i < cell->num_channels; i++) {
		struct ivshmem *zero = find_function(cell, cell->channels[i].dev->bdf & ~7u);

		if (zero && zero != &cell->channels[i])
			zero->config[3] = 0x00800000;
	}
}

long vpci_create(struct cell *cell)
{
	const struct jailhouse_pci_device *dev = jailhouse_cell_pci_devices(cell->config);
	const __typeof__(system_config()->platform_info) *info = &system_config()->platform_info;
	long err = 0;

	if (cell->config->num_pci_devices) {
		cell->channels = page_alloc(channel_pages(cell), 1);
		if (!cell->channels)
			return reason(-ENOMEM, "the page pool has no room for virtual devices");
	}
	for (u32 i = 0; !err && i < cell->config->num_pci_devices; i++)
		if (dev[i].type == JAILHOUSE_PCI_TYPE_IVSHMEM)
			err = add_function(cell, &dev[i]);
	if (err)
		return err;
	mark_multifunction(cell);
	/* Root has a physical host bridge for itself. */
	if (!info->pci_mmconfig_base || (cell_is_root(cell) && !info->pci_is_virtual))
		return 0;
	err = mmio_add(&cell->mmio,
		       range_of(info->pci_mmconfig_base, (info->pci_mmconfig_end_bus + 1ULL)
								 << BUS_SHIFT),
		       ecam, 0);
	return err ? reason(err, "no room for the window at pci_mmconfig_base, or a sub-page "
				 "region or the interrupt controller overlaps it") :
		     0;
}

void vpci_destroy(struct cell *cell)
{
	for (u32 i = 0; i < cell->num_channels; i++)
		ivshmem_detach(&cell->channels[i]);
	if (cell->channels)
		page_free(cell->channels, channel_pages(cell));
}

void vpci_reset(struct cell *cell)
{
	for (u32 i = 0; i < cell->num_channels; i++)
		ivshmem_reset(&cell->channels[i]);
}

long vpci_info(const struct cell *cell, u64 n, u64 what)
{
	const struct ivshmem *fn;

	if (n >= cell->num_channels)
		return -ENOENT;
	fn = &cell->channels[n];
	switch (what) {
	case JAILHOUSE_CHANNEL_BDF:
		return fn->dev->bdf;
	case JAILHOUSE_CHANNEL_STATE:
		return fn->state;
	case JAILHOUSE_CHANNEL_SENT:
		return fn->counts.sent;
	case JAILHOUSE_CHANNEL_RECEIVED:
		return fn->counts.received;
	case JAILHOUSE_CHANNEL_DROPPED:
		return fn->counts.dropped;
	default:
		return -EINVAL;
	}
}
