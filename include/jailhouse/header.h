/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The head of jailhouse.bin, and what driver and EL2 agree on at the switch.
 *
 * Memory order in the reserved range (system config: hypervisor_memory):
 * the image; zeroes up to core_size; max_cpus per-CPU areas of percpu_size
 * bytes; the system config; zeroes to the end. The driver lays all of this
 * out and cleans it to the point of coherency.
 *
 * Each online CPU then issues HVC #0 with x0 = 1 (the kernel's hyp stub: soft
 * restart, jump to a physical address at EL2 with the MMU off), x1 = physical
 * address of the image + `entry`, x2 = its logical number. All CPUs must do so
 * inside stop_machine(). The call returns on every CPU with the same value in
 * x0: 0, or a negative errno with EL2 given back as it was found; the reason
 * is then in the console page. x19 to x30 and SP_EL0/1 are kept; x1 to x18
 * are not.
 *
 * CPUs that Linux does not have come in the same way, from wherever the driver
 * keeps them in EL2: MMU off, x0 = logical number, ELR_EL2 and SPSR_EL2 the way
 * back. They are listed in `parked_cpus`, belong to the root cell, and rest in
 * EL2 until a cell gets them; disable sends them back, no register kept.
 */
#pragma once

#include <jailhouse/types.h>

#define JAILHOUSE_SIGNATURE       "JAILHOUS"
/** Counts incompatible changes of this header. */
#define JAILHOUSE_HEADER_REVISION 2

struct jailhouse_header {
	/* Filled in by the build. */
	char signature[8];
	/** Bytes of the image with its zeroed part, a multiple of 4 KiB. */
	__u64 core_size;
	/** Bytes of one per-CPU area, a multiple of 4 KiB. */
	__u64 percpu_size;
	/** Offsets from the start of the image. */
	__u64 entry;
	__u64 console_page;
	__u64 gcov_info_head;

	/* Filled in by the driver. */
	/** Highest CPU number of the root cell's set, plus 1. */
	__u32 max_cpus;
	/** How many CPUs will enter. */
	__u32 online_cpus;
	/** Unused, kept for the layout. */
	__u64 debug_console_base;
	__u64 arm_linux_hyp_vectors;
	__u32 arm_linux_hyp_abi;
	/** Build: JAILHOUSE_HEADER_REVISION. */
	__u32 revision;
	/** Driver: how long CPUs wait for each other in EL2, in milliseconds. */
	__u32 rendezvous_ms;
	/** Driver: bytes of the system config. */
	__u32 config_size;
	/** Driver: physical address of the image. */
	__u64 phys_start;
	/** Driver: bitmap of CPUs that have no Linux to return to. */
	__u64 parked_cpus;
} __attribute__((packed));

_Static_assert(offsetof(struct jailhouse_header, max_cpus) == 48, "header ABI");
_Static_assert(offsetof(struct jailhouse_header, revision) == 76, "header ABI");
_Static_assert(sizeof(struct jailhouse_header) == 104, "header ABI");
