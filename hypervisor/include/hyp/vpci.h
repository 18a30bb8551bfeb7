/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual PCI host of a cell: its configuration space window (ECAM) and
 * the functions in it.
 */
#pragma once

#include <hyp/mmio.h>

struct cell;

/** Build the cell's functions and windows from its config, the last of the
 *  cell's windows. Its functions are peers of their links from now on, in
 *  state 0. Negative errno with a reason. */
long vpci_create(struct cell *cell) __must_check;

/** Undo vpci_create(), also if it failed or never was called: its peers learn
 *  that the cell went away. */
void vpci_destroy(struct cell *cell);

/** All its functions as after power-on. */
void vpci_reset(struct cell *cell);

/** Number `what` (JAILHOUSE_CHANNEL_*) of the n-th channel of a cell, or
 *  -ENOENT, -EINVAL. Management lock. */
long vpci_info(const struct cell *cell, u64 n, u64 what);
