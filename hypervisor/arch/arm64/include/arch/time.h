/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system counter, the only clock of the hypervisor.
 */
#pragma once

#include <hyp/base.h>

/** Ticks of the system counter; never goes back. */
u64 counter_now(void);
/** Ticks for this many microseconds; saturates. */
u64 counter_ticks(u64 microseconds);
/** A short rest inside a wait for another CPU. */
void cpu_relax(void);
