/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The extension block: what revision 14 of the config format has no room for.
 *
 * It follows the last array of a cell whose flags have
 * JAILHOUSE_CELL_EXTENDED. It starts with the header below, then `size` bytes
 * of records (headers included in their own size), each a multiple of 8 bytes
 * long. A reader skips a record type it does not know, unless the record says
 * that it is mandatory: then it refuses the config.
 */
#pragma once

#include <jailhouse/types.h>

/** "CBLKEXT1" */
#define JAILHOUSE_EXT_MAGIC       0x315458454b4c4243ULL
/** Most records in one block. */
#define JAILHOUSE_EXT_MAX_RECORDS 256

struct jailhouse_ext_header {
	__u64 magic;
	/** Bytes of the whole block with this header. */
	__u32 size;
	__u32 num_records;
} __attribute__((packed));

/** The config may not be used by someone who does not know this record. */
#define JAILHOUSE_EXT_MANDATORY 0x0001

struct jailhouse_ext_record {
	/** JAILHOUSE_EXT_* */
	__u16 type;
	/** JAILHOUSE_EXT_MANDATORY */
	__u16 flags;
	/** Bytes with this header, a multiple of 8. */
	__u32 size;
} __attribute__((packed));

#define JAILHOUSE_EXT_POLICY      1
#define JAILHOUSE_EXT_REGION_NAME 2
#define JAILHOUSE_EXT_GICR_REGION 3

/** A forbidden access parks the CPU (default of non-root cells). */
#define JAILHOUSE_VIOLATION_PARK  0
/** It is answered by an external abort (default of the root cell). */
#define JAILHOUSE_VIOLATION_ABORT 1

/** WFI enters EL2, so that the CPU can always be taken back (default). */
#define JAILHOUSE_POLICY_TRAP_WFI 0x01
/** RAM of the cell is zeroed when it is destroyed (default). */
#define JAILHOUSE_POLICY_SCRUB    0x02
/** Regions without JAILHOUSE_MEM_EXECUTE cannot be executed (without this, RAM
 *  always can: configs of revision 14 do not set that flag reliably). */
#define JAILHOUSE_POLICY_EXECUTE  0x04

/** At most one per cell; without it the defaults hold. */
struct jailhouse_ext_policy {
	struct jailhouse_ext_record record;
	/** JAILHOUSE_VIOLATION_* */
	__u32 on_violation;
	/** JAILHOUSE_POLICY_* */
	__u32 flags;
} __attribute__((packed));

/** Names memory region `region` in reports. */
struct jailhouse_ext_region_name {
	struct jailhouse_ext_record record;
	__u32 region;
	char name[28];
} __attribute__((packed));

/** GICv3 of the root cell: a region of redistributors (as in the device tree).
 *  If there is any, all are given, also the one at gicr_base. */
struct jailhouse_ext_gicr_region {
	struct jailhouse_ext_record record;
	/** A multiple of 64 KiB. */
	__u64 base;
	/** Bytes, a multiple of 128 KiB. */
	__u64 size;
} __attribute__((packed));

_Static_assert(sizeof(struct jailhouse_ext_header) == 16, "extension ABI");
_Static_assert(sizeof(struct jailhouse_ext_policy) == 16, "extension ABI");
_Static_assert(sizeof(struct jailhouse_ext_region_name) == 40, "extension ABI");
_Static_assert(sizeof(struct jailhouse_ext_gicr_region) == 24, "extension ABI");
