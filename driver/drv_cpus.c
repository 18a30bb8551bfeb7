// SPDX-License-Identifier: GPL-2.0
/*
 * CPU hotplug with a time limit. Taking a CPU offline can wait for ever (for a
 * thread that does not leave it), and cannot be called off; so a worker does
 * it, and one that comes too late undoes its own work.
 */
#include "drv_cpus.h"

#include <linux/arm-smccc.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <asm/cputype.h>
#include <uapi/linux/psci.h>

#include "drv_inject.h"
#include "drv_reason.h"
#include "drv_spin.h"
#include "drv_state.h"

/* How much too late the fault `offline_timeout` is. */
#define LATE_MS 1000

static uint offline_timeout_ms = 10000;
module_param(offline_timeout_ms, uint, 0644);
MODULE_PARM_DESC(offline_timeout_ms, "how long a CPU may take to go offline, in ms (10000)");

struct offline_job {
	struct work_struct work;
	struct completion done;
	unsigned int cpu;
	unsigned int delay_ms;
	int result;
};

static struct workqueue_struct *queue;

/* Protects the sets and who frees a job; innermost. */
static DEFINE_SPINLOCK(offline_lock);
/* CPUs whose worker nobody waits for any more. */
static struct drv_cpu_set abandoned;

/* MPIDR_EL1 of the CPUs that were online at enable; all ones is nobody's. */
static u64 affinity[JAILHOUSE_CONFIG_MAX_CPUS];

static void note_affinity(void *unused)
{
	if (smp_processor_id() < JAILHOUSE_CONFIG_MAX_CPUS)
		affinity[smp_processor_id()] = read_cpuid_mpidr() & MPIDR_HWID_BITMASK;
}

void drv_cpus_note(void)
{
	memset(affinity, 0xff, sizeof(affinity));
	on_each_cpu(note_affinity, NULL, 1);
}

/* To Linux a CPU is gone before it has made its last call, and Linux asks after it for 100 ms only. */
static bool is_still_on(unsigned int cpu)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(PSCI_0_2_FN64_AFFINITY_INFO, affinity[cpu], 0, &res);
	return (long)res.a0 == PSCI_0_2_AFFINITY_LEVEL_ON;
}

static uint offline_limit(void)
{
	return max(READ_ONCE(offline_timeout_ms), 1u);
}

