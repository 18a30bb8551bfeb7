/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ivshmem function as drivers of Linux meet it: its registers, and where its
 * sections lie.
 */
#pragma once

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/pci.h>

#include <jailhouse/ivshmem.h>

#define IVSHMEM_REGISTERS_BAR 0

/* Its name before 6.10. */
#ifndef PCI_IRQ_INTX
#define PCI_IRQ_INTX PCI_IRQ_LEGACY
#endif

/** All of the shared memory, in the order in which it lies there. */
enum ivshmem_section {
	IVSHMEM_STATE_TABLE,
	IVSHMEM_COMMON,
	IVSHMEM_OUTPUTS,
	IVSHMEM_NUM_SECTIONS,
};

/** What does not change while a driver has the function. */
struct ivshmem_info {
	/** Offset of the vendor-specific capability. */
	int cap;
	u32 id;
	u32 peers;
	/** Physical addresses. */
	u64 start[IVSHMEM_NUM_SECTIONS];
	u64 size[IVSHMEM_NUM_SECTIONS];
	/** Of one output section. */
	u64 output_size;
};

static inline u64 ivshmem_read_cap64(struct pci_dev *pdev, int offset)
{
	u32 low = 0, high = 0;

	pci_read_config_dword(pdev, offset, &low);
	pci_read_config_dword(pdev, offset + 4, &high);
	return (u64)high << 32 | low;
}

/** The sections of an enabled function, whose registers are mapped. -ENODEV if it
 *  is none of ours. */
static inline int ivshmem_look(struct pci_dev *pdev, void __iomem *registers,
			       struct ivshmem_info *info)
{
	u32 table = 0;

	info->cap = pci_find_capability(pdev, PCI_CAP_ID_VNDR);
	if (!info->cap)
		return -ENODEV;
	info->id = readl(registers + IVSHMEM_REG_ID);
	info->peers = readl(registers + IVSHMEM_REG_MAX_PEERS);
	if (info->id >= info->peers || info->peers > IVSHMEM_MAX_PEERS)
		return -ENODEV;
	pci_read_config_dword(pdev, info->cap + IVSHMEM_CAP_STATE_TABLE_SIZE, &table);
	info->output_size = ivshmem_read_cap64(pdev, info->cap + IVSHMEM_CAP_OUTPUT_SIZE);
	info->size[IVSHMEM_STATE_TABLE] = table;
	info->size[IVSHMEM_COMMON] = ivshmem_read_cap64(pdev, info->cap + IVSHMEM_CAP_RW_SIZE);
	info->size[IVSHMEM_OUTPUTS] = info->output_size * info->peers;
	info->start[IVSHMEM_STATE_TABLE] = ivshmem_read_cap64(pdev, info->cap + IVSHMEM_CAP_BASE);
	for (int i = IVSHMEM_COMMON; i < IVSHMEM_NUM_SECTIONS; i++)
		info->start[i] = info->start[i - 1] + info->size[i - 1];
	return 0;
}

static inline void ivshmem_set_one_shot(struct pci_dev *pdev, const struct ivshmem_info *info,
					bool on)
{
	pci_write_config_byte(pdev, info->cap + IVSHMEM_CAP_PRIV_CONTROL,
			      on ? IVSHMEM_ONE_SHOT : 0);
}
