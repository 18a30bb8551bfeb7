/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the two files that manage cells, cell.c and cell_create.c. Nobody
 * else includes this.
 */
#pragma once

#include <hyp/cell.h>

/** Take the management lock: 0, -EPERM for a caller that is not root, or
 *  -EAGAIN if another call is under way. */
long management_begin(void) __must_check;
/** Release it; in a self-test build, check the invariants first. */
long management_end(long result);

void cell_list_add(struct cell *cell);

/** A running cell other than `except` that locks the configuration, or NULL. */
const struct cell *cell_find_locked(const struct cell *except);

/** Tell all running cells but `cell` that the configuration has changed. */
void cell_notify_others(const struct cell *cell);

/** Move an idle CPU to `cell` and clear its counters. */
void cpu_assign(struct cpu *cpu, struct cell *cell);

/** Give the interrupts of `cell` back that root's config lists. */
void root_cell_take_irqs(const struct cell *cell);

/** Join root's mappings again where a region of `cell` made them be split. */
void root_cell_collapse(const struct cell *cell);

/** Free everything a cell holds. It is in no list, its TLB entries are gone. */
void cell_free(struct cell *cell);
