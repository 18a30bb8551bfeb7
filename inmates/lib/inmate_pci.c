/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* PCI configuration space through the ECAM window, and interrupt messages. */
#include <inmate.h>

#define BUS_SIZE      0x100000UL
#define BUS_FUNCTIONS 256
#define MAX_CAPS      48

#define MSI_CTRL        2
#define MSI_CTRL_ENABLE (1 << 0)
#define MSI_CTRL_64BIT  (1 << 7)
#define MSIX_CTRL       2
#define MSIX_TABLE      4
#define MSIX_ENTRY_SIZE 16

static void *config_address(u16 bdf, unsigned int addr)
{
	u8 *base = (u8 *)comm_region->pci_mmconfig_base;

	if (!base)
		return NULL;
	map_range(base + (bdf >> 8) * BUS_SIZE, BUS_SIZE, MAP_UNCACHED);
	return base + ((unsigned long)bdf << 12) + (addr & 0xfff);
}

int pci_init(void)
{
	return config_address(0, 0) ? 0 : -1;
}

u32 pci_read_config(u16 bdf, unsigned int addr, unsigned int size)
{
	void *p = config_address(bdf, addr);

	if (!p)
		return 0xffffffff;
	switch (size) {
	case 1:
		return io_read8(p);
	case 2:
		return io_read16(p);
	case 4:
		return io_read32(p);
	default:
		return 0xffffffff;
	}
}

void pci_write_config(u16 bdf, unsigned int addr, u32 value, unsigned int size)
{
	void *p = config_address(bdf, addr);

	if (!p)
		return;
	switch (size) {
	case 1:
		io_write8(p, (u8)value);
		break;
	case 2:
		io_write16(p, (u16)value);
		break;
	case 4:
		io_write32(p, value);
		break;
	default:
		break;
	}
}

int pci_find_device(u16 vendor, u16 device, u16 start_bdf)
{
	u32 id;

	for (unsigned int bdf = start_bdf; bdf < BUS_FUNCTIONS; bdf++) {
		id = pci_read_config((u16)bdf, PCI_CFG_VENDOR_ID, 2);
		if (id == PCI_ID_ANY || (vendor != PCI_ID_ANY && id != vendor))
			continue;
		if (device == PCI_ID_ANY ||
		    pci_read_config((u16)bdf, PCI_CFG_DEVICE_ID, 2) == device)
			return (int)bdf;
	}
	return -1;
}

int pci_find_cap(u16 bdf, u16 cap)
{
	u8 position = PCI_CFG_CAP_PTR - 1;

	if (!(pci_read_config(bdf, PCI_CFG_STATUS, 2) & PCI_STS_CAPS))
		return -1;
	/* A list cannot be longer than the space; a broken one may have a loop. */
	for (unsigned int n = 0; n < MAX_CAPS; n++) {
		position = (u8)pci_read_config(bdf, position + 1, 1);
		if (position == 0 || position == 0xff)
			return -1;
		if (pci_read_config(bdf, position, 1) == cap)
			return position;
	}
	return -1;
}

void pci_msi_set_vector(u16 bdf, unsigned int vector)
{
	int cap = pci_find_cap(bdf, PCI_CAP_MSI);
	unsigned int at = (unsigned int)cap;
	u32 ctrl, data;

	if (cap < 0)
		return;
	ctrl = pci_read_config(bdf, at + MSI_CTRL, 2);
	data = at + (ctrl & MSI_CTRL_64BIT ? 12 : 8);
	pci_write_config(bdf, at + 4, 0, 4);
	if (ctrl & MSI_CTRL_64BIT)
		pci_write_config(bdf, at + 8, 0, 4);
	pci_write_config(bdf, data, vector, 2);
	pci_write_config(bdf, at + MSI_CTRL, ctrl | MSI_CTRL_ENABLE, 2);
}

void pci_msix_set_vector(u16 bdf, unsigned int vector, u32 index)
{
	int cap = pci_find_cap(bdf, PCI_CAP_MSIX);
	unsigned int at = (unsigned int)cap, bar;
	u32 ctrl, where;
	u64 base;
	u8 *entry;

	if (cap < 0)
		return;
	ctrl = pci_read_config(bdf, at + MSIX_CTRL, 2);
	pci_write_config(bdf, at + MSIX_CTRL, ctrl | MSIX_CTRL_ENABLE | MSIX_CTRL_FMASK, 2);
	where = pci_read_config(bdf, at + MSIX_TABLE, 4);
	bar = PCI_CFG_BAR + 4 * (where & 7);
	base = pci_read_config(bdf, bar, 4);
	if (base & PCI_BAR_64BIT)
		base |= (u64)pci_read_config(bdf, bar + 4, 4) << 32;
	entry = (u8 *)((base & ~0xfULL) + (where & ~7u) + index * MSIX_ENTRY_SIZE);
	map_range(entry, MSIX_ENTRY_SIZE, MAP_UNCACHED);
	io_write32(entry, 0);
	io_write32(entry + 4, 0);
	io_write32(entry + 8, vector);
	io_write32(entry + 12, 0);
	pci_write_config(bdf, at + MSIX_CTRL, (ctrl | MSIX_CTRL_ENABLE) & ~(u32)MSIX_CTRL_FMASK, 2);
}
