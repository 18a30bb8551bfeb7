/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A good system config that each file of this folder breaks in one place; see
 * base_cell.h.
 */
#pragma once

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-check.h>
#include <jailhouse/config-extension.h>

#define RW (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)

enum { RAM, UART, SPARE, NUM_REGIONS };

struct system_config {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem[NUM_REGIONS];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_gicr_region gicr;
} __attribute__((packed));

/* clang-format off */
#define GOOD_SYSTEM                                                                            \
	.header = {                                                                            \
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,                                       \
		.architecture = JAILHOUSE_ARM64,                                               \
		.revision = JAILHOUSE_CONFIG_REVISION,                                         \
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,                                  \
		.hypervisor_memory = { .phys_start = 0x7fc00000, .size = 0x400000 },           \
		.debug_console = {                                                             \
			.address = 0x09000000,                                                 \
			.size = 0x1000,                                                        \
			.type = JAILHOUSE_CON_TYPE_PL011,                                      \
			.flags = JAILHOUSE_CON_ACCESS_MMIO,                                    \
		},                                                                             \
		.platform_info.arm = {                                                         \
			.maintenance_irq = 25,                                                 \
			.gic_version = 3,                                                      \
			.gicd_base = 0x08000000,                                               \
			.gicr_base = 0x080a0000,                                               \
		},                                                                             \
		.root_cell = {                                                                 \
			.name = "root",                                                        \
			.flags = JAILHOUSE_CELL_EXTENDED,                                      \
			.cpu_set_size = sizeof(config.cpus),                                   \
			.num_memory_regions = ARRAY_SIZE(config.mem),                          \
			.num_irqchips = ARRAY_SIZE(config.irqchips),                           \
		},                                                                             \
	},                                                                                     \
	.cpus = { 0xf },                                                                       \
	.mem = {                                                                               \
		[RAM] = { 0x40000000, 0x40000000, 0x3fc00000, RW },                            \
		[UART] = { 0x09000000, 0x09000000, 0x1000, RW | JAILHOUSE_MEM_IO },            \
	},                                                                                     \
	.irqchips = { { .address = 0x08000000, .pin_base = 32, .pin_bitmap = { ~0u } } },   \
	.ext = { JAILHOUSE_EXT_MAGIC, sizeof(config.ext) + sizeof(config.gicr), 1 },           \
	.gicr = { { JAILHOUSE_EXT_GICR_REGION, 0, sizeof(config.gicr) }, 0x080a0000, 0x40000 }

#define BROKEN_SYSTEM(...)                          \
	extern const struct system_config config;   \
	const struct system_config config = {       \
		GOOD_SYSTEM,                        \
		__VA_ARGS__                         \
	};
/* clang-format on */
