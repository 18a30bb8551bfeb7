/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Cell and system configs: the binary format, revision 14.
 *
 * A config is one C file that defines a packed struct: the header (struct
 * jailhouse_system for the root cell, struct jailhouse_cell_desc for any
 * other), then the arrays in the order of the accessors at the end of this
 * file. It is compiled and copied out as a flat binary, little-endian, with
 * no padding but named fields.
 *
 * What this format has no room for goes into the extension block, see
 * <jailhouse/config-extension.h>. The rules that a config must keep are in
 * <jailhouse/config-check.h>.
 */
#pragma once

#include <jailhouse/console.h>
#include <jailhouse/pci_defs.h>
#include <jailhouse/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#define JAILHOUSE_CONFIG_REVISION 14

#define JAILHOUSE_X86   0
#define JAILHOUSE_ARM   1
#define JAILHOUSE_ARM64 2

#define JAILHOUSE_SYSTEM_SIGNATURE    "JHSYS"
#define JAILHOUSE_CELL_DESC_SIGNATURE "JHCLL"
#define JAILHOUSE_SIGNATURE_LEN       5

/** Longest name, without its terminating zero. */
#define JAILHOUSE_CELL_NAME_MAXLEN 31
/** Longest CPU bitmap in bytes. */
#define JAILHOUSE_CPU_SET_MAX      4096

/** Shut down, load and destroy without asking the cell. */
#define JAILHOUSE_CELL_PASSIVE_COMMREG           0x00000001
#define JAILHOUSE_CELL_TEST_DEVICE               0x00000002
/** Start EL1 in AArch32 state. */
#define JAILHOUSE_CELL_AARCH32                   0x00000004
/** An extension block follows the last array. */
#define JAILHOUSE_CELL_EXTENDED                  0x20000000
/** The cell may use the DEBUG_CONSOLE_PUTC hypercall. */
#define JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED 0x40000000
/** The cell should use it by default. */
#define JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE    0x80000000

#define CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED(flags) \
	(!!((flags)&JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED))
#define CELL_FLAGS_VIRTUAL_CONSOLE_ACTIVE(flags) (!!((flags)&JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE))

/** What every cell config starts with. 132 bytes. */
struct jailhouse_cell_desc {
	char signature[JAILHOUSE_SIGNATURE_LEN];
	__u8 architecture;
	__u16 revision;
	char name[JAILHOUSE_CELL_NAME_MAXLEN + 1];
	/** Written by the driver; 0 is the root cell. */
	__u32 id;
	__u32 flags;
	/** Bytes of the CPU bitmap. */
	__u32 cpu_set_size;
	__u32 num_memory_regions;
	__u32 num_cache_regions;
	__u32 num_irqchips;
	__u32 num_pio_regions;
	__u32 num_pci_devices;
	__u32 num_pci_caps;
	__u32 num_stream_ids;
	/** SPI number (not INTID) of virtual PCI INTA. */
	__u32 vpci_irq_base;
	/** Where the boot CPU starts, an intermediate physical address. */
	__u64 cpu_reset_address;
	/** How long a shutdown request may stay unanswered, in microseconds;
	 *  0 waits for ever. (The predecessor counts polls, about as long.) */
	__u64 msg_reply_timeout;
	struct jailhouse_console console;
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_cell_desc) == 132, "cell ABI");

#define JAILHOUSE_MEM_READ           0x0001
#define JAILHOUSE_MEM_WRITE          0x0002
#define JAILHOUSE_MEM_EXECUTE        0x0004
#define JAILHOUSE_MEM_DMA            0x0008
/** Device memory attributes instead of normal write-back. */
#define JAILHOUSE_MEM_IO             0x0010
/** The communication page of the cell; phys_start is ignored. */
#define JAILHOUSE_MEM_COMM_REGION    0x0020
/** Root may write it while the cell can be loaded. */
#define JAILHOUSE_MEM_LOADABLE       0x0040
/** Stays mapped in the root cell. */
#define JAILHOUSE_MEM_ROOTSHARED     0x0080
/** Map with 4 KiB pages only. */
#define JAILHOUSE_MEM_NO_HUGEPAGES   0x0100
/** Sub-page regions: what accesses are forwarded. */
#define JAILHOUSE_MEM_IO_UNALIGNED   0x8000
#define JAILHOUSE_MEM_IO_WIDTH_SHIFT 16
#define JAILHOUSE_MEM_IO_8           (1 << JAILHOUSE_MEM_IO_WIDTH_SHIFT)
#define JAILHOUSE_MEM_IO_16          (2 << JAILHOUSE_MEM_IO_WIDTH_SHIFT)
#define JAILHOUSE_MEM_IO_32          (4 << JAILHOUSE_MEM_IO_WIDTH_SHIFT)
#define JAILHOUSE_MEM_IO_64          (8 << JAILHOUSE_MEM_IO_WIDTH_SHIFT)

