// SPDX-License-Identifier: GPL-2.0
/*
 * Finds jailhouse.bin and believes nothing that its header says before it has
 * looked.
 */
#include "drv_firmware.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <jailhouse/console.h>

#include "drv_file.h"
#include "drv_reason.h"

#define IMAGE_NAME "jailhouse.bin"
/* No image or per-CPU area comes near this; it keeps the sums below from wrapping. */
#define SIZE_LIMIT SZ_1G

static int refuse(const char *fault, struct jailhouse_reason *why)
{
	return drv_reason_set(why, -EINVAL,
			      "/lib/firmware/" IMAGE_NAME
			      " %s; install the one that was built with this module",
			      fault);
}

static bool is_size(u64 value)
{
	return value && value <= SIZE_LIMIT && PAGE_ALIGNED(value);
}

static int check(const struct firmware *image, struct jailhouse_reason *why)
{
	const struct jailhouse_header *header = drv_firmware_header(image);

	if (image->size < sizeof(*header))
		return refuse("is shorter than its header", why);
	if (memcmp(header->signature, JAILHOUSE_SIGNATURE, sizeof(header->signature)))
		return refuse("is no hypervisor image: its signature is not JAILHOUS", why);
	if (header->revision != JAILHOUSE_HEADER_REVISION)
		return refuse("has a header of another revision than this module", why);
	if (!is_size(header->core_size) || !is_size(header->percpu_size))
		return refuse("has a header with impossible sizes", why);
	if (image->size > header->core_size)
		return refuse("is larger than its header says", why);
	if (header->entry >= image->size || header->entry % 4)
		return refuse("has its entry outside of itself", why);
	if (!PAGE_ALIGNED(header->console_page) || header->console_page == 0 ||
	    header->console_page > header->core_size - sizeof(struct jailhouse_console_page))
		return refuse("has its console page outside of itself", why);
	return 0;
}

int drv_firmware_get(const struct firmware **image, struct jailhouse_reason *why)
{
	int err = firmware_request_nowarn(image, IMAGE_NAME, drv_file_device());

	if (err == -ENOENT)
		return drv_reason_set(why, err,
				      "the hypervisor image " IMAGE_NAME
				      " is not in /lib/firmware; install it there (make install)");
	if (err)
		return drv_reason_set(why, err,
				      "the hypervisor image " IMAGE_NAME
				      " cannot be loaded (error %d)",
				      err);
	err = check(*image, why);
	if (err)
		release_firmware(*image);
	return err;
}

int drv_firmware_config_offset(const struct jailhouse_header *header, u32 max_cpus, u64 config_size,
			       u64 memory_size, u64 *offset, struct jailhouse_reason *why)
{
	u64 needed;

	*offset = header->core_size + max_cpus * header->percpu_size;
	needed = *offset + PAGE_ALIGN(config_size) + PAGE_SIZE;
	if (needed <= memory_size)
		return 0;
	return drv_reason_set(
		why, -EINVAL,
		"hypervisor_memory has %llu KiB, too few for the image, %u CPUs and the config, which take %llu KiB; enlarge it in the system config",
		memory_size / SZ_1K, max_cpus, needed / SZ_1K);
}
