/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ivshmem functions of an inmate.
 */
#include <inmate_ivshmem.h>

#define BUS_SIZE    0x100000UL
#define BAR_SIZE    0x10000UL
#define PCI_CFG_PIN 0x3d

/* BARs lie behind the configuration space of bus 0, in the order of opening. */
static unsigned long next_bar;

static u64 read_cap64(u16 bdf, unsigned int at)
{
	return pci_read_config(bdf, at, 4) | (u64)pci_read_config(bdf, at + 4, 4) << 32;
}

/* The next address for a BAR that is there; each gets the room of a large one. */
static void *place_bar(u16 bdf, unsigned int n)
{
	unsigned int reg = PCI_CFG_BAR + 4 * n;
	unsigned long address;

	pci_write_config(bdf, reg, ~0u, 4);
	if (!pci_read_config(bdf, reg, 4))
		return NULL;
	if (!next_bar)
		next_bar = comm_region->pci_mmconfig_base + BUS_SIZE;
	address = next_bar;
	next_bar += BAR_SIZE;
	pci_write_config(bdf, reg, (u32)address, 4);
	return (void *)address;
}

static void set_up_vectors(struct ivshmem_device *dev, int cap)
{
	if (cap < 0) {
		dev->irq = 32 + comm_region->vpci_irq_base +
			   pci_read_config(dev->bdf, PCI_CFG_PIN, 1) - 1;
		return;
	}
	dev->vectors = (pci_read_config(dev->bdf, (unsigned int)cap + 2, 2) & 0x7ff) + 1;
	dev->irq = 32 + comm_region->vpci_irq_base;
	for (u32 n = 0; n < dev->vectors; n++)
		pci_msix_set_vector(dev->bdf, dev->irq + n, n);
}

static void map_sections(struct ivshmem_device *dev, unsigned int cap)
{
	u64 table = pci_read_config(dev->bdf, cap + IVSHMEM_CAP_STATE_TABLE_SIZE, 4);
	u64 base = read_cap64(dev->bdf, cap + IVSHMEM_CAP_BASE);

	dev->common_size = read_cap64(dev->bdf, cap + IVSHMEM_CAP_RW_SIZE);
	dev->output_size = read_cap64(dev->bdf, cap + IVSHMEM_CAP_OUTPUT_SIZE);
	dev->states = (const volatile u32 *)base;
	dev->common = dev->common_size ? (void *)(base + table) : NULL;
	dev->inputs = (const void *)(base + table + dev->common_size);
	dev->output = (void *)(base + table + dev->common_size + dev->id * dev->output_size);
	map_range((void *)base, table + dev->common_size + dev->peers * dev->output_size,
		  MAP_CACHED);
}

int ivshmem_open(struct ivshmem_device *dev, int bdf)
{
	int cap;

	if (pci_init() < 0)
		return -1;
	bdf = pci_find_device(IVSHMEM_VENDOR_ID, IVSHMEM_DEVICE_ID, (u16)(bdf + 1));
	if (bdf < 0)
		return -1;
	memset(dev, 0, sizeof(*dev));
	dev->bdf = (u16)bdf;
	cap = pci_find_cap(dev->bdf, PCI_CAP_VENDOR);
	if (cap < 0)
		return -1;
	dev->protocol = pci_read_config(dev->bdf, PCI_CFG_CLASS_REV, 4) >> 8 & 0xffff;
	dev->registers = place_bar(dev->bdf, 0);
	map_range((void *)dev->registers, BAR_SIZE, MAP_UNCACHED);
	if (place_bar(dev->bdf, 1))
		map_range((void *)dev->registers, 2 * BAR_SIZE, MAP_UNCACHED);
	pci_write_config(dev->bdf, PCI_CFG_COMMAND, PCI_CMD_MEM | PCI_CMD_MASTER, 2);
	dev->id = dev->registers[IVSHMEM_REG_ID / 4];
	dev->peers = dev->registers[IVSHMEM_REG_MAX_PEERS / 4];
	set_up_vectors(dev, pci_find_cap(dev->bdf, PCI_CAP_MSIX));
	map_sections(dev, (unsigned int)cap);
	return bdf;
}

void ivshmem_enable_interrupts(const struct ivshmem_device *dev, bool one_shot)
{
	int cap = pci_find_cap(dev->bdf, PCI_CAP_VENDOR);

	pci_write_config(dev->bdf, (unsigned int)cap + IVSHMEM_CAP_PRIV_CONTROL,
			 one_shot ? IVSHMEM_ONE_SHOT : 0, 1);
	dev->registers[IVSHMEM_REG_INT_CONTROL / 4] = IVSHMEM_INT_ENABLE;
}
