/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The same root cell on a machine with -smp 24 -m 2G: clusters of 16 CPUs. The
 * redistributors of each cluster are given as a region, the second one first, as
 * on machines where they do not follow each other.
 */
#define MANY_CPUS
#define CPU_SET 0xffffff
#define GICR_REGIONS                                            \
	GICR_REGION(GICR_BASE + 16 * GICR_SIZE, 8 * GICR_SIZE), \
		GICR_REGION(GICR_BASE, 16 * GICR_SIZE)
#include "qemu-arm64.c"
