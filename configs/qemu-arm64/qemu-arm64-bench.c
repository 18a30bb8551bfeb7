/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The cell that `make bench` counts: CPUs 2 and 3, 80 KiB of RAM at 0, an SPI
 * that no device raises, and no device; WITH_CHANNEL: peer 1 of the first channel.
 */
#include "board.h"

/* Behind those of the channels, INTID 220. */
#define FREE_SPI 188

#ifdef WITH_CHANNEL
enum { REGION_RAM, REGION_COMM, REGION_SHMEM, NUM_REGIONS = REGION_SHMEM + 2 + SHMEM_PEERS };
#else
enum { REGION_RAM, REGION_COMM, NUM_REGIONS };
#endif

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[2];
#ifdef WITH_CHANNEL
	struct jailhouse_pci_device pci_devices[1];
#endif
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "bench",
		.flags = JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED |
			 JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
#ifdef WITH_CHANNEL
		.num_pci_devices = ARRAY_SIZE(config.pci_devices),
#endif
		.vpci_irq_base = VPCI_SPI_FIRST,
		.msg_reply_timeout = 2000000,
	},

	.cpus = { 1 << 2 | 1 << 3 },

	.mem_regions = {
		[REGION_RAM] = RAM_AT_0(DEMO_RAM_BASE, KIB(80)),
		[REGION_COMM] = COMM_REGION,
#ifdef WITH_CHANNEL
		[REGION_SHMEM] = SHMEM_REGIONS(1),
#endif
	},

	.irqchips = {
		ONE_SPI(GICD_BASE, FREE_SPI),
		FOUR_SPIS(GICD_BASE, VPCI_SPI_FIRST),
	},

#ifdef WITH_CHANNEL
	.pci_devices = {
		IVSHMEM_INTX(0, REGION_SHMEM, 1, SHMEM_PEERS, JAILHOUSE_SHMEM_PROTO_UNDEFINED),
	},
#endif
};
