// SPDX-License-Identifier: GPL-2.0
/*
 * cells/<id>/ with its files, statistics/ and channels/ below it. The kobject of
 * a cell is the cell's own lifetime; those of statistics and channels hold a
 * reference to their parent, so an attribute can always reach its cell.
 */
#include "drv_sysfs_cell.h"

#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include <jailhouse/hypercall.h>

#include "drv_hypercall.h"
#include "drv_inject.h"
#include "drv_reason.h"
#include "drv_sysfs.h"

/* statistics/ (cpu is negative: the sum) or one cpu<n>/ in it. */
struct drv_stats {
	struct kobject kobj;
	struct drv_cell *cell;
	int cpu;
};

struct stat_attribute {
	struct kobj_attribute attr;
	u64 statistic;
};

static struct kobject *cells_dir;

static struct drv_cell *to_cell(struct kobject *kobj)
{
	return container_of(kobj, struct drv_cell, kobj);
}

static ssize_t name_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", to_cell(kobj)->name);
}

static const char *state_text(long state)
{
	static const char *const texts[] = {
		[JAILHOUSE_CELL_RUNNING] = "running",
		[JAILHOUSE_CELL_RUNNING_LOCKED] = "running/locked",
		[JAILHOUSE_CELL_SHUT_DOWN] = "shut down",
		[JAILHOUSE_CELL_FAILED] = "failed",
		[JAILHOUSE_CELL_FAILED_COMM_REV] = "Comm ABI mismatch",
	};

	return state >= 0 && state < (long)ARRAY_SIZE(texts) ? texts[state] : "invalid";
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	long state;

	down_read(&drv_view);
	state = drv_hypercall_query(JAILHOUSE_HC_CELL_GET_STATE, to_cell(kobj)->id, 0);
	up_read(&drv_view);
	return sysfs_emit(buffer, "%s\n", state_text(state));
}

/* As wide as the machine is, even if this Linux does not have all of its CPUs. */
static ssize_t show_cpus(const struct drv_cpu_set *cpus, bool list, char *buffer)
{
	unsigned int width = max(nr_cpu_ids, drv.root ? drv_cpu_set_end(&drv.root->cpus) : 0u);

	return bitmap_print_to_pagebuf(list, buffer, cpus->bits,
				       (int)min_t(unsigned int, max(width, drv_cpu_set_end(cpus)),
						  JAILHOUSE_CONFIG_MAX_CPUS));
}

static ssize_t show_assigned(struct kobject *kobj, bool list, char *buffer)
{
	ssize_t length;

	down_read(&drv_view);
	length = show_cpus(&to_cell(kobj)->cpus, list, buffer);
	up_read(&drv_view);
	return length;
}

static ssize_t show_failed(struct kobject *kobj, bool list, char *buffer)
{
	struct drv_cpu_set failed = {};
	unsigned int cpu;
	ssize_t length;

	down_read(&drv_view);
	for_each_set_bit(cpu, to_cell(kobj)->cpus.bits, JAILHOUSE_CONFIG_MAX_CPUS)
		if (drv_hypercall_query(JAILHOUSE_HC_CPU_GET_INFO, cpu, JAILHOUSE_CPU_INFO_STATE) ==
		    JAILHOUSE_CPU_FAILED)
			__set_bit(cpu, failed.bits);
	length = show_cpus(&failed, list, buffer);
	up_read(&drv_view);
	return length;
}

static ssize_t cpus_assigned_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	return show_assigned(kobj, false, buffer);
}

static ssize_t cpus_assigned_list_show(struct kobject *kobj, struct kobj_attribute *attr,
				       char *buffer)
{
	return show_assigned(kobj, true, buffer);
}

static ssize_t cpus_failed_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	return show_failed(kobj, false, buffer);
}

static ssize_t cpus_failed_list_show(struct kobject *kobj, struct kobj_attribute *attr,
				     char *buffer)
{
	return show_failed(kobj, true, buffer);
}

static struct kobj_attribute cell_name_attr = __ATTR_RO(name);
static struct kobj_attribute cell_state_attr = __ATTR_RO(state);
static struct kobj_attribute cell_assigned_attr = __ATTR_RO(cpus_assigned);
static struct kobj_attribute cell_assigned_list_attr = __ATTR_RO(cpus_assigned_list);
static struct kobj_attribute cell_failed_attr = __ATTR_RO(cpus_failed);
static struct kobj_attribute cell_failed_list_attr = __ATTR_RO(cpus_failed_list);

