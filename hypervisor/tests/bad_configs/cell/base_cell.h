/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A good cell config that each file of this folder breaks in one place:
 * BROKEN_CELL(.member = value, ...). The file is named after the rule that it
 * breaks, in lower case; what follows a dash tells variants apart.
 */
#pragma once

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-check.h>
#include <jailhouse/config-extension.h>

#define RW (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)
#define RO (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED)

enum { RAM, UART, COMM, SUBPAGE, NONE, SPARE, SHMEM, NUM_REGIONS = SHMEM + 5 };

struct cell_config {
	struct jailhouse_cell_desc cell;
	__u64 cpus[2];
	struct jailhouse_memory mem[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci[2];
	struct jailhouse_pci_capability caps[2];
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_policy policy;
	struct jailhouse_ext_region_name name;
	struct jailhouse_ext_record unknown;
} __attribute__((packed));

/* clang-format off */
#define GOOD_CELL                                                                              \
	.cell = {                                                                              \
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,                                    \
		.architecture = JAILHOUSE_ARM64,                                               \
		.revision = JAILHOUSE_CONFIG_REVISION,                                         \
		.name = "cell",                                                                \
		.id = 1,                                                                       \
		.flags = JAILHOUSE_CELL_EXTENDED,                                              \
		.cpu_set_size = sizeof(config.cpus),                                           \
		.num_memory_regions = ARRAY_SIZE(config.mem),                                  \
		.num_irqchips = ARRAY_SIZE(config.irqchips),                                   \
		.num_pci_devices = ARRAY_SIZE(config.pci),                                     \
		.num_pci_caps = ARRAY_SIZE(config.caps),                                       \
	},                                                                                     \
	.cpus = { 1 << 3 },                                                                    \
	.mem = {                                                                               \
		[RAM] = { 0x7fa00000, 0, 0x100000, RW | JAILHOUSE_MEM_LOADABLE },              \
		[UART] = { 0x09040000, 0x09040000, 0x1000, RW | JAILHOUSE_MEM_IO },            \
		[COMM] = { 0, 0x80000000, 0x1000, RW | JAILHOUSE_MEM_COMM_REGION },            \
		[SUBPAGE] = { 0x0a000200, 0x0b000200, 0x200, RW | JAILHOUSE_MEM_IO_32 },       \
		[SPARE] = { 0x7fb00000, 0x100000, 0x1000, RW },                                \
		[SHMEM] = { 0x7f700000, 0x7f700000, 0x1000, RO },                              \
		{ 0x7f701000, 0x7f701000, 0x1000, RO | JAILHOUSE_MEM_WRITE },                  \
		{ 0x7f702000, 0x7f702000, 0x2000, RO },                                        \
		{ 0x7f704000, 0x7f704000, 0x2000, RO | JAILHOUSE_MEM_WRITE },                  \
		{ 0x7f706000, 0x7f706000, 0x2000, RO },                                        \
	},                                                                                     \
	.irqchips = {                                                                          \
		{ .address = 0x08000000, .pin_base = 32, .pin_bitmap = { 0x100, 0, 0, 1 } },   \
		{ .address = 0x08000000, .pin_base = 160, .pin_bitmap = { 1 } },               \
	},                                                                                     \
	.pci = {                                                                               \
		{ .caps_start = 0, .num_caps = 2 },                                            \
		{                                                                              \
			.type = JAILHOUSE_PCI_TYPE_IVSHMEM,                                    \
			.bdf = 1 << 3,                                                         \
			.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_MSIX,                           \
			.num_msix_vectors = 2,                                                 \
			.shmem_regions_start = SHMEM,                                          \
			.shmem_dev_id = 1,                                                     \
			.shmem_peers = 3,                                                      \
		},                                                                             \
	},                                                                                     \
	.ext = {                                                                               \
		.magic = JAILHOUSE_EXT_MAGIC,                                                  \
		.size = sizeof(config.ext) + sizeof(config.policy) + sizeof(config.name) +     \
			sizeof(config.unknown),                                                \
		.num_records = 3,                                                              \
	},                                                                                     \
	.policy = { .record = { JAILHOUSE_EXT_POLICY, 0, sizeof(config.policy) } },            \
	.name = {                                                                              \
		.record = { JAILHOUSE_EXT_REGION_NAME, 0, sizeof(config.name) },               \
		.region = RAM,                                                                 \
		.name = "RAM",                                                                 \
	},                                                                                     \
	/* Skipped by who does not know it. */                                                 \
	.unknown = { 999, 0, sizeof(config.unknown) }

#define BROKEN_CELL(...)                           \
	extern const struct cell_config config;    \
	const struct cell_config config = {        \
		GOOD_CELL,                         \
		__VA_ARGS__                        \
	};
/* clang-format on */
