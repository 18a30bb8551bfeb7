/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The rules that a config must keep, as one function each for a system and a
 * cell config. Compiled into the hypervisor, the driver, the tool and the
 * tests; the source is hypervisor/core/config_check.c and needs no library.
 *
 * Pure: reads the given bytes, writes the result, nothing else. The bytes may
 * be arbitrary; nothing outside [config, config + size) is read.
 */
#pragma once

#include <jailhouse/cell-config.h>

/** X(name, sentence): every rule has one name and one sentence. */
#define JAILHOUSE_CONFIG_RULES(X)                                                                                \
	X(TRUNCATED, "the file ends before its header does")                                                     \
	X(SIGNATURE, "the signature is wrong: this is not a config of the kind that is asked for")               \
	X(REVISION, "the config revision is not 14: compile the config against these headers")                   \
	X(ARCHITECTURE, "the config is for another architecture; arm64 is 2")                                    \
	X(NAME_UNTERMINATED, "the cell name has no end within its 32 bytes")                                     \
	X(NAME_EMPTY, "the cell has no name")                                                                    \
	X(NAME_CHARACTERS, "the cell name holds a control character or a slash")                                 \
	X(CPU_SET_SIZE, "cpu_set_size must be a multiple of 8 from 8 to 4096 bytes")                             \
	X(CPU_SET_EMPTY, "the CPU set is empty")                                                                 \
	X(CPU_RANGE, "the CPU set names a CPU beyond the supported number")                                      \
	X(COUNT_OVERFLOW,                                                                                        \
	  "the counts of the arrays overflow or are larger than any config can be")                              \
	X(SIZE_MISMATCH, "the counts of the arrays do not agree with the size of the file")                      \
	X(MEM_COUNT, "there are too many memory regions")                                                        \
	X(MEM_WRAP, "a memory region wraps around the end of the address space")                                 \
	X(MEM_RANGE, "a memory region lies beyond the 40 bits of address space that cells have")                 \
	X(MEM_PHYS_ALIGN,                                                                                        \
	  "a memory region has a physical address that is not a multiple of 4 KiB, while its virtual one is")    \
	X(MEM_FLAGS, "a memory region has unknown flags, or flags that exclude each other")                      \
	X(MEM_OVERLAP, "two memory regions overlap in the address space of the cell")                            \
	X(MEM_SUBPAGE, "a sub-page region crosses a page boundary or allows no access width")                    \
	X(COMM_REGION_SIZE, "the communication region must be exactly one page")                                 \
	X(COMM_REGION_TWICE, "there are two communication regions")                                              \
	X(COMM_REGION_ROOT, "the root cell cannot have a communication region")                                  \
	X(ROOT_IDENTITY,                                                                                         \
	  "a root cell region is not mapped one to one (phys_start differs from virt_start)")                    \
	X(IRQCHIP_COUNT, "there are too many interrupt controllers")                                             \
	X(IRQCHIP_PINS, "pin_base must be a multiple of 32 from 32 to 992 - 96")                                 \
	X(IRQ_TWICE, "the same interrupt is listed twice")                                                       \
	X(PCI_COUNT, "there are too many PCI devices, capabilities or stream ids")                               \
	X(PCI_CAPS, "a PCI device points to capabilities that do not exist")                                     \
	X(PCI_TWICE, "two PCI devices have the same domain and bdf")                                             \
	X(SHMEM_PEERS, "an ivshmem device must have 1 to 12 peers, and a number below that")                     \
	X(SHMEM_REGIONS,                                                                                         \
	  "the memory regions of an ivshmem device do not exist, are not whole pages of memory, do not follow "  \
	  "each other, or its output sections differ in size")                                                   \
	X(SHMEM_BARS,                                                                                            \
	  "bar_mask of an ivshmem device must stand for a power of two from 4 KiB to 1 MiB, of BAR 0, and of "   \
	  "BAR 1 exactly if it has MSI-X vectors, at most 16")                                                   \
	X(VPCI_IRQ, "vpci_irq_base is not an SPI")                                                               \
	X(RESET_ADDRESS, "cpu_reset_address is not inside a readable memory region of the cell")                 \
	X(HV_MEMORY_ALIGN,                                                                                       \
	  "hypervisor_memory must start at a multiple of 2 MiB and have a size that is a multiple of 4 KiB")     \
	X(HV_MEMORY_SIZE, "hypervisor_memory is too small or wraps; give it at least 2 MiB")                     \
	X(HV_MEMORY_OVERLAP, "a memory region of the cell overlaps the hypervisor's memory")                     \
	X(GIC_VERSION, "gic_version must be 2 or 3")                                                             \
	X(GIC_BASE,                                                                                              \
	  "a base address of the interrupt controller is missing or not a multiple of 4 KiB (64 KiB for GICv3)") \
	X(MAINTENANCE_IRQ, "maintenance_irq must be a PPI from 16 to 31 that no timer uses")                     \
	X(CONSOLE, "the debug console has MMIO access but no valid address or size")                             \
	X(ROOT_ID, "the id of the root cell must be 0")                                                          \
	X(CELL_ID, "the id of a cell must be from 1 to 255")                                                     \
	X(CELL_FLAGS, "the cell has unknown flags")                                                              \
	X(EXT_HEADER, "the extension block is damaged")                                                          \
	X(EXT_RECORD, "a record of the extension block is damaged")                                              \
	X(EXT_UNKNOWN,                                                                                           \
	  "the extension block has a mandatory record that this version does not know")                          \
	X(EXT_VALUE, "a record of the extension block has a value out of range")                                 \
	X(SYSTEM_FLAGS, "the system config has unknown flags")

