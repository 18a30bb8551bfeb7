/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The root cell of -M virt,gic-version=2. The cells of this board fit both. */
#define WITH_GICV2
#include "qemu-arm64.c"
