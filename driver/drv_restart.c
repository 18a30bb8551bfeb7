// SPDX-License-Identifier: GPL-2.0
/*
 * Polls the restart set in the console page, a plain read of memory, while any
 * cell is started; loads such a cell with the images that were kept, and
 * starts it. A cell for which that fails is left alone, with a message.
 */
#include "drv_restart.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#include "drv_cell.h"
#include "drv_images.h"
#include "drv_state.h"

#define PERIOD_MS  100
/* How long one attempt may hold drv_lock; a cell that needs longer is tried again. */
#define ATTEMPT_MS 500

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look);

static bool wants_restart(const struct drv_cell *cell)
{
	u64 word;

	if (cell == drv.root || !cell->started)
		return false;
	word = READ_ONCE(drv.console->restart_cells[cell->id / 64]);
	return cell->restarting || (word & BIT_ULL(cell->id % 64));
}

static void restart(struct drv_cell *cell)
{
	struct jailhouse_reason why = {};
	int err;

	/* EL2 clears the cell's bit when it is stopped, so remember it. */
	cell->restarting = true;
	err = drv_images_reload(cell, ATTEMPT_MS, &why);
	if (!err)
		err = drv_cell_start(cell, ATTEMPT_MS, &why);
	if (err == -ETIMEDOUT)
		return;
	cell->restarting = false;
	if (!err) {
		pr_info_ratelimited("cell \"%s\" reset itself, was loaded again and started\n",
				    cell->name);
		return;
	}
	cell->started = false;
	pr_err("cell \"%s\" reset itself, but cannot be started again: %s\n", cell->name, why.text);
}

static void look(struct work_struct *work)
{
	struct drv_cell *cell;
	bool again = false;

	/* Whoever holds the lock may be waiting for a cell; do not queue up behind it. */
	if (!mutex_trylock(&drv_lock)) {
		again = true;
	} else {
		if (drv.enabled && !drv.broken)
			list_for_each_entry(cell, &drv.cells, entry) {
				if (wants_restart(cell))
					restart(cell);
				again |= cell->started;
			}
		mutex_unlock(&drv_lock);
	}
	if (again)
		schedule_delayed_work(&look_work, msecs_to_jiffies(PERIOD_MS));
}

void drv_restart_watch(void)
{
	schedule_delayed_work(&look_work, msecs_to_jiffies(PERIOD_MS));
}

void drv_restart_exit(void)
{
	cancel_delayed_work_sync(&look_work);
}