#define JAILHOUSE_CONFIG_RULE_ENUM(name, text) JAILHOUSE_CFG_##name,
enum jailhouse_config_rule {
	JAILHOUSE_CFG_OK = 0,
	JAILHOUSE_CONFIG_RULES(JAILHOUSE_CONFIG_RULE_ENUM) JAILHOUSE_CFG_NUM_RULES
};
#undef JAILHOUSE_CONFIG_RULE_ENUM

/** JAILHOUSE_CONFIG_NO_INDEX: the finding is not about an array element. */
#define JAILHOUSE_CONFIG_NO_INDEX 0xffffffffu

/** Limits of this version. */
#define JAILHOUSE_CONFIG_MAX_CPUS     64
#define JAILHOUSE_CONFIG_MAX_REGIONS  256
#define JAILHOUSE_CONFIG_MAX_IRQCHIPS 32
#define JAILHOUSE_CONFIG_MAX_PCI      1024
/** Largest cell config in bytes (16 pages, less an unaligned start). */
#define JAILHOUSE_CONFIG_MAX_SIZE     (15 * 4096)

struct jailhouse_config_finding {
	enum jailhouse_config_rule rule;
	/** Elements of the array concerned, or JAILHOUSE_CONFIG_NO_INDEX. */
	__u32 index;
	__u32 other;
	/** The offending value, 0 if there is none. */
	__u64 value;
};

/**
 * Check a non-root cell config of `size` bytes at `config` (any alignment).
 * `id_assigned`: the id field is set and must be valid.
 * Returns true if it keeps all rules, else fills in *finding with the first.
 */
bool jailhouse_config_check_cell(const void *config, __u64 size, bool id_assigned,
				 struct jailhouse_config_finding *finding);

/** The same for a system config. */
bool jailhouse_config_check_system(const void *config, __u64 size,
				   struct jailhouse_config_finding *finding);

/** The short name of a rule, such as "MEM_OVERLAP". */
const char *jailhouse_config_rule_name(enum jailhouse_config_rule rule);

/** The sentence of a rule. */
const char *jailhouse_config_rule_text(enum jailhouse_config_rule rule);

/**
 * Bytes of a checked cell config with its extension block.
 */
__u64 jailhouse_config_full_size(const struct jailhouse_cell_desc *cell);
