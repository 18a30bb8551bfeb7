/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A cell with two CPUs, 2 and 3, for the SMP demo. As the inmate demo;
 * both cannot exist at once, since each takes CPU 3 and the UART.
 */
#include "board.h"

enum { REGION_RAM, REGION_UART4, REGION_COMM, NUM_REGIONS };

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
		.name = "smp-demo",
		.flags = JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED | JAILHOUSE_CELL_EXTENDED,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
		.cpu_reset_address = 0,
		.msg_reply_timeout = 2000000,
		.console = MMIO_CONSOLE(IMX, UART4_BASE, UART4_DIVIDER),
	},

	.cpus = { 1 << 2 | 1 << 3 },

	.mem_regions = {
		[REGION_RAM] = RAM_AT_0(SMP_RAM_BASE, SMP_RAM_SIZE),
		[REGION_UART4] = IDENTITY(UART4_BASE, KIB(64), MEM_MMIO),
		[REGION_COMM] = COMM_REGION,
	},

	.irqchips = {
		ONE_SPI(GICD_BASE, UART4_SPI),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM, "demo RAM"),
		REGION_NAME(REGION_UART4, "UART4 (i.MX)"),
		REGION_NAME(REGION_COMM, "communication region"),
	},
};
