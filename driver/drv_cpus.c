// SPDX-License-Identifier: GPL-2.0
/*
 * CPU hotplug with a time limit. Taking a CPU offline can wait for ever (for a
 * thread that does not leave it), and cannot be called off; so a worker does
 * it, and one that comes too late undoes its own work.
 */
#include "drv_cpus.h"

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "drv_inject.h"
#include "drv_reason.h"
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
static struct cpumask abandoned;

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
	int err = add_cpu(cpu);

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
	cpumask_clear_cpu(job->cpu, &abandoned);
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
	late = cpumask_test_cpu(job->cpu, &abandoned);
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
		cpumask_set_cpu(job->cpu, &abandoned);
	spin_unlock(&offline_lock);
	return finished;
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

static int take(unsigned int cpu, struct cpumask *taken, struct jailhouse_reason *why)
{
	unsigned int limit = max(READ_ONCE(offline_timeout_ms), 1u);
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
		cpumask_set_cpu(cpu, taken);
	return 0;
}

int drv_cpus_take(const struct cpumask *wanted, struct cpumask *taken, struct jailhouse_reason *why)
{
	static struct cpumask late;
	unsigned int cpu;
	int err = 0;

	lockdep_assert_held(&drv_lock);
	cpumask_clear(taken);
	spin_lock(&offline_lock);
	cpumask_and(&late, wanted, &abandoned);
	spin_unlock(&offline_lock);
	if (!cpumask_empty(&late))
		return drv_reason_set(
			why, -EBUSY,
			"CPUs %*pbl are still on their way offline since an earlier attempt; try again later",
			cpumask_pr_args(&late));
	if (cpumask_subset(cpu_online_mask, wanted))
		return drv_reason_set(
			why, -EBUSY,
			"the cell wants all CPUs that Linux has online (%*pbl); leave Linux one",
			cpumask_pr_args(cpu_online_mask));
	for_each_cpu(cpu, wanted) {
		if (!cpu_online(cpu))
			continue;
		err = take(cpu, taken, why);
		if (err)
			break;
	}
	if (err)
		drv_cpus_give_back(taken);
	return err;
}

void drv_cpus_give_back(struct cpumask *taken)
{
	unsigned int cpu;

	for_each_cpu(cpu, taken)
		bring_online(cpu);
	cpumask_clear(taken);
}