/** A range of a cell's address space. All fields in bytes. */
struct jailhouse_memory {
	__u64 phys_start;
	__u64 virt_start;
	__u64 size;
	__u64 flags;
} __attribute__((packed));

/** Regions that are not whole pages are trapped and checked per access. */
#define JAILHOUSE_MEMORY_IS_SUBPAGE(mem) \
	((((mem)->virt_start) & 0xfff) != 0 || (((mem)->size) & 0xfff) != 0)

/** The four regions of a shared-memory network device of cell `dev_id`. */
#define JAILHOUSE_SHMEM_NET_REGIONS(start, dev_id)                                                 \
	{                                                                                          \
		.phys_start = (start),                                                             \
		.virt_start = (start),                                                             \
		.size = 0x1000,                                                                    \
		.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED,                            \
	},                                                                                         \
		{ 0 },                                                                             \
		{                                                                                  \
			.phys_start = (start) + 0x1000,                                            \
			.virt_start = (start) + 0x1000,                                            \
			.size = 0x7f000,                                                           \
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED |                   \
				 (((dev_id) == 0) ? JAILHOUSE_MEM_WRITE : 0),                      \
		},                                                                                 \
	{                                                                                          \
		.phys_start = (start) + 0x80000, .virt_start = (start) + 0x80000, .size = 0x7f000, \
		.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED |                           \
			 (((dev_id) == 1) ? JAILHOUSE_MEM_WRITE : 0),                              \
	}

#define JAILHOUSE_CACHE_L3_CODE    0x01
#define JAILHOUSE_CACHE_L3_DATA    0x02
#define JAILHOUSE_CACHE_L3         (JAILHOUSE_CACHE_L3_CODE | JAILHOUSE_CACHE_L3_DATA)
#define JAILHOUSE_CACHE_ROOTSHARED 0x0001

/** Not used on arm64. */
struct jailhouse_cache {
	__u32 start;
	__u32 size;
	__u8 type;
	__u8 padding;
	__u16 flags;
} __attribute__((packed));

/** Interrupts that a cell owns: bit b of word w is INTID pin_base + 32w + b. */
struct jailhouse_irqchip {
	__u64 address;
	__u32 id;
	__u32 pin_base;
	__u32 pin_bitmap[4];
} __attribute__((packed));

/** Not used on arm64. */
struct jailhouse_pio {
	__u16 base;
	__u16 length;
} __attribute__((packed));

#define PIO_RANGE(__base, __length)                    \
	{                                              \
		.base = (__base), .length = (__length) \
	}

#define JAILHOUSE_PCI_TYPE_DEVICE  0x01
#define JAILHOUSE_PCI_TYPE_BRIDGE  0x02
#define JAILHOUSE_PCI_TYPE_IVSHMEM 0x03

#define JAILHOUSE_SHMEM_PROTO_UNDEFINED    0x0000
#define JAILHOUSE_SHMEM_PROTO_VETH         0x0001
#define JAILHOUSE_SHMEM_PROTO_CUSTOM       0x4000
#define JAILHOUSE_SHMEM_PROTO_VIRTIO_FRONT 0x8000
#define JAILHOUSE_SHMEM_PROTO_VIRTIO_BACK  0xc000

#define VIRTIO_DEV_NET     1
#define VIRTIO_DEV_BLOCK   2
#define VIRTIO_DEV_CONSOLE 3

