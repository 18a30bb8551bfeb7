/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The communication region: the page that a cell and the hypervisor share.
 * What the cell writes there is read once and never trusted.
 */
#pragma once

#include <hyp/cell.h>

/** Zero and fill the page for a start of the cell. */
void comm_start(struct cell *cell, const struct jailhouse_system *system);

/** State as management sees it; -EINVAL if the cell wrote nonsense. */
long comm_state(const struct cell *cell);
void comm_set_state(struct cell *cell, u32 state);

/** True if the cell is to be asked before it is stopped. */
bool comm_must_ask(const struct cell *cell);

void comm_send(struct cell *cell, u32 message);

enum comm_answer { COMM_PENDING, COMM_APPROVED, COMM_DENIED };
enum comm_answer comm_answer(const struct cell *cell);
