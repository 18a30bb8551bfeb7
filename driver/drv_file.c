// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/jailhouse: checks what user space passes, takes the lock, calls those
 * who do the work, and hands the reason of a failure to the log and to the
 * file it belongs to.
 */
#include "drv_file.h"

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include <jailhouse/ioctl.h>

#include "drv_cell.h"
#include "drv_console.h"
#include "drv_enable.h"
#include "drv_images.h"
#include "drv_reason.h"
#include "drv_state.h"

struct drv_file {
	struct drv_console_reader reader;
	/* Protects reason; innermost. */
	spinlock_t lock;
	struct jailhouse_reason reason;
};

static int file_open(struct inode *inode, struct file *filp)
{
	struct drv_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return -ENOMEM;
	drv_console_reader_init(&file->reader);
	spin_lock_init(&file->lock);
	filp->private_data = file;
	return stream_open(inode, filp);
}

static int file_release(struct inode *inode, struct file *filp)
{
	kfree(filp->private_data);
	return 0;
}

static ssize_t file_read(struct file *filp, char __user *buffer, size_t count, loff_t *offset)
{
	struct drv_file *file = filp->private_data;

	return drv_console_read(&file->reader, buffer, count, filp->f_flags & O_NONBLOCK);
}

static int do_enable(void __user *arg, struct jailhouse_reason *why)
{
	return drv_enable(arg, why);
}

static int do_disable(void __user *arg, struct jailhouse_reason *why)
{
	return drv_disable(0, why);
}

static int get_argument(void *argument, const void __user *source, size_t size,
			struct jailhouse_reason *why)
{
	if (!copy_from_user(argument, source, size))
		return 0;
	return drv_reason_set(
		why, -EFAULT,
		"the argument of the request cannot be read: %zu bytes at %px are not all mapped",
		size, source);
}

static int do_cell_create(void __user *arg, struct jailhouse_reason *why)
{
	struct jailhouse_cell_create create;

	if (get_argument(&create, arg, sizeof(create), why))
		return why->code;
	return drv_cell_create(u64_to_user_ptr(create.config_address), create.config_size, why);
}

static int do_cell_load(void __user *arg, struct jailhouse_reason *why)
{
	struct jailhouse_cell_load __user *source = arg;
	struct jailhouse_cell_load load;
	struct drv_cell *cell;

	if (get_argument(&load, source, sizeof(load), why) ||
	    drv_cell_find(&load.cell_id, &cell, why))
		return why->code;
	return drv_images_load(cell, source->image, load.num_preload_images, why);
}

static int do_cell_start(void __user *arg, struct jailhouse_reason *why)
{
	struct jailhouse_cell_id id;
	struct drv_cell *cell;

	if (get_argument(&id, arg, sizeof(id), why) || drv_cell_find(&id, &cell, why))
		return why->code;
	return drv_cell_start(cell, 0, why);
}

static int do_cell_destroy(void __user *arg, struct jailhouse_reason *why)
{
	struct jailhouse_cell_id id;
	struct drv_cell *cell;

	if (get_argument(&id, arg, sizeof(id), why) || drv_cell_find(&id, &cell, why))
		return why->code;
	return drv_cell_destroy(cell, 0, why);
}

static const struct request {
	unsigned int code;
	const char *name;
	int (*perform)(void __user *arg, struct jailhouse_reason *why);
} requests[] = {
	{ JAILHOUSE_ENABLE, "enable", do_enable },
	{ JAILHOUSE_DISABLE, "disable", do_disable },
	{ JAILHOUSE_CELL_CREATE, "cell create", do_cell_create },
	{ JAILHOUSE_CELL_LOAD, "cell load", do_cell_load },
	{ JAILHOUSE_CELL_START, "cell start", do_cell_start },
	{ JAILHOUSE_CELL_DESTROY, "cell destroy", do_cell_destroy },
};

static const struct request *find_request(unsigned int code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].code == code)
			return &requests[i];
	return NULL;
}

static int perform(unsigned int code, void __user *arg, struct jailhouse_reason *why)
{
	const struct request *request = find_request(code);
	int err;

	if (!request)
		return drv_reason_set(
			why, -EINVAL,
			"the driver does not know request 0x%x; tool and module are of different versions",
			code);
	if (mutex_lock_killable(&drv_lock))
		return drv_reason_set(why, -EINTR,
				      "the request was interrupted while another one ran");
	err = request->perform(arg, why);
	mutex_unlock(&drv_lock);
	if (err)
		pr_err("%s failed (%d): %s\n", request->name, err, why->text);
	return err;
}

static long get_reason(struct drv_file *file, void __user *arg)
{
	struct jailhouse_reason reason;

	spin_lock(&file->lock);
	reason = file->reason;
	spin_unlock(&file->lock);
	return copy_to_user(arg, &reason, sizeof(reason)) ? -EFAULT : 0;
}

static long file_ioctl(struct file *filp, unsigned int code, unsigned long arg)
{
	struct drv_file *file = filp->private_data;
	struct jailhouse_reason why = {};
	int err;

	if (code == JAILHOUSE_GET_REASON)
		return get_reason(file, (void __user *)arg);
	err = perform(code, (void __user *)arg, &why);
	/* Without error and with a text: a note. What was tried in vain has a code. */
	if (!err && (why.code || !*why.text))
		return 0;
	spin_lock(&file->lock);
	file->reason = why;
	file->reason.code = err;
	spin_unlock(&file->lock);
	return err;
}

static const struct file_operations file_ops = {
	.owner = THIS_MODULE,
	.open = file_open,
	.release = file_release,
	.read = file_read,
	.unlocked_ioctl = file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "jailhouse",
	.fops = &file_ops,
	.mode = 0600,
};

int drv_file_init(void)
{
	return misc_register(&misc);
}

void drv_file_exit(void)
{
	misc_deregister(&misc);
}

struct device *drv_file_device(void)
{
	return misc.this_device;
}