#define JAILHOUSE_IVSHMEM_BAR_MASK_INTX                                                \
	{                                                                              \
		0xfffff000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000 \
	}
#define JAILHOUSE_IVSHMEM_BAR_MASK_MSIX                                                \
	{                                                                              \
		0xfffff000, 0xfffff000, 0x00000000, 0x00000000, 0x00000000, 0x00000000 \
	}
#define JAILHOUSE_IVSHMEM_BAR_MASK_INTX_64K                                            \
	{                                                                              \
		0xffff0000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000 \
	}
#define JAILHOUSE_IVSHMEM_BAR_MASK_MSIX_64K                                            \
	{                                                                              \
		0xffff0000, 0xffff0000, 0x00000000, 0x00000000, 0x00000000, 0x00000000 \
	}

/** A PCI function, physical or virtual. */
struct jailhouse_pci_device {
	__u8 type;
	__u8 iommu;
	__u16 domain;
	__u16 bdf;
	__u32 bar_mask[6];
	__u16 caps_start;
	__u16 num_caps;
	__u8 num_msi_vectors;
	__u8 msi_64bits : 1;
	__u8 msi_maskable : 1;
	__u16 num_msix_vectors;
	__u16 msix_region_size;
	__u64 msix_address;
	__u32 shmem_regions_start;
	__u8 shmem_dev_id;
	__u8 shmem_peers;
	__u16 shmem_protocol;
} __attribute__((packed));

#define JAILHOUSE_PCI_EXT_CAP   0x8000
#define JAILHOUSE_PCICAPS_WRITE 0x0001

struct jailhouse_pci_capability {
	__u16 id;
	__u16 start;
	__u16 len;
	__u16 flags;
} __attribute__((packed));

union jailhouse_stream_id {
	__u32 id;
	struct {
		__u16 id;
		__u16 mask_out;
	} __attribute__((packed)) mmu500;
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_memory) == 32, "memory ABI");
_Static_assert(sizeof(struct jailhouse_cache) == 12, "cache ABI");
_Static_assert(sizeof(struct jailhouse_irqchip) == 32, "irqchip ABI");
_Static_assert(sizeof(struct jailhouse_pio) == 4, "pio ABI");
_Static_assert(sizeof(struct jailhouse_pci_device) == 56, "pci ABI");
_Static_assert(sizeof(struct jailhouse_pci_capability) == 8, "pci cap ABI");
_Static_assert(sizeof(union jailhouse_stream_id) == 4, "stream id ABI");

#define JAILHOUSE_MAX_IOMMU_UNITS 8

#define JAILHOUSE_IOMMU_AMD        1
#define JAILHOUSE_IOMMU_INTEL      2
#define JAILHOUSE_IOMMU_SMMUV3     3
#define JAILHOUSE_IOMMU_PVU        4
#define JAILHOUSE_IOMMU_ARM_MMU500 5

/** One IOMMU; the list ends at the first with base 0. */
struct jailhouse_iommu {
	__u32 type;
	__u64 base;
	__u32 size;
	union {
		struct {
			__u16 bdf;
			__u8 base_cap;
			__u8 msi_cap;
			__u32 features;
		} __attribute__((packed)) amd;
		struct {
			__u64 tlb_base;
			__u32 tlb_size;
		} __attribute__((packed)) tipvu;
	};
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_iommu) == 28, "iommu ABI");

#define JAILHOUSE_APIC_MODE_AUTO   0
#define JAILHOUSE_APIC_MODE_XAPIC  1
#define JAILHOUSE_APIC_MODE_X2APIC 2

/** Write the hypervisor's messages into the console page too. */
#define JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE    0x0001
#define SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE(flags) (!!((flags)&JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE))

