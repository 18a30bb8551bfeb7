/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The first cell of the channels: CPU 3, 1 MiB of RAM at 0, the virtual
 * console; peer 1 of all three channels of board.h, with INTx.
 */
#include "board.h"

enum {
	REGION_RAM,
	REGION_COMM,
	REGION_SHMEM,
	REGION_NET = REGION_SHMEM + 2 + SHMEM_PEERS,
	REGION_IPI = REGION_NET + 4,
	NUM_REGIONS = REGION_IPI + 4
};

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_pci_device pci_devices[3];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "ivshmem-demo",
		.flags = JAILHOUSE_CELL_PASSIVE_COMMREG |
			 JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED |
			 JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
		.num_pci_devices = ARRAY_SIZE(config.pci_devices),
		.vpci_irq_base = VPCI_SPI_FIRST,
		.cpu_reset_address = 0,
	},

	.cpus = { 1 << 3 },

	.mem_regions = {
		[REGION_RAM] = RAM_AT_0(DEMO_RAM_BASE, DEMO_RAM_SIZE),
		[REGION_COMM] = COMM_REGION,
		[REGION_SHMEM] = SHMEM_REGIONS(1),
		JAILHOUSE_SHMEM_NET_REGIONS(SHMEM_NET_BASE, 1),
		SHMEM_IPI_REGIONS,
	},

	.irqchips = {
		FOUR_SPIS(GICD_BASE, VPCI_SPI_FIRST),
	},

	.pci_devices = {
		IVSHMEM_INTX(0, REGION_SHMEM, 1, SHMEM_PEERS, JAILHOUSE_SHMEM_PROTO_UNDEFINED),
		IVSHMEM_INTX(1, REGION_NET, 1, 2, JAILHOUSE_SHMEM_PROTO_VETH),
		IVSHMEM_INTX(2, REGION_IPI, 1, 2, JAILHOUSE_SHMEM_PROTO_CUSTOM),
	},
};
