// SPDX-License-Identifier: GPL-2.0
/*
 * Runs transactions, whatever their stages are.
 */
#include "drv_stages.h"

#include <linux/errno.h>

#include "drv_inject.h"
#include "drv_reason.h"

int drv_stages_run(const struct drv_stage *stages, unsigned int count, void *transaction,
		   struct jailhouse_reason *why)
{
	int err;

	for (unsigned int i = 0; i < count; i++) {
		if (drv_inject_stage(stages[i].name))
			err = drv_reason_set(
				why, -ECANCELED,
				"stage \"%s\" was made to fail by the parameter `inject`",
				stages[i].name);
		else
			err = stages[i].enter(transaction, why);
		if (!err)
			continue;
		while (i-- > 0)
			if (stages[i].leave)
				stages[i].leave(transaction);
		return err;
	}
	return 0;
}