static int wait_until_off(unsigned int cpu, bool killable)
{
	unsigned long end = jiffies + msecs_to_jiffies(offline_limit());

	/* One that somebody has brought back is the hypervisor's to refuse. */
	while (!cpu_online(cpu) && is_still_on(cpu)) {
		if (killable && fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		usleep_range(500, 1000);
	}
	return 0;
}

int drv_cpus_init(void)
{
	queue = alloc_workqueue("jailhouse", WQ_UNBOUND, 0);
	return queue ? 0 : -ENOMEM;
}

void drv_cpus_exit(void)
{
	destroy_workqueue(queue);
}

static void bring_online(unsigned int cpu)
{
	int err;

	/* It cannot be started before it is off. Nobody can disable without it. */
	if (READ_ONCE(drv.enabled))
		wait_until_off(cpu, false);
	err = add_cpu(cpu);
	if (err < 0)
		pr_err("CPU %u does not come online again (error %d); try: echo 1 >/sys/devices/system/cpu/cpu%u/online\n",
		       cpu, err, cpu);
}

/* Nobody waits: be as if nothing had been asked. */
static void come_too_late(struct offline_job *job)
{
	if (!job->result)
		bring_online(job->cpu);
	pr_notice("CPU %u went offline too late, and was brought back (result %d)\n", job->cpu,
		  job->result);
	spin_lock(&offline_lock);
	__clear_bit(job->cpu, abandoned.bits);
	spin_unlock(&offline_lock);
	kfree(job);
}

static void offline_work(struct work_struct *work)
{
	struct offline_job *job = container_of(work, struct offline_job, work);
	bool late;

	msleep(job->delay_ms);
	job->result = remove_cpu(job->cpu);
	spin_lock(&offline_lock);
	late = drv_cpu_set_has(&abandoned, job->cpu);
	if (!late)
		complete_all(&job->done);
	spin_unlock(&offline_lock);
	if (late)
		come_too_late(job);
}

/* Returns whether the job is finished; if not, it now belongs to its worker. */
static bool finished_or_abandoned(struct offline_job *job)
{
	bool finished;

	spin_lock(&offline_lock);
	finished = completion_done(&job->done);
	if (!finished)
		__set_bit(job->cpu, abandoned.bits);
	spin_unlock(&offline_lock);
	return finished;
}

static int word_late(unsigned int cpu, int err, struct jailhouse_reason *why)
{
	if (err == -EINTR)
		return drv_reason_set(
			why, err, "the request was interrupted while CPU %u switched itself off",
			cpu);
	return drv_reason_set(
		why, err,
		"CPU %u is offline in Linux, but did not switch itself off within %u ms (parameter offline_timeout_ms); try again",
		cpu, offline_limit());
}

static int word_offline_error(unsigned int cpu, int err, struct jailhouse_reason *why)
{
	if (err == -EBUSY)
		return drv_reason_set(
			why, err,
			"Linux does not let CPU %u go: it is the last one online, or CPU hotplug is disabled",
			cpu);
	return drv_reason_set(
		why, err,
		"Linux cannot take CPU %u offline (error %d); see the kernel log, and whether /sys/devices/system/cpu/cpu%u/online exists",
		cpu, err, cpu);
}

static int take(unsigned int cpu, struct drv_cpu_set *taken, struct jailhouse_reason *why)
{
	unsigned int limit = offline_limit();
	struct offline_job *job = drv_inject_kzalloc(sizeof(*job));
	long waited;
	int err;

	if (!job)
		return drv_reason_set(why, -ENOMEM, "Linux has no memory to take CPU %u offline",
				      cpu);
	INIT_WORK(&job->work, offline_work);
	init_completion(&job->done);
	job->cpu = cpu;
	if (drv_inject_once(DRV_FAULT_OFFLINE_TIMEOUT))
		job->delay_ms = limit + LATE_MS;
	queue_work(queue, &job->work);
	waited = wait_for_completion_killable_timeout(&job->done, msecs_to_jiffies(limit));
	if (!finished_or_abandoned(job)) {
		if (waited < 0)
			return drv_reason_set(
				why, -EINTR,
				"the request was interrupted while CPU %u went offline", cpu);
		return drv_reason_set(
			why, -ETIMEDOUT,
			"CPU %u did not go offline within %u ms (parameter offline_timeout_ms); something keeps it busy in the kernel: see its threads with `ps -eLo psr,pid,comm`",
			cpu, limit);
	}
	err = job->result;
	kfree(job);
	if (err < 0)
		return word_offline_error(cpu, err, why);
	/* A positive result: somebody else took it offline just now. */
	if (err == 0)
		__set_bit(cpu, taken->bits);
	return 0;
}

/* CPUs of `wanted` that Linux has online for ever, since it started them by spin-table. */
static int check_bound(const struct drv_cpu_set *wanted, const struct drv_cpu_set *online,
		       struct jailhouse_reason *why)
{
	struct drv_cpu_set bound;

	drv_spin_bound(&bound);
	if (!bitmap_and(bound.bits, bound.bits, wanted->bits, JAILHOUSE_CONFIG_MAX_CPUS) ||
	    !bitmap_and(bound.bits, bound.bits, online->bits, JAILHOUSE_CONFIG_MAX_CPUS))
		return 0;
	return drv_reason_set(
		why, -EBUSY,
		"Linux has started CPUs %*pbl by spin-table, so it cannot take them offline; boot it with nr_cpus=%u and it leaves them alone",
		drv_cpu_set_args(&bound), max(drv_cpu_set_first(&bound), 1u));
}

int drv_cpus_take(const struct drv_cpu_set *wanted, struct drv_cpu_set *taken,
		  struct jailhouse_reason *why)
{
	struct drv_cpu_set late, online;
	unsigned int cpu;
	int err = 0;

	lockdep_assert_held(&drv_lock);
	drv_cpu_set_of(&online, cpu_online_mask);
	bitmap_zero(taken->bits, JAILHOUSE_CONFIG_MAX_CPUS);
	spin_lock(&offline_lock);
	bitmap_and(late.bits, wanted->bits, abandoned.bits, JAILHOUSE_CONFIG_MAX_CPUS);
	spin_unlock(&offline_lock);
	if (!drv_cpu_set_empty(&late))
		return drv_reason_set(
			why, -EBUSY,
			"CPUs %*pbl are still on their way offline since an earlier attempt; try again later",
			drv_cpu_set_args(&late));
	if (bitmap_subset(online.bits, wanted->bits, JAILHOUSE_CONFIG_MAX_CPUS))
		return drv_reason_set(
			why, -EBUSY,
			"the cell wants all CPUs that Linux has online (%*pbl); leave Linux one",
			cpumask_pr_args(cpu_online_mask));
	err = check_bound(wanted, &online, why);
	if (err)
		return err;
	for_each_set_bit(cpu, wanted->bits, JAILHOUSE_CONFIG_MAX_CPUS) {
		if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
			continue;
		if (cpu_online(cpu))
			err = take(cpu, taken, why);
		if (err)
			break;
		err = wait_until_off(cpu, true);
		if (err) {
			word_late(cpu, err, why);
			break;
		}
	}
	if (err)
		drv_cpus_give_back(taken);
	return err;
}

void drv_cpus_give_back(struct drv_cpu_set *taken)
{
	unsigned int cpu;

	for_each_set_bit(cpu, taken->bits, JAILHOUSE_CONFIG_MAX_CPUS)
		bring_online(cpu);
	bitmap_zero(taken->bits, JAILHOUSE_CONFIG_MAX_CPUS);
}
