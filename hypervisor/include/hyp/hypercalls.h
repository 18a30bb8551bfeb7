/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry of the hypercalls (numbers and results: <jailhouse/hypercall.h>).
 */
#pragma once

#include <hyp/base.h>

/** Highest number; the exception entry refuses what is above. */
#define HYPERCALL_LAST 9

/** Performs one for the executing cell; returns what the cell gets in x0. The
 *  arguments come from the cell and may be anything. */
typedef long (*hypercall_fn)(u64 code, u64 arg1, u64 arg2);

/** Entries of the table: the exception entry masks the number with this less
 *  one, so that no speculative call leaves the table. */
#define HYPERCALL_SLOTS 16

/** By number; NULL for DISABLE and behind the last. */
extern const hypercall_fn hypercalls[HYPERCALL_SLOTS];
