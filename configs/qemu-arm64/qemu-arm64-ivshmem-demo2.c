/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The second cell of the channels: CPU 2, 1 MiB of RAM at 0, the virtual
 * console; peer 2 of the first channel of board.h, with MSI-X.
 */
#include "board.h"

enum { REGION_RAM, REGION_COMM, REGION_SHMEM, NUM_REGIONS = REGION_SHMEM + 2 + SHMEM_PEERS };

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_pci_device pci_devices[1];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "ivshmem-demo2",
		.flags = JAILHOUSE_CELL_PASSIVE_COMMREG |
			 JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED |
			 JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
		.num_pci_devices = ARRAY_SIZE(config.pci_devices),
		.vpci_irq_base = VPCI_SPI_SECOND,
		.cpu_reset_address = 0,
	},

	.cpus = { 1 << 2 },

	.mem_regions = {
		[REGION_RAM] = RAM_AT_0(SECOND_RAM_BASE, SECOND_RAM_SIZE),
		[REGION_COMM] = COMM_REGION,
		[REGION_SHMEM] = SHMEM_REGIONS(2),
	},

	.irqchips = {
		FOUR_SPIS(GICD_BASE, VPCI_SPI_SECOND),
	},

	.pci_devices = {
		IVSHMEM_MSIX(0, REGION_SHMEM, 2, SHMEM_PEERS, JAILHOUSE_SHMEM_PROTO_UNDEFINED, 2),
	},
};
