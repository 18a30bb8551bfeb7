/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A cell with two CPUs, 2 and 3, for the SMP demo. As the inmate demo;
 * both cannot exist at once, since each takes CPU 3 and UART1.
 */
#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-extension.h>

#include "board.h"

enum { REGION_RAM, REGION_UART, REGION_COMM, NUM_REGIONS };

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
		.console = PL011_CONSOLE(INMATE_UART_BASE),
	},

	.cpus = { 1 << 2 | 1 << 3 },

	.mem_regions = {
		[REGION_RAM] = {
			.phys_start = SMP_RAM_BASE,
			.virt_start = 0,
			.size = SMP_RAM_SIZE,
			.flags = MEM_INMATE_RAM,
		},
		[REGION_UART] = {
			.phys_start = INMATE_UART_BASE,
			.virt_start = INMATE_UART_BASE,
			.size = 0x1000,
			.flags = MEM_MMIO,
		},
		[REGION_COMM] = {
			.virt_start = COMM_REGION_IPA,
			.size = 0x1000,
			.flags = MEM_COMM,
		},
	},

	.irqchips = {
		{
			.address = GICD_BASE,
			.pin_base = SPI_BANK_0,
			.pin_bitmap = { [SPI_WORD(INMATE_UART_SPI)] = SPI_BIT(INMATE_UART_SPI) },
		},
	},

	.ext = {
		.magic = JAILHOUSE_EXT_MAGIC,
		.size = sizeof(config.ext) + sizeof(config.names),
		.num_records = ARRAY_SIZE(config.names),
	},

	.names = {
		REGION_NAME(REGION_RAM, "demo RAM"),
		REGION_NAME(REGION_UART, "inmate UART (PL011)"),
		REGION_NAME(REGION_COMM, "communication region"),
	},
};
