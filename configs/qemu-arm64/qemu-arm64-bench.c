/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The cell that `make bench` counts: CPUs 2 and 3, 64 KiB of RAM at 0, an SPI
 * that no device raises, and no device at all.
 */
#include "board.h"

/* The first one beyond the platform bus, INTID 208. */
#define FREE_SPI 176

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[2];
	struct jailhouse_irqchip irqchips[1];
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
		.msg_reply_timeout = 2000000,
	},

	.cpus = { 1 << 2 | 1 << 3 },

	.mem_regions = {
		RAM_AT_0(DEMO_RAM_BASE, KIB(64)),
		COMM_REGION,
	},

	.irqchips = {
		ONE_SPI(GICD_BASE, FREE_SPI),
	},
};
