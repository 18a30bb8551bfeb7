/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Hypercalls, their numbers and results, and the communication region between
 * the hypervisor and a cell. How to issue one: <asm/jailhouse_hypercall.h>.
 *
 * Every call returns a value >= 0 or a negative errno in x0. The management
 * calls 0 to 4 and 6 are for the root cell; when one fails, the reason in
 * words stands in the console page (<jailhouse/console.h>).
 */
#pragma once

#include <jailhouse/console.h>
#include <jailhouse/types.h>

/** Give EL2 back; every root CPU must call at once. EPERM, EBUSY. */
#define JAILHOUSE_HC_DISABLE             0
/** Arg: physical address of the cell config. EPERM, ENOMEM, EEXIST, E2BIG,
 *  EBUSY, EINVAL. */
#define JAILHOUSE_HC_CELL_CREATE         1
/** Arg: cell id. EPERM, ENOENT, EINVAL; EAGAIN: ask again later, the cell has
 *  not answered or its CPUs still work; ENODATA: nothing was loaded. */
#define JAILHOUSE_HC_CELL_START          2
/** Arg: cell id. As CELL_START. Also what "shutdown" is made of. */
#define JAILHOUSE_HC_CELL_SET_LOADABLE   3
/** Arg: cell id. As CELL_START. */
#define JAILHOUSE_HC_CELL_DESTROY        4
/** Arg: JAILHOUSE_INFO_*. EINVAL. */
#define JAILHOUSE_HC_HYPERVISOR_GET_INFO 5
/** Arg: cell id. EPERM, ENOENT, EINVAL. */
#define JAILHOUSE_HC_CELL_GET_STATE      6
/** Args: logical CPU, JAILHOUSE_CPU_INFO_*. EPERM, EINVAL. */
#define JAILHOUSE_HC_CPU_GET_INFO        7
/** Arg: character. EPERM. */
#define JAILHOUSE_HC_DEBUG_CONSOLE_PUTC  8

/** Ours. Args: cell id; channel << JAILHOUSE_CHANNEL_SHIFT | JAILHOUSE_CHANNEL_*,
 *  where channels are the cell's ivshmem functions, counted from 0 in the order
 *  of its config. Root only. EPERM; ENOENT no such cell or channel; EINVAL. */
#define JAILHOUSE_HC_CELL_GET_CHANNEL 9

#define JAILHOUSE_CHANNEL_SHIFT    8
/** bdf; state of this peer; doorbells rung by it; those of others that it was
 *  interrupted for; its own that reached nobody: absent, or not listening. */
#define JAILHOUSE_CHANNEL_BDF      0
#define JAILHOUSE_CHANNEL_STATE    1
#define JAILHOUSE_CHANNEL_SENT     2
#define JAILHOUSE_CHANNEL_RECEIVED 3
#define JAILHOUSE_CHANNEL_DROPPED  4

#define JAILHOUSE_INFO_MEM_POOL_SIZE   0
#define JAILHOUSE_INFO_MEM_POOL_USED   1
#define JAILHOUSE_INFO_REMAP_POOL_SIZE 2
#define JAILHOUSE_INFO_REMAP_POOL_USED 3
#define JAILHOUSE_INFO_NUM_CELLS       4

#define JAILHOUSE_CPU_INFO_STATE     0
#define JAILHOUSE_CPU_INFO_STAT_BASE 1000

#define JAILHOUSE_CPU_RUNNING 0
#define JAILHOUSE_CPU_FAILED  2

#define JAILHOUSE_CPU_STAT_VMEXITS_TOTAL       0
#define JAILHOUSE_CPU_STAT_VMEXITS_MMIO        1
#define JAILHOUSE_CPU_STAT_VMEXITS_MANAGEMENT  2
#define JAILHOUSE_CPU_STAT_VMEXITS_HYPERCALL   3
#define JAILHOUSE_GENERIC_CPU_STATS            4
/* Arm. MAINTENANCE and VIRQ stay 0: no interrupt enters EL2. */
#define JAILHOUSE_CPU_STAT_VMEXITS_MAINTENANCE (JAILHOUSE_GENERIC_CPU_STATS + 0)
#define JAILHOUSE_CPU_STAT_VMEXITS_VIRQ        (JAILHOUSE_GENERIC_CPU_STATS + 1)
#define JAILHOUSE_CPU_STAT_VMEXITS_VSGI        (JAILHOUSE_GENERIC_CPU_STATS + 2)
#define JAILHOUSE_CPU_STAT_VMEXITS_PSCI        (JAILHOUSE_GENERIC_CPU_STATS + 3)
#define JAILHOUSE_CPU_STAT_VMEXITS_SMCCC       (JAILHOUSE_GENERIC_CPU_STATS + 4)
#define JAILHOUSE_NUM_CPU_STATS                (JAILHOUSE_GENERIC_CPU_STATS + 5)

