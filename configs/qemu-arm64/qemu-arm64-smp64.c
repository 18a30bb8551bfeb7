/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The same root cell on a machine with -smp 64 -m 2G: clusters of 16 CPUs. */
#define MANY_CPUS
#define CPU_SET ~0ULL
#include "qemu-arm64.c"
