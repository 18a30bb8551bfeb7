// SPDX-License-Identifier: GPL-2.0
/*
 * The module: comes, goes, and gives EL2 back before the machine reboots.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/reboot.h>

#include "drv_cpus.h"
#include "drv_enable.h"
#include "drv_file.h"
#include "drv_ram.h"
#include "drv_restart.h"
#include "drv_state.h"
#include "drv_sysfs.h"

/* A reboot waits so long for a request that is being served, and for each cell. */
#define REBOOT_LOCK_MS 15000
#define REBOOT_CELL_MS 3000

struct drv_state drv = {
	.cells = LIST_HEAD_INIT(drv.cells),
};
DEFINE_MUTEX(drv_lock);
DECLARE_RWSEM(drv_view);

static bool lock_for_reboot(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(REBOOT_LOCK_MS);

	while (!mutex_trylock(&drv_lock)) {
		if (time_after(jiffies, end))
			return false;
		msleep(10);
	}
	return true;
}

static int before_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	struct jailhouse_reason why = {};

	if (!lock_for_reboot()) {
		pr_err("the machine goes down with the hypervisor enabled: a request does not end\n");
		return NOTIFY_DONE;
	}
	if (drv.enabled && drv_disable(REBOOT_CELL_MS, &why))
		pr_err("the machine goes down with the hypervisor enabled: %s\n", why.text);
	mutex_unlock(&drv_lock);
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier = {
	.notifier_call = before_reboot,
};

/* In this order: what user space can reach comes last, and goes first. */
static const struct part {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ drv_cpus_init, drv_cpus_exit },
	{ drv_ram_init, drv_ram_exit },
	{ drv_sysfs_init, drv_sysfs_exit },
	{ drv_file_init, drv_file_exit },
};

static void exit_parts(unsigned int count)
{
	while (count-- > 0)
		parts[count].exit();
}

static int __init drv_init(void)
{
	int err;

	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			exit_parts(i);
			return err;
		}
	}
	err = register_reboot_notifier(&reboot_notifier);
	if (err)
		exit_parts(ARRAY_SIZE(parts));
	return err;
}

/* The hypervisor holds a reference to the module, so it is not enabled here. */
static void __exit drv_exit(void)
{
	unregister_reboot_notifier(&reboot_notifier);
	drv_restart_exit();
	exit_parts(ARRAY_SIZE(parts));
}

module_init(drv_init);
module_exit(drv_exit);

MODULE_AUTHOR("The Cellblock authors");
MODULE_DESCRIPTION("Puts the Jailhouse-compatible hypervisor of Cellblock under a running Linux");
MODULE_FIRMWARE("jailhouse.bin");
MODULE_LICENSE("GPL");
