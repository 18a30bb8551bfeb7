/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The cell that `make bench` counts operations of the inmate in. */
#define WITH_CHANNEL
#include "qemu-arm64-bench.c"
