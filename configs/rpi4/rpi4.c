/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The root cell of the Raspberry Pi 4: what Linux uses, one to one, by the device
 * tree. Not in it, so out of root's reach: the interrupt controller, the
 * hypervisor's memory, and the first 512 KiB of RAM, where TF-A lives.
 */
#include "board.h"

enum {
	REGION_RAM_LOW,
	REGION_RAM_MID,
	REGION_RAM_HIGH,
	REGION_PERIPHERALS,
	REGION_LOCAL,
	REGION_PCI,
	NUM_REGIONS
};

struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_region_name names[NUM_REGIONS];
} __attribute__((packed)) config = {
	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,
		.hypervisor_memory = {
			.phys_start = HYPERVISOR_BASE,
			.size = HYPERVISOR_SIZE,
		},
		.debug_console = MMIO_CONSOLE(8250, MINI_UART_BASE, 0),
		.platform_info = {
			.arm = {
				.maintenance_irq = KICK_PPI,
				.gic_version = GIC_VERSION,
				.gicd_base = GICD_BASE,
				.gicc_base = GICC_BASE,
				.gich_base = GICH_BASE,
				.gicv_base = GICV_BASE,
			},
		},
		.root_cell = {
			.name = "rpi4",
			.flags = JAILHOUSE_CELL_EXTENDED,
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
		},
	},

	.cpus = { 0xf },

	.mem_regions = {
		[REGION_RAM_LOW] = IDENTITY(RAM_LOW_BASE, RAM_LOW_SIZE, MEM_RAM),
		[REGION_RAM_MID] = IDENTITY(RAM_MID_BASE, RAM_MID_SIZE, MEM_RAM),
		[REGION_RAM_HIGH] = IDENTITY(RAM_HIGH_BASE, RAM_HIGH_SIZE, MEM_RAM),
		[REGION_PERIPHERALS] = IDENTITY(PERIPHERALS_BASE, PERIPHERALS_SIZE, MEM_MMIO),
		[REGION_LOCAL] = IDENTITY(LOCAL_BASE, LOCAL_SIZE, MEM_MMIO),
		[REGION_PCI] = IDENTITY(PCI_BASE, PCI_SIZE, MEM_MMIO),
	},

	.irqchips = {
		SPIS(GICD_BASE, 0, ALL_32, ALL_32, ALL_32, ALL_32),
		SPIS(GICD_BASE, 128, ALL_32, ALL_32, 0, 0),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM_LOW, "RAM below the hypervisor"),
		REGION_NAME(REGION_RAM_MID, "RAM up to the peripherals"),
		REGION_NAME(REGION_RAM_HIGH, "RAM above 4 GiB"),
		REGION_NAME(REGION_PERIPHERALS, "peripherals"),
		REGION_NAME(REGION_LOCAL, "local peripherals"),
		REGION_NAME(REGION_PCI, "PCIe memory window"),
	},
};
