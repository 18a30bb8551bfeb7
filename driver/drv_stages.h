/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transactions: a table of stages that is walked forwards, and backwards from
 * the first stage that fails.
 */
#pragma once

#include <jailhouse/ioctl.h>

struct drv_stage {
	/** Named in drv_inject.h's `stage:NAME`. */
	const char *name;
	/** Returns 0, or a negative errno with the reason and nothing changed. */
	int (*enter)(void *transaction, struct jailhouse_reason *why);
	/** Optional: undoes enter. Cannot fail. */
	void (*leave)(void *transaction);
};

/** Enter all stages; on failure leave those entered, in reverse order. */
int drv_stages_run(const struct drv_stage *stages, unsigned int count, void *transaction,
		   struct jailhouse_reason *why);
