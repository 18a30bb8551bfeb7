/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The same cell, under the name that the cells of `secure=on` have. */
#include "qemu-arm64-bench.c"
