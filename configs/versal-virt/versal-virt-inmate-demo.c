/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A cell for the small demos and the tests: CPU 1, 1 MiB of RAM at 0, UART1
 * with its interrupt, and the communication region. It is asked before it is
 * shut down, and has two seconds to answer.
 */
#include "board.h"

enum { REGION_RAM, REGION_UART1, REGION_COMM, NUM_REGIONS };

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_region_name names[NUM_REGIONS];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "inmate-demo",
		.flags = JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED | JAILHOUSE_CELL_EXTENDED,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
		.cpu_reset_address = 0,
		.msg_reply_timeout = 2000000,
		.console = MMIO_CONSOLE(PL011, UART1_BASE, 0),
	},

	.cpus = { 1 << 1 },

	.mem_regions = {
		[REGION_RAM] = RAM_AT_0(DEMO_RAM_BASE, DEMO_RAM_SIZE),
		[REGION_UART1] = IDENTITY(UART1_BASE, 0x1000, MEM_MMIO),
		[REGION_COMM] = COMM_REGION,
	},

	.irqchips = {
		ONE_SPI(GICD_BASE, UART1_SPI),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM, "demo RAM"),
		REGION_NAME(REGION_UART1, "UART1 (PL011)"),
		REGION_NAME(REGION_COMM, "communication region"),
	},
};
