/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pen of drv_pen.S, for C and assembly: code, then a slot for each CPU.
 * The CPUs have their MMU off, so what they write and what the driver writes
 * are in different cache lines.
 */
#pragma once

/* "cellpen" and the revision of this layout: an earlier module may have left it. */
#define PEN_MAGIC     0x63656c6c70656e01
#define PEN_MAGIC_AT  8
#define PEN_SLOTS     1024
#define PEN_SLOT_SIZE 512

/* Written by the driver. */
#define PEN_MPIDR  0
#define PEN_CPU    8
#define PEN_ENTRY  16
#define PEN_TICKET 24
/* Written by the CPU: the ticket that it took, and the one that it has used. */
#define PEN_TAKEN  256
#define PEN_BACK   264
#define PEN_LEVEL  272