static struct attribute *cell_attrs[] = {
	&cell_name_attr.attr,
	&cell_state_attr.attr,
	&cell_assigned_attr.attr,
	&cell_assigned_list_attr.attr,
	&cell_failed_attr.attr,
	&cell_failed_list_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(cell);

static void cell_release(struct kobject *kobj)
{
	struct drv_cell *cell = to_cell(kobj);

	/* The root cell's config is part of the system config. */
	if (cell->id)
		kfree(cell->config);
	kfree(cell);
}

static const struct kobj_type cell_type = {
	.release = cell_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = cell_groups,
};

static long query_statistic(unsigned int cpu, u64 statistic)
{
	return max(drv_hypercall_query(JAILHOUSE_HC_CPU_GET_INFO, cpu,
				       JAILHOUSE_CPU_INFO_STAT_BASE + statistic),
		   0L);
}

static ssize_t stat_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	const struct stat_attribute *stat = container_of(attr, struct stat_attribute, attr);
	const struct drv_stats *stats = container_of(kobj, struct drv_stats, kobj);
	unsigned int cpu;
	long sum = 0;

	down_read(&drv_view);
	if (stats->cpu >= 0)
		sum = query_statistic((unsigned int)stats->cpu, stat->statistic);
	else
		for_each_set_bit(cpu, stats->cell->cpus.bits, JAILHOUSE_CONFIG_MAX_CPUS)
			sum += query_statistic(cpu, stat->statistic);
	up_read(&drv_view);
	return sysfs_emit(buffer, "%ld\n", sum);
}

#define STAT(file, number)                                             \
	static struct stat_attribute file##_attr = {                   \
		.attr = __ATTR(vmexits_##file, 0444, stat_show, NULL), \
		.statistic = JAILHOUSE_CPU_STAT_VMEXITS_##number,      \
	}

STAT(total, TOTAL);
STAT(mmio, MMIO);
STAT(management, MANAGEMENT);
STAT(hypercall, HYPERCALL);
STAT(maintenance, MAINTENANCE);
STAT(virt_irq, VIRQ);
STAT(virt_sgi, VSGI);
STAT(psci, PSCI);
STAT(smccc, SMCCC);

static struct attribute *stats_attrs[] = {
	&total_attr.attr.attr,       &mmio_attr.attr.attr,
	&management_attr.attr.attr,  &hypercall_attr.attr.attr,
	&maintenance_attr.attr.attr, &virt_irq_attr.attr.attr,
	&virt_sgi_attr.attr.attr,    &psci_attr.attr.attr,
	&smccc_attr.attr.attr,       NULL,
};
ATTRIBUTE_GROUPS(stats);

static void stats_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct drv_stats, kobj));
}

static const struct kobj_type stats_type = {
	.release = stats_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = stats_groups,
};

/* channels/ (number is negative) or one <bus>:<slot>.<function>/ in it. */
struct drv_channel {
	struct kobject kobj;
	struct drv_cell *cell;
	int number;
};

struct channel_attribute {
	struct kobj_attribute attr;
	u64 what;
};

static long query_channel(const struct drv_cell *cell, unsigned int number, u64 what)
{
	return drv_hypercall_query(JAILHOUSE_HC_CELL_GET_CHANNEL, cell->id,
				   (u64)number << JAILHOUSE_CHANNEL_SHIFT | what);
}

static ssize_t channel_show(struct kobject *kobj, struct kobj_attribute *attr, char *buffer)
{
	const struct channel_attribute *what = container_of(attr, struct channel_attribute, attr);
	const struct drv_channel *channel = container_of(kobj, struct drv_channel, kobj);
	long value;

	down_read(&drv_view);
	value = query_channel(channel->cell, (unsigned int)channel->number, what->what);
	up_read(&drv_view);
	return sysfs_emit(buffer, "%ld\n", max(value, 0L));
}

#define CHANNEL(file, number)                                   \
	static struct channel_attribute channel_##file = {      \
		.attr = __ATTR(file, 0444, channel_show, NULL), \
		.what = JAILHOUSE_CHANNEL_##number,             \
	}

CHANNEL(state, STATE);
CHANNEL(doorbells_sent, SENT);
CHANNEL(doorbells_received, RECEIVED);
CHANNEL(doorbells_dropped, DROPPED);

static struct attribute *channel_attrs[] = {
	&channel_state.attr.attr,
	&channel_doorbells_sent.attr.attr,
	&channel_doorbells_received.attr.attr,
	&channel_doorbells_dropped.attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(channel);

static void channel_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct drv_channel, kobj));
}

