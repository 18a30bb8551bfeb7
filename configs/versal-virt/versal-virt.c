/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The root cell of QEMU's Versal: what Linux uses, one to one, by the device
 * tree. Not in it, so out of root's reach: the interrupt controller, the
 * hypervisor's memory, and what the device tree does not name, such as clock
 * and reset control and on-chip memory.
 */
#include "board.h"

enum {
	REGION_RAM,
	REGION_VIRTIO_MMIO,
	REGION_SD,
	REGION_BBRAM,
	REGION_EFUSE,
	REGION_RTC,
	REGION_USB_HOST,
	REGION_UART0,
	REGION_UART1,
	REGION_CAN,
	REGION_ETHERNET,
	REGION_USB_GLUE,
	REGION_DMA,
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
		.debug_console = MMIO_CONSOLE(PL011, UART0_BASE, 0),
		.platform_info = {
			.arm = {
				.maintenance_irq = KICK_PPI,
				.gic_version = GIC_VERSION,
				.gicd_base = GICD_BASE,
				.gicr_base = GICR_BASE,
			},
		},
		.root_cell = {
			.name = "versal-virt",
			.flags = JAILHOUSE_CELL_EXTENDED,
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
		},
	},

	.cpus = { CPU_SET },

	.mem_regions = {
		[REGION_RAM] = IDENTITY(RAM_BASE, RAM_SIZE - HYPERVISOR_SIZE, MEM_RAM),
		[REGION_VIRTIO_MMIO] = IDENTITY(VIRTIO_MMIO_BASE, VIRTIO_MMIO_SIZE, MEM_MMIO),
		[REGION_SD] = IDENTITY(SD_BASE, SD_SIZE, MEM_MMIO),
		[REGION_BBRAM] = IDENTITY(BBRAM_BASE, BBRAM_SIZE, MEM_MMIO),
		[REGION_EFUSE] = IDENTITY(EFUSE_BASE, EFUSE_SIZE, MEM_MMIO),
		[REGION_RTC] = IDENTITY(RTC_BASE, RTC_SIZE, MEM_MMIO),
		[REGION_USB_HOST] = IDENTITY(USB_HOST_BASE, USB_HOST_SIZE, MEM_MMIO),
		[REGION_UART0] = IDENTITY(UART0_BASE, 0x1000, MEM_MMIO),
		[REGION_UART1] = IDENTITY(UART1_BASE, 0x1000, MEM_MMIO),
		[REGION_CAN] = IDENTITY(CAN_BASE, CAN_SIZE, MEM_MMIO),
		[REGION_ETHERNET] = IDENTITY(ETHERNET_BASE, ETHERNET_SIZE, MEM_MMIO),
		[REGION_USB_GLUE] = IDENTITY(USB_GLUE_BASE, USB_GLUE_SIZE, MEM_MMIO),
		[REGION_DMA] = IDENTITY(DMA_BASE, DMA_SIZE, MEM_MMIO),
	},

	.irqchips = {
		SPIS(GICD_BASE, 0, ALL_32, ALL_32, ALL_32, ALL_32),
		SPIS(GICD_BASE, 128, ALL_32, ALL_32, 0, 0),
	},

	.ext = NAMES_HEADER(config.names),

	.names = {
		REGION_NAME(REGION_RAM, "RAM"),
		REGION_NAME(REGION_VIRTIO_MMIO, "virtio-mmio"),
		REGION_NAME(REGION_SD, "SD"),
		REGION_NAME(REGION_BBRAM, "battery-backed RAM"),
		REGION_NAME(REGION_EFUSE, "eFuse"),
		REGION_NAME(REGION_RTC, "RTC"),
		REGION_NAME(REGION_USB_HOST, "USB host"),
		REGION_NAME(REGION_UART0, "UART0 (PL011)"),
		REGION_NAME(REGION_UART1, "UART1 (PL011)"),
		REGION_NAME(REGION_CAN, "CAN"),
		REGION_NAME(REGION_ETHERNET, "Ethernet"),
		REGION_NAME(REGION_USB_GLUE, "USB wrapper"),
		REGION_NAME(REGION_DMA, "DMA"),
	},
};
