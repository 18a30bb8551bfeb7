/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Shorthand for the sources of configs: initialisers that every board would
 * write again. Nothing here is part of the binary format, and a config need not
 * use it. What is true of one board only belongs into its board.h.
 */
#pragma once

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-extension.h>

#define KIB(n) ((n)*0x400ULL)
#define MIB(n) ((n)*0x100000ULL)
#define GIB(n) ((n)*0x40000000ULL)

/* --- memory regions --- */

#define MEM_RAM \
	(JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_DMA)
#define MEM_INMATE_RAM \
	(JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE)
#define MEM_MMIO (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO)
#define MEM_COMM (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION)

/** A region at its physical address, as all of the root cell's must be. */
#define IDENTITY(base, bytes, access)                                                           \
	{                                                                                       \
		.phys_start = (base), .virt_start = (base), .size = (bytes), .flags = (access), \
	}

/** RAM that a cell sees at 0, where its image is loaded. */
#define RAM_AT_0(base, bytes)                                                                    \
	{                                                                                        \
		.phys_start = (base), .virt_start = 0, .size = (bytes), .flags = MEM_INMATE_RAM, \
	}

/** Where inmates expect the communication region, by convention. */
#define COMM_REGION_IPA 0x80000000ULL
#define COMM_REGION                                                              \
	{                                                                        \
		.virt_start = COMM_REGION_IPA, .size = 0x1000, .flags = MEM_COMM \
	}

/* --- interrupts --- */

/** 128 SPIs from number `first` on, a multiple of 32: four words, bit 0 of the first is `first`. */
#define SPIS(gicd, first, ...)                                                             \
	{                                                                                  \
		.address = (gicd), .pin_base = (first) + 32, .pin_bitmap = { __VA_ARGS__ } \
	}
#define ALL_32 0xffffffff

/** One SPI by its number in the device tree; its INTID is 32 more. */
#define ONE_SPI(gicd, spi)                                                             \
	{                                                                              \
		.address = (gicd), .pin_base = (spi) / 128 * 128 + 32, .pin_bitmap = { \
			[(spi) % 128 / 32] = 1u << ((spi) % 32)                        \
		}                                                                      \
	}

/** Four SPIs by the number of the first, a multiple of 4: as INTA to INTD. */
#define FOUR_SPIS(gicd, spi)                                                           \
	{                                                                              \
		.address = (gicd), .pin_base = (spi) / 128 * 128 + 32, .pin_bitmap = { \
			[(spi) % 128 / 32] = 0xfu << ((spi) % 32)                      \
		}                                                                      \
	}

/* --- virtual PCI --- */

/** An ivshmem function: peer `id` of `peers`, with its regions from `first` on. */
#define IVSHMEM_INTX(device, first, id, peers, protocol)                                     \
	{                                                                                    \
		.type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = (device) << 3,                    \
		.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX, .shmem_regions_start = (first), \
		.shmem_dev_id = (id), .shmem_peers = (peers), .shmem_protocol = (protocol),  \
	}

/** The same with MSI-X instead of INTx. */
#define IVSHMEM_MSIX(device, first, id, peers, protocol, vectors)                             \
	{                                                                                     \
		.type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = (device) << 3,                     \
		.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_MSIX, .num_msix_vectors = (vectors),   \
		.shmem_regions_start = (first), .shmem_dev_id = (id), .shmem_peers = (peers), \
		.shmem_protocol = (protocol),                                                 \
	}

/* --- consoles --- */

/**
 * A memory-mapped UART, registers four bytes apart; kind as in
 * JAILHOUSE_CON_TYPE_*. Without a divider the line stays as it is.
 */
#define MMIO_CONSOLE(kind, base, rate)                                                           \
	{                                                                                        \
		.address = (base), .size = 0x1000, .type = JAILHOUSE_CON_TYPE_##kind,            \
		.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4, .divider = (rate), \
	}

/* --- extension records --- */

/** Gives memory region number `index` a name for reports, of at most 27 characters. */
#define REGION_NAME(index, text) \
	{                        \
		.record = { \
			.type = JAILHOUSE_EXT_REGION_NAME, \
			.size = sizeof(struct jailhouse_ext_region_name), \
		}, \
		.region = (index), \
		.name = (text),    \
	}

/** A region of redistributors, an element of `struct jailhouse_ext_gicr_region`. */
#define GICR_REGION(base_, size_)                                               \
	{                                                                       \
		.record = { JAILHOUSE_EXT_GICR_REGION, JAILHOUSE_EXT_MANDATORY, \
			    sizeof(struct jailhouse_ext_gicr_region) },         \
		.base = (base_), .size = (size_),                               \
	}

/** The header of a block with so many bytes of records. */
#define EXTENSION_HEADER(bytes, records)                                                         \
	{                                                                                        \
		.magic = JAILHOUSE_EXT_MAGIC,                                                    \
		.size = sizeof(struct jailhouse_ext_header) + (bytes), .num_records = (records), \
	}

/** The header of a block with no records but the array `names`. */
#define NAMES_HEADER(names) EXTENSION_HEADER(sizeof(names), ARRAY_SIZE(names))
