/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image in memory and what the driver put around it, and the parts of
 * enable that are the architecture's business.
 */
#pragma once

#include <hyp/cpu.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/header.h>

/** Written by the driver before the first CPU enters; constant since. */
const struct jailhouse_header *image_header(void);
const struct jailhouse_system *image_system_config(void);
const char *image_version(void);

/** Is this a CPU that has no Linux to return to? */
static inline bool image_cpu_parked(u32 id)
{
	return image_header()->parked_cpus >> id & 1;
}

/** Offset of the page pool in the hypervisor's memory. */
u64 image_pool_start(void);

/** Did this CPU enter EL2 since the image was loaded? */
bool image_cpu_arrived(u32 id);

/** Are all CPUs of a kind that we can drive? -EIO with a reason. */
int arch_check_cpus(void) __must_check;

/** See what the leader mapped with map_device(). */
void arch_adopt_map(void);

/** Per-CPU part of enable: allocate and fill the stage-2 root. -ENOMEM. */
int arch_cpu_init(struct cpu *cpu) __must_check;