#define JAILHOUSE_CELL_RUNNING         0
#define JAILHOUSE_CELL_RUNNING_LOCKED  1
#define JAILHOUSE_CELL_SHUT_DOWN       2
#define JAILHOUSE_CELL_FAILED          3
#define JAILHOUSE_CELL_FAILED_COMM_REV 4

#define JAILHOUSE_MSG_NONE               0
#define JAILHOUSE_MSG_SHUTDOWN_REQUEST   1
#define JAILHOUSE_MSG_RECONFIG_COMPLETED 2

#define JAILHOUSE_MSG_UNKNOWN          1
#define JAILHOUSE_MSG_REQUEST_DENIED   2
#define JAILHOUSE_MSG_REQUEST_APPROVED 3
#define JAILHOUSE_MSG_RECEIVED         4

#define COMM_REGION_ABI_REVISION 2
#define COMM_REGION_MAGIC        "JHCOMM"

#define JAILHOUSE_COMM_FLAG_DBG_PUTC_PERMITTED 0x0001
#define JAILHOUSE_COMM_FLAG_DBG_PUTC_ACTIVE    0x0002
#define JAILHOUSE_COMM_HAS_DBG_PUTC_PERMITTED(flags) \
	(!!((flags)&JAILHOUSE_COMM_FLAG_DBG_PUTC_PERMITTED))
#define JAILHOUSE_COMM_HAS_DBG_PUTC_ACTIVE(flags) (!!((flags)&JAILHOUSE_COMM_FLAG_DBG_PUTC_ACTIVE))

/**
 * The page that a cell and the hypervisor share. Zeroed and filled anew at
 * every start of the cell. 104 bytes with tail padding; 100 are used.
 */
struct jailhouse_comm_region {
	char signature[6];
	__u16 revision;
	/** JAILHOUSE_CELL_*: written by EL2 at start, then by the cell. */
	volatile __u32 cell_state;
	volatile __u32 msg_to_cell;
	volatile __u32 reply_from_cell;
	/** JAILHOUSE_COMM_FLAG_* */
	__u32 flags;
	struct jailhouse_console console;
	__u64 pci_mmconfig_base;
	__u8 gic_version;
	__u8 padding[7];
	__u64 gicd_base;
	__u64 gicc_base;
	__u64 gicr_base;
	/** SPI number of virtual PCI INTA. */
	__u32 vpci_irq_base;
} __attribute__((packed, aligned(4)));

/** GICv3: at this offset in the region's page are the bases of all regions of
 *  redistributors, u64[8]; unused ones are 0. Before Cellblock all were 0. */
#define JAILHOUSE_COMM_GICR_REGIONS 0x80

_Static_assert(sizeof(struct jailhouse_comm_region) == 100, "comm region ABI");
_Static_assert(offsetof(struct jailhouse_comm_region, gicr_base) == 88, "comm region ABI");

/** One-way helpers: each side clears the other's word before it writes. */
#define jailhouse_send_msg_to_cell(comm_region, msg)        \
	do {                                                \
		(comm_region)->reply_from_cell = 0;         \
		__asm__ volatile("dmb ishst" ::: "memory"); \
		(comm_region)->msg_to_cell = (msg);         \
	} while (0)

#define jailhouse_send_reply_from_cell(comm_region, reply)  \
	do {                                                \
		(comm_region)->msg_to_cell = 0;             \
		__asm__ volatile("dmb ishst" ::: "memory"); \
		(comm_region)->reply_from_cell = (reply);   \
	} while (0)

#include <asm/jailhouse_hypercall.h>