/** The system config: the machine, then the root cell. 488 bytes. */
struct jailhouse_system {
	char signature[JAILHOUSE_SIGNATURE_LEN];
	__u8 architecture;
	__u16 revision;
	/** JAILHOUSE_SYS_* */
	__u32 flags;
	/** Reserved memory for the hypervisor; phys_start and size count. */
	struct jailhouse_memory hypervisor_memory;
	struct jailhouse_console debug_console;
	struct {
		__u64 pci_mmconfig_base;
		__u8 pci_mmconfig_end_bus;
		__u8 pci_is_virtual;
		__u16 pci_domain;
		struct jailhouse_iommu iommu_units[JAILHOUSE_MAX_IOMMU_UNITS];
		union {
			struct {
				__u16 pm_timer_address;
				__u8 apic_mode;
				__u8 padding;
				__u32 vtd_interrupt_limit;
				__u32 tsc_khz;
				__u32 apic_khz;
			} __attribute__((packed)) x86;
			struct {
				/** PPI that wakes a CPU for the hypervisor, an INTID. */
				__u8 maintenance_irq;
				/** 2 or 3 (3 also for GICv4 hardware). */
				__u8 gic_version;
				__u8 padding[2];
				__u64 gicd_base;
				__u64 gicc_base;
				__u64 gich_base;
				__u64 gicv_base;
				__u64 gicr_base;
			} __attribute__((packed)) arm;
		} __attribute__((packed));
	} __attribute__((packed)) platform_info;
	struct jailhouse_cell_desc root_cell;
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_system) == 488, "system ABI");
_Static_assert(offsetof(struct jailhouse_system, platform_info) == 76, "system ABI");
_Static_assert(offsetof(struct jailhouse_system, platform_info.arm.gicr_base) == 348, "system ABI");
_Static_assert(offsetof(struct jailhouse_system, root_cell) == 356, "system ABI");

/*
 * Accessors. They trust the counts: use them only on a config that
 * jailhouse_config_check_*() accepted, or where the bytes are known.
 */

static inline __u32 jailhouse_cell_config_size(const struct jailhouse_cell_desc *cell)
{
	return (__u32)(sizeof(*cell) + cell->cpu_set_size +
		       cell->num_memory_regions * sizeof(struct jailhouse_memory) +
		       cell->num_cache_regions * sizeof(struct jailhouse_cache) +
		       cell->num_irqchips * sizeof(struct jailhouse_irqchip) +
		       cell->num_pio_regions * sizeof(struct jailhouse_pio) +
		       cell->num_pci_devices * sizeof(struct jailhouse_pci_device) +
		       cell->num_pci_caps * sizeof(struct jailhouse_pci_capability) +
		       cell->num_stream_ids * sizeof(union jailhouse_stream_id));
}

static inline __u32 jailhouse_system_config_size(const struct jailhouse_system *system)
{
	return (__u32)(sizeof(*system) - sizeof(system->root_cell)) +
	       jailhouse_cell_config_size(&system->root_cell);
}

static inline const unsigned long *jailhouse_cell_cpu_set(const struct jailhouse_cell_desc *cell)
{
	return (const unsigned long *)((const void *)((const char *)cell + sizeof(*cell)));
}

static inline const struct jailhouse_memory *
jailhouse_cell_mem_regions(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_memory *)((const char *)jailhouse_cell_cpu_set(cell) +
						 cell->cpu_set_size);
}

static inline const struct jailhouse_cache *
jailhouse_cell_cache_regions(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_cache *)(jailhouse_cell_mem_regions(cell) +
						cell->num_memory_regions);
}

static inline const struct jailhouse_irqchip *
jailhouse_cell_irqchips(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_irqchip *)(jailhouse_cell_cache_regions(cell) +
						  cell->num_cache_regions);
}

static inline const struct jailhouse_pio *jailhouse_cell_pio(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_pio *)(jailhouse_cell_irqchips(cell) + cell->num_irqchips);
}

static inline const struct jailhouse_pci_device *
jailhouse_cell_pci_devices(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_pci_device *)(jailhouse_cell_pio(cell) +
						     cell->num_pio_regions);
}

static inline const struct jailhouse_pci_capability *
jailhouse_cell_pci_caps(const struct jailhouse_cell_desc *cell)
{
	return (const struct jailhouse_pci_capability *)(jailhouse_cell_pci_devices(cell) +
							 cell->num_pci_devices);
}

static inline const union jailhouse_stream_id *
jailhouse_cell_stream_ids(const struct jailhouse_cell_desc *cell)
{
	return (const union jailhouse_stream_id *)(jailhouse_cell_pci_caps(cell) +
						   cell->num_pci_caps);
}