static const struct kobj_type channels_type = {
	.release = channel_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

static const struct kobj_type channel_type = {
	.release = channel_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = channel_groups,
};

static struct drv_channel *add_channel(struct drv_cell *cell, struct kobject *parent, int number,
				       u32 bdf)
{
	struct drv_channel *channel = drv_inject_kzalloc(sizeof(*channel));
	int err;

	if (!channel)
		return NULL;
	channel->cell = cell;
	channel->number = number;
	if (number < 0)
		err = kobject_init_and_add(&channel->kobj, &channels_type, parent, "channels");
	else
		err = kobject_init_and_add(&channel->kobj, &channel_type, parent, "%02x:%02x.%u",
					   bdf >> 8, bdf >> 3 & 0x1f, bdf & 7);
	if (!err)
		return channel;
	kobject_put(&channel->kobj);
	return NULL;
}

static void remove_channel(struct drv_channel *channel)
{
	if (!channel)
		return;
	kobject_del(&channel->kobj);
	kobject_put(&channel->kobj);
}

static void remove_channels(struct drv_cell *cell)
{
	for (unsigned int n = 0; n < cell->num_channels; n++)
		remove_channel(cell->channel[n]);
	remove_channel(cell->channels);
	kfree(cell->channel);
	cell->num_channels = 0;
	cell->channel = NULL;
	cell->channels = NULL;
}

/* As many as EL2 has made. */
static bool add_channels(struct drv_cell *cell)
{
	unsigned int most = cell->config->num_pci_devices;
	long bdf;

	if (!most)
		return true;
	cell->channel = drv_inject_kzalloc(most * sizeof(*cell->channel));
	cell->channels = add_channel(cell, &cell->kobj, -1, 0);
	if (!cell->channel || !cell->channels)
		return false;
	for (unsigned int n = 0; n < most; n++) {
		down_read(&drv_view);
		bdf = query_channel(cell, n, JAILHOUSE_CHANNEL_BDF);
		up_read(&drv_view);
		if (bdf < 0)
			break;
		cell->channel[n] = add_channel(cell, &cell->channels->kobj, (int)n, (u32)bdf);
		if (!cell->channel[n])
			return false;
		cell->num_channels = n + 1;
	}
	return true;
}

static struct drv_stats *add_stats(struct drv_cell *cell, struct kobject *parent, int cpu)
{
	struct drv_stats *stats = drv_inject_kzalloc(sizeof(*stats));
	int err;

	if (!stats)
		return NULL;
	stats->cell = cell;
	stats->cpu = cpu;
	if (cpu < 0)
		err = kobject_init_and_add(&stats->kobj, &stats_type, parent, "statistics");
	else
		err = kobject_init_and_add(&stats->kobj, &stats_type, parent, "cpu%d", cpu);
	if (!err)
		return stats;
	kobject_put(&stats->kobj);
	return NULL;
}

static void remove_stats(struct drv_stats **stats)
{
	if (!*stats)
		return;
	kobject_del(&(*stats)->kobj);
	kobject_put(&(*stats)->kobj);
	*stats = NULL;
}

static bool add_cpus(struct drv_cell *cell, const struct drv_cpu_set *cpus)
{
	bool complete = true;
	unsigned int cpu;

	for_each_set_bit(cpu, cpus->bits, JAILHOUSE_CONFIG_MAX_CPUS) {
		if (!cell->cpu_stats[cpu])
			cell->cpu_stats[cpu] = add_stats(cell, &cell->stats->kobj, (int)cpu);
		complete &= cell->cpu_stats[cpu] != NULL;
	}
	return complete;
}

void drv_sysfs_cell_init(struct drv_cell *cell)
{
	kobject_init(&cell->kobj, &cell_type);
}

int drv_sysfs_cell_add(struct drv_cell *cell, struct jailhouse_reason *why)
{
	int err = drv_inject_alloc() ? -ENOMEM :
				       kobject_add(&cell->kobj, cells_dir, "%u", cell->id);

	if (err)
		return drv_reason_set(
			why, err, "the sysfs directory of cell \"%s\" cannot be created (error %d)",
			cell->name, err);
	cell->stats = add_stats(cell, &cell->kobj, -1);
	if (!cell->stats || !add_cpus(cell, &cell->cpus) || !add_channels(cell)) {
		drv_sysfs_cell_remove(cell);
		return drv_reason_set(
			why, -ENOMEM,
			"Linux has no memory for the statistics of cell \"%s\" in sysfs",
			cell->name);
	}
	kobject_uevent(&cell->kobj, KOBJ_ADD);
	return 0;
}

void drv_sysfs_cell_remove(struct drv_cell *cell)
{
	for (unsigned int cpu = 0; cpu < ARRAY_SIZE(cell->cpu_stats); cpu++)
		remove_stats(&cell->cpu_stats[cpu]);
	remove_stats(&cell->stats);
	remove_channels(cell);
	kobject_del(&cell->kobj);
}

void drv_sysfs_cpus_add(struct drv_cell *cell, const struct drv_cpu_set *cpus)
{
	if (!add_cpus(cell, cpus))
		pr_warn("no memory for some files in sysfs below statistics of cell \"%s\"\n",
			cell->name);
}

void drv_sysfs_cpus_remove(struct drv_cell *cell, const struct drv_cpu_set *cpus)
{
	unsigned int cpu;

	for_each_set_bit(cpu, cpus->bits, JAILHOUSE_CONFIG_MAX_CPUS)
		remove_stats(&cell->cpu_stats[cpu]);
}

int drv_sysfs_cell_root_init(void)
{
	cells_dir = kobject_create_and_add("cells", &drv.device->kobj);
	return cells_dir ? 0 : -ENOMEM;
}

void drv_sysfs_cell_root_exit(void)
{
	kobject_put(cells_dir);
}
