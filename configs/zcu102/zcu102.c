/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The root cell of the ZCU102: what Linux uses, one to one, by the device tree.
 * Not in it, so out of root's reach: the interrupt controller; the hypervisor's
 * memory; clock, reset and power control, which the firmware does for Linux; the
 * IOMMU; and on-chip memory.
 */
#include "board.h"

enum {
	REGION_RAM_LOW,
	REGION_RAM_MID,
	REGION_RAM_HIGH,
	REGION_QSPI,
	REGION_PCI_MMIO,
	REGION_DDRC,
	REGION_SATA,
	REGION_PCI_BRIDGE,
	REGION_SIOU,
	REGION_SERDES,
	REGION_PCI_CORE,
	REGION_DISPLAY,
	REGION_FPD_DMA,
	REGION_USB_HOST,
	REGION_LPD_IO,
	REGION_OCM_CONTROL,
	REGION_IPI,
	REGION_USB_GLUE,
	REGION_AMS_RTC,
	REGION_LPD_DMA,
	REGION_TCM,
	REGION_PCI_PREFETCH,
	REGION_PCI_CONFIG,
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
		.debug_console = MMIO_CONSOLE(XUARTPS, UART0_BASE, 0),
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
			.name = "zcu102",
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
		[REGION_QSPI] = IDENTITY(QSPI_BASE, QSPI_SIZE, MEM_MMIO),
		[REGION_PCI_MMIO] = IDENTITY(PCI_MMIO_BASE, PCI_MMIO_SIZE, MEM_MMIO),
		[REGION_DDRC] = IDENTITY(DDRC_BASE, DDRC_SIZE, MEM_MMIO),
		[REGION_SATA] = IDENTITY(SATA_BASE, SATA_SIZE, MEM_MMIO),
		[REGION_PCI_BRIDGE] = IDENTITY(PCI_BRIDGE_BASE, PCI_BRIDGE_SIZE, MEM_MMIO),
		[REGION_SIOU] = IDENTITY(SIOU_BASE, SIOU_SIZE, MEM_MMIO),
		[REGION_SERDES] = IDENTITY(SERDES_BASE, SERDES_SIZE, MEM_MMIO),
		[REGION_PCI_CORE] = IDENTITY(PCI_CORE_BASE, PCI_CORE_SIZE, MEM_MMIO),
		[REGION_DISPLAY] = IDENTITY(DISPLAY_BASE, DISPLAY_SIZE, MEM_MMIO),
		[REGION_FPD_DMA] = IDENTITY(FPD_DMA_BASE, FPD_DMA_SIZE, MEM_MMIO),
		[REGION_USB_HOST] = IDENTITY(USB_HOST_BASE, USB_HOST_SIZE, MEM_MMIO),
		[REGION_LPD_IO] = IDENTITY(LPD_IO_BASE, LPD_IO_SIZE, MEM_MMIO),
		[REGION_OCM_CONTROL] = IDENTITY(OCM_CONTROL_BASE, OCM_CONTROL_SIZE, MEM_MMIO),
		[REGION_IPI] = IDENTITY(IPI_BASE, IPI_SIZE, MEM_MMIO),
		[REGION_USB_GLUE] = IDENTITY(USB_GLUE_BASE, USB_GLUE_SIZE, MEM_MMIO),
		[REGION_AMS_RTC] = IDENTITY(AMS_RTC_BASE, AMS_RTC_SIZE, MEM_MMIO),
		[REGION_LPD_DMA] = IDENTITY(LPD_DMA_BASE, LPD_DMA_SIZE, MEM_MMIO),
		[REGION_TCM] = IDENTITY(TCM_BASE, TCM_SIZE, MEM_MMIO),
		[REGION_PCI_PREFETCH] = IDENTITY(PCI_PREFETCH_BASE, PCI_PREFETCH_SIZE, MEM_MMIO),
		[REGION_PCI_CONFIG] = IDENTITY(PCI_CONFIG_BASE, PCI_CONFIG_SIZE, MEM_MMIO),
	},

	.irqchips = {
		SPIS(GICD_BASE, 0, ALL_32, ALL_32, ALL_32, ALL_32),
		SPIS(GICD_BASE, 128, ALL_32, 0, 0, 0),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM_LOW, "RAM below the hypervisor"),
		REGION_NAME(REGION_RAM_MID, "RAM above the hypervisor"),
		REGION_NAME(REGION_RAM_HIGH, "RAM above 32 GiB"),
		REGION_NAME(REGION_QSPI, "QSPI flash window"),
		REGION_NAME(REGION_PCI_MMIO, "PCIe memory window"),
		REGION_NAME(REGION_DDRC, "DDR controller"),
		REGION_NAME(REGION_SATA, "SATA"),
		REGION_NAME(REGION_PCI_BRIDGE, "PCIe bridge"),
		REGION_NAME(REGION_SIOU, "serial I/O unit"),
		REGION_NAME(REGION_SERDES, "PS-GTR transceivers"),
		REGION_NAME(REGION_PCI_CORE, "PCIe core"),
		REGION_NAME(REGION_DISPLAY, "display, GPU, watchdog"),
		REGION_NAME(REGION_FPD_DMA, "FPD DMA"),
		REGION_NAME(REGION_USB_HOST, "USB hosts"),
		REGION_NAME(REGION_LPD_IO, "UART, I2C, Ethernet, SD ..."),
		REGION_NAME(REGION_OCM_CONTROL, "OCM controller"),
		REGION_NAME(REGION_IPI, "IPI mailboxes"),
		REGION_NAME(REGION_USB_GLUE, "USB wrappers"),
		REGION_NAME(REGION_AMS_RTC, "system monitor, RTC"),
		REGION_NAME(REGION_LPD_DMA, "LPD DMA"),
		REGION_NAME(REGION_TCM, "R5 memories"),
		REGION_NAME(REGION_PCI_PREFETCH, "PCIe prefetchable window"),
		REGION_NAME(REGION_PCI_CONFIG, "PCIe configuration space"),
	},
};
