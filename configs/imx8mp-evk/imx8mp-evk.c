/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The root cell of the i.MX 8M Plus EVK: what Linux uses, one to one, by the
 * device tree. Not in it, so out of root's reach: the interrupt controller, the
 * hypervisor's memory, and on-chip memory, where the firmware lives.
 */
#include "board.h"

enum {
	REGION_RAM_LOW,
	REGION_RAM_MID,
	REGION_RAM_HIGH,
	REGION_FLEXSPI,
	REGION_PCI,
	REGION_CORESIGHT,
	REGION_AIPS_1_2_3_5,
	REGION_NOC,
	REGION_AIPS_4,
	REGION_PCI_CORE,
	REGION_GPU_USB_VPU,
	REGION_DDRC,
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
		.debug_console = MMIO_CONSOLE(IMX, UART2_BASE, 0),
		.platform_info = {
			.arm = {
				.maintenance_irq = KICK_PPI,
				.gic_version = GIC_VERSION,
				.gicd_base = GICD_BASE,
				.gicr_base = GICR_BASE,
			},
		},
		.root_cell = {
			.name = "imx8mp-evk",
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
		[REGION_FLEXSPI] = IDENTITY(FLEXSPI_BASE, FLEXSPI_SIZE, MEM_MMIO),
		[REGION_PCI] = IDENTITY(PCI_BASE, PCI_SIZE, MEM_MMIO),
		[REGION_CORESIGHT] = IDENTITY(CORESIGHT_BASE, CORESIGHT_SIZE, MEM_MMIO),
		[REGION_AIPS_1_2_3_5] = IDENTITY(AIPS_1_2_3_5_BASE, AIPS_1_2_3_5_SIZE, MEM_MMIO),
		[REGION_NOC] = IDENTITY(NOC_BASE, NOC_SIZE, MEM_MMIO),
		[REGION_AIPS_4] = IDENTITY(AIPS_4_BASE, AIPS_4_SIZE, MEM_MMIO),
		[REGION_PCI_CORE] = IDENTITY(PCI_CORE_BASE, PCI_CORE_SIZE, MEM_MMIO),
		[REGION_GPU_USB_VPU] = IDENTITY(GPU_USB_VPU_BASE, GPU_USB_VPU_SIZE, MEM_MMIO),
		[REGION_DDRC] = IDENTITY(DDRC_BASE, DDRC_SIZE, MEM_MMIO),
	},

	.irqchips = {
		SPIS(GICD_BASE, 0, ALL_32, ALL_32, ALL_32, ALL_32),
		SPIS(GICD_BASE, 128, ALL_32, 0, 0, 0),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM_LOW, "RAM below the hypervisor"),
		REGION_NAME(REGION_RAM_MID, "RAM up to 4 GiB"),
		REGION_NAME(REGION_RAM_HIGH, "RAM above 4 GiB"),
		REGION_NAME(REGION_FLEXSPI, "FlexSPI flash window"),
		REGION_NAME(REGION_PCI, "PCIe windows"),
		REGION_NAME(REGION_CORESIGHT, "CoreSight"),
		REGION_NAME(REGION_AIPS_1_2_3_5, "AIPS-1, 2, 3, 5"),
		REGION_NAME(REGION_NOC, "interconnect"),
		REGION_NAME(REGION_AIPS_4, "AIPS-4"),
		REGION_NAME(REGION_PCI_CORE, "PCIe core"),
		REGION_NAME(REGION_GPU_USB_VPU, "GPU, USB, VPU, NPU"),
		REGION_NAME(REGION_DDRC, "DDR controller"),
	},
};
