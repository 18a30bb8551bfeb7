/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Answers to the messages that arrive in the communication region. */
#pragma once

#include <inmate.h>

/**
 * Look for a message. RECONFIG_COMPLETED and unknown ones are answered;
 * returns true if the cell is asked to shut down, which the caller answers with
 * comm_shut_down() or comm_deny_shutdown().
 */
bool comm_shutdown_requested(void);

/** Give up all interrupts, report SHUT_DOWN, approve if asked, and stop. Without
 *  a hypervisor: power the machine off. */
void __attribute__((noreturn)) comm_shut_down(void);

void comm_deny_shutdown(void);
