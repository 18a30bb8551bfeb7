// SPDX-License-Identifier: GPL-2.0
/*
 * Copies configs and puts the validator's findings into words. The rules
 * themselves are in the validator that hypervisor, driver and tool share.
 */
#include "drv_config.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <jailhouse/config-check.h>
#include <jailhouse/config-extension.h>

#include "drv_inject.h"
#include "drv_reason.h"

#define SYSTEM_PART offsetof(struct jailhouse_system, root_cell)

static int refuse(const char *what, const struct jailhouse_config_finding *finding,
		  struct jailhouse_reason *why)
{
	drv_reason_set(why, -EINVAL, "the %s breaks rule %s: %s", what,
		       jailhouse_config_rule_name(finding->rule),
		       jailhouse_config_rule_text(finding->rule));
	if (finding->index != JAILHOUSE_CONFIG_NO_INDEX)
		drv_reason_append(why, "; element %u", finding->index);
	if (finding->other != JAILHOUSE_CONFIG_NO_INDEX)
		drv_reason_append(why, " and element %u", finding->other);
	if (finding->value)
		drv_reason_append(why, "; value 0x%llx", finding->value);
	return -EINVAL;
}

static int unreadable(const char *what, const void __user *source, u64 size,
		      struct jailhouse_reason *why)
{
	return drv_reason_set(
		why, -EFAULT,
		"the %s cannot be read: %llu bytes at address %px are not all mapped; is the file shorter than its header says?",
		what, size, source);
}

/* Bytes of the cell and its arrays; the counts may be anything, 64 bits hold the sum. */
static u64 stated_size(const struct jailhouse_cell_desc *cell)
{
	return sizeof(*cell) + (u64)cell->cpu_set_size +
	       (u64)cell->num_memory_regions * sizeof(struct jailhouse_memory) +
	       (u64)cell->num_cache_regions * sizeof(struct jailhouse_cache) +
	       (u64)cell->num_irqchips * sizeof(struct jailhouse_irqchip) +
	       (u64)cell->num_pio_regions * sizeof(struct jailhouse_pio) +
	       (u64)cell->num_pci_devices * sizeof(struct jailhouse_pci_device) +
	       (u64)cell->num_pci_caps * sizeof(struct jailhouse_pci_capability) +
	       (u64)cell->num_stream_ids * sizeof(union jailhouse_stream_id);
}

static int too_large(const char *what, u64 size, struct jailhouse_reason *why)
{
	return drv_reason_set(
		why, -E2BIG,
		"the %s says that it has %llu bytes, more than the %d that any can have", what,
		size, JAILHOUSE_CONFIG_MAX_SIZE);
}

/*
 * The signature first, from the fewest bytes that can hold it: what is no
 * config at all shall not be judged by its "counts".
 */
static int check_head(const void __user *source, struct jailhouse_reason *why)
{
	struct jailhouse_config_finding finding = {
		.index = JAILHOUSE_CONFIG_NO_INDEX,
		.other = JAILHOUSE_CONFIG_NO_INDEX,
	};
	struct jailhouse_system head;

	if (copy_from_user(&head, source, offsetof(struct jailhouse_system, flags)))
		return unreadable("system config", source, offsetof(struct jailhouse_system, flags),
				  why);
	if (memcmp(head.signature, JAILHOUSE_SYSTEM_SIGNATURE, JAILHOUSE_SIGNATURE_LEN))
		finding.rule = JAILHOUSE_CFG_SIGNATURE;
	else if (head.revision != JAILHOUSE_CONFIG_REVISION)
		finding.rule = JAILHOUSE_CFG_REVISION;
	else if (head.architecture != JAILHOUSE_ARM64)
		finding.rule = JAILHOUSE_CFG_ARCHITECTURE;
	else
		return 0;
	if (finding.rule == JAILHOUSE_CFG_REVISION)
		finding.value = head.revision;
	return refuse("system config", &finding, why);
}

/* How many bytes the header, and the extension block if there is one, announce. */
static int measure_system(const void __user *source, u64 *size, struct jailhouse_reason *why)
{
	const struct jailhouse_config_finding overflow = {
		.rule = JAILHOUSE_CFG_COUNT_OVERFLOW,
		.index = JAILHOUSE_CONFIG_NO_INDEX,
		.other = JAILHOUSE_CONFIG_NO_INDEX,
	};
	struct jailhouse_system header;
	struct jailhouse_ext_header ext;

	if (copy_from_user(&header, source, sizeof(header)))
		return unreadable("system config", source, sizeof(header), why);
	*size = SYSTEM_PART + stated_size(&header.root_cell);
	if (*size > JAILHOUSE_CONFIG_MAX_SIZE)
		return refuse("system config", &overflow, why);
	if (!(header.root_cell.flags & JAILHOUSE_CELL_EXTENDED))
		return 0;
	if (copy_from_user(&ext, source + *size, sizeof(ext)))
		return unreadable("system config", source, *size + sizeof(ext), why);
	/* Without the magic the block is not where it should be: the validator says why. */
	*size += ext.magic == JAILHOUSE_EXT_MAGIC ? max_t(u64, ext.size, sizeof(ext)) : sizeof(ext);
	if (*size > JAILHOUSE_CONFIG_MAX_SIZE)
		return refuse("system config", &overflow, why);
	return 0;
}

static void *copy_config(const char *what, const void __user *source, size_t size,
			 struct jailhouse_reason *why)
{
	void *config = drv_inject_kzalloc(size);

	if (!config) {
		drv_reason_set(why, -ENOMEM, "Linux has no memory for the %s (%zu bytes)", what,
			       size);
		return NULL;
	}
	if (!copy_from_user(config, source, size))
		return config;
	kfree(config);
	unreadable(what, source, size, why);
	return NULL;
}

int drv_config_get_system(const void __user *source, struct jailhouse_system **config, size_t *size,
			  struct jailhouse_reason *why)
{
	struct jailhouse_config_finding finding;
	u64 bytes;
	int err;

	err = check_head(source, why);
	if (!err)
		err = measure_system(source, &bytes, why);
	if (err)
		return err;
	*config = copy_config("system config", source, bytes, why);
	if (!*config)
		return why->code;
	*size = bytes;
	/* The copy is judged, whatever its source has become meanwhile. */
	if (jailhouse_config_check_system(*config, *size, &finding))
		return 0;
	kfree(*config);
	return refuse("system config", &finding, why);
}

int drv_config_get_cell(const void __user *source, size_t size, struct jailhouse_cell_desc **config,
			struct jailhouse_reason *why)
{
	struct jailhouse_config_finding finding;

	if (size > JAILHOUSE_CONFIG_MAX_SIZE)
		return too_large("cell config", size, why);
	if (size < JAILHOUSE_SIGNATURE_LEN)
		return drv_reason_set(why, -EINVAL,
				      "the cell config has %zu bytes: that is not even a header",
				      size);
	*config = copy_config("cell config", source, size, why);
	if (!*config)
		return why->code;
	if (jailhouse_config_check_cell(*config, size, false, &finding))
		return 0;
	kfree(*config);
	return refuse("cell config", &finding, why);
}
