/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The root cell of QEMU's `virt` machine with GICv3; WITH_GICV2 and ONE_UART
 * (board.h) make it that of other machines of this kind: everything that Linux uses, one to
 * one, except the interrupt controller and the hypervisor's memory. Devices
 * are listed one by one so that each can be named in reports.
 */
#include "board.h"

enum {
	REGION_RAM,
	REGION_UART0,
	REGION_UART1,
	REGION_RTC,
	REGION_FW_CFG,
	REGION_GPIO,
	REGION_VIRTIO_MMIO,
	REGION_PLATFORM_BUS,
	REGION_FLASH,
	REGION_PCI_MMIO,
	REGION_PCI_PIO,
	REGION_PCI_ECAM,
	REGION_PCI_MMIO_HIGH,
	REGION_RAM_HIGH,
	REGION_SHMEM,
	REGION_NET = REGION_SHMEM + 2 + SHMEM_PEERS,
	REGION_IPI = REGION_NET + 4,
	NUM_REGIONS = REGION_IPI + 4
};

struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[3];
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_region_name names[REGION_SHMEM + 3];
#ifdef GICR_REGIONS
	struct jailhouse_ext_gicr_region gicr[2];
#endif
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
#ifndef ONE_UART
		.debug_console = MMIO_CONSOLE(PL011, UART0_BASE, 0),
#endif
		.platform_info = {
			.pci_mmconfig_base = VPCI_ECAM_BASE,
			.pci_is_virtual = 1,
			.pci_domain = 0xffff,
			.arm = {
				.maintenance_irq = KICK_PPI,
				.gicd_base = GICD_BASE,
#ifdef WITH_GICV2
				.gic_version = 2,
				.gicc_base = GICC_BASE,
				.gich_base = GICH_BASE,
				.gicv_base = GICV_BASE,
#else
				.gic_version = 3,
				.gicr_base = GICR_BASE,
#endif
			},
		},
		.root_cell = {
			.name = "qemu-arm64",
			.flags = JAILHOUSE_CELL_EXTENDED,
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
			.num_pci_devices = ARRAY_SIZE(config.pci_devices),
			.vpci_irq_base = VPCI_SPI_ROOT,
		},
	},

	.cpus = { CPU_SET },

	.mem_regions = {
		[REGION_RAM] = IDENTITY(RAM_BASE, SHMEM_BASE - RAM_BASE, MEM_RAM),
		[REGION_UART0] = IDENTITY(UART0_BASE, 0x1000, MEM_MMIO),
		[REGION_UART1] = IDENTITY(UART1_BASE, 0x1000, MEM_MMIO),
		[REGION_RTC] = IDENTITY(RTC_BASE, 0x1000, MEM_MMIO),
		[REGION_FW_CFG] = IDENTITY(FW_CFG_BASE, 0x1000, MEM_MMIO),
		[REGION_GPIO] = IDENTITY(GPIO_BASE, 0x1000, MEM_MMIO),
		[REGION_VIRTIO_MMIO] = IDENTITY(VIRTIO_MMIO_BASE, VIRTIO_MMIO_SIZE, MEM_MMIO),
		[REGION_PLATFORM_BUS] = IDENTITY(PLATFORM_BUS_BASE, PLATFORM_BUS_SIZE, MEM_MMIO),
		[REGION_FLASH] = IDENTITY(FLASH_BASE, FLASH_SIZE, MEM_MMIO),
		[REGION_PCI_MMIO] = IDENTITY(PCI_MMIO_BASE, PCI_MMIO_SIZE, MEM_MMIO),
		[REGION_PCI_PIO] = IDENTITY(PCI_PIO_BASE, PCI_PIO_SIZE, MEM_MMIO),
		[REGION_PCI_ECAM] = IDENTITY(PCI_ECAM_BASE, PCI_ECAM_SIZE, MEM_MMIO),
		[REGION_PCI_MMIO_HIGH] =
			IDENTITY(PCI_MMIO_HIGH_BASE, PCI_MMIO_HIGH_SIZE, MEM_MMIO),
		[REGION_RAM_HIGH] = IDENTITY(SHMEM_END, HYPERVISOR_BASE - SHMEM_END, MEM_RAM),
		[REGION_SHMEM] = SHMEM_REGIONS(0),
		JAILHOUSE_SHMEM_NET_REGIONS(SHMEM_NET_BASE, 0),
		SHMEM_IPI_REGIONS,
	},

	.irqchips = {
		SPIS(GICD_BASE, 0, ALL_32, ALL_32, ALL_32, ALL_32),
		SPIS(GICD_BASE, 128, ALL_32, ALL_32, ALL_32, ALL_32),
	},

	.pci_devices = {
		IVSHMEM_INTX(0, REGION_SHMEM, 0, SHMEM_PEERS, JAILHOUSE_SHMEM_PROTO_UNDEFINED),
		IVSHMEM_INTX(1, REGION_NET, 0, 2, JAILHOUSE_SHMEM_PROTO_VETH),
		IVSHMEM_INTX(2, REGION_IPI, 0, 2, JAILHOUSE_SHMEM_PROTO_CUSTOM),
	},

#ifdef GICR_REGIONS
	.ext = EXTENSION_HEADER(sizeof(config.names) + sizeof(config.gicr),
				ARRAY_SIZE(config.names) + ARRAY_SIZE(config.gicr)),
	.gicr = { GICR_REGIONS },
#else
	.ext = NAMES_HEADER(config.names),
#endif

	.names = {
		REGION_NAME(REGION_RAM, "RAM"),
		REGION_NAME(REGION_UART0, "UART0 (PL011)"),
		REGION_NAME(REGION_UART1, "UART1 (PL011)"),
		REGION_NAME(REGION_RTC, "RTC (PL031)"),
		REGION_NAME(REGION_FW_CFG, "fw_cfg"),
		REGION_NAME(REGION_GPIO, "GPIO (PL061)"),
		REGION_NAME(REGION_VIRTIO_MMIO, "virtio-mmio"),
		REGION_NAME(REGION_PLATFORM_BUS, "platform bus"),
		REGION_NAME(REGION_FLASH, "flash"),
		REGION_NAME(REGION_PCI_MMIO, "PCI memory window"),
		REGION_NAME(REGION_PCI_PIO, "PCI I/O window"),
		REGION_NAME(REGION_PCI_ECAM, "PCI ECAM"),
		REGION_NAME(REGION_PCI_MMIO_HIGH, "PCI 64-bit window"),
		REGION_NAME(REGION_RAM_HIGH, "RAM"),
		REGION_NAME(REGION_SHMEM, "channel 0, state table"),
		REGION_NAME(REGION_NET, "network, state table"),
		REGION_NAME(REGION_IPI, "doorbells, state table"),
	},
};
