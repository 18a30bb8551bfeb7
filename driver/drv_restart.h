/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serves cells that reset themselves (PSCI SYSTEM_RESET).
 */
#pragma once

/** A cell has been started: look after the restart set from now on. */
void drv_restart_watch(void);

/** Look no more, and wait for a look that is under way. Not under drv_lock. */
void drv_restart_exit(void);
