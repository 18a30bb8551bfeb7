// SPDX-License-Identifier: GPL-2.0
/*
 * The switch itself. Inside stop_machine(), where no interrupt is active on
 * any CPU: with a cross-call the SGI would be active at the switch, its
 * deactivation would go to the wrong register, and the next one would never
 * arrive. What is to be found at the entry point is prepared elsewhere
 * (drv_enable.c).
 */
#include "drv_switch.h"

#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/moduleparam.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <linux/string.h>

#include <asm/virt.h>

#include <jailhouse/config-check.h>
#include <jailhouse/hypercall.h>

#include "drv_inject.h"
#include "drv_reason.h"
#include "drv_spin.h"
#include "drv_state.h"

#define RENDEZVOUS_MS_MIN 10
/* The watchdogs of Linux look after 10 s and more. */
#define RENDEZVOUS_MS_MAX 8000
/* How much too late `late_cpu` comes. */
#define LATE_MS           500
/* How long CPUs that Linux does not have may come back after the others. */
#define BACK_MS           10000

static uint rendezvous_ms = 2000;
module_param(rendezvous_ms, uint, 0644);
MODULE_PARM_DESC(rendezvous_ms, "how long CPUs wait for each other in EL2, 10 to 8000 ms (2000)");

struct switching {
	u64 entry;
	/* It calls the CPUs that Linux does not have. */
	unsigned int herald;
	struct cpumask skipped;
	/* EL2 answers with an int: what the upper half of x0 holds does not count. */
	int result[JAILHOUSE_CONFIG_MAX_CPUS];
};

unsigned int drv_switch_rendezvous_ms(void)
{
	return clamp_t(unsigned int, READ_ONCE(rendezvous_ms), RENDEZVOUS_MS_MIN,
		       RENDEZVOUS_MS_MAX);
}

static void probe(void *foreign)
{
	/* Neither the stub nor KVM knows this function; they say so differently. */
	if (drv_hvc(0xffff, 0, 0) != HVC_STUB_ERR)
		cpumask_set_cpu(smp_processor_id(), foreign);
}

void drv_switch_probe(struct cpumask *foreign)
{
	cpumask_clear(foreign);
	on_each_cpu(probe, foreign, true);
}

/* Not mdelay(): that waits by WFE, and on an emulated machine four times as long as asked, or longer
 * if that is busy, until Linux complains about the CPUs that wait for this one. */
static void spin_ms(unsigned int ms)
{
	u64 end = ktime_get_mono_fast_ns() + (u64)ms * NSEC_PER_MSEC;

	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

static int enter(void *data)
{
	struct switching *s = data;
	unsigned int cpu = smp_processor_id();

	if (cpu == s->herald)
		drv_spin_send(s->entry);
	if (drv_inject_cpu(DRV_FAULT_SKIP_CPU, cpu)) {
		cpumask_set_cpu(cpu, &s->skipped);
		return 0;
	}
	if (drv_inject_cpu(DRV_FAULT_LATE_CPU, cpu))
		spin_ms(drv_switch_rendezvous_ms() + LATE_MS);
	s->result[cpu] = (int)drv_hvc(HVC_SOFT_RESTART, s->entry, cpu);
	return 0;
}

static int leave(void *data)
{
	struct switching *s = data;

	s->result[smp_processor_id()] = (int)jailhouse_call(JAILHOUSE_HC_DISABLE);
	return 0;
}

static int switch_all(int (*function)(void *data), struct switching *s,
		      struct jailhouse_reason *why)
{
	int first = -1, err;
	unsigned int cpu;

	for_each_online_cpu(cpu) if (cpu >= JAILHOUSE_CONFIG_MAX_CPUS) return drv_reason_set(
		why, -EINVAL,
		"CPU %u is online, but only CPUs 0 to %d are supported; boot with maxcpus=%d", cpu,
		JAILHOUSE_CONFIG_MAX_CPUS - 1, JAILHOUSE_CONFIG_MAX_CPUS);
	err = stop_machine(function, s, cpu_online_mask);
	if (err)
		return drv_reason_set(why, err, "the CPUs could not be stopped (error %d)", err);
	for_each_online_cpu(cpu)
	{
		if (cpumask_test_cpu(cpu, &s->skipped))
			continue;
		if (first < 0)
			first = (int)cpu;
		if (s->result[cpu] != s->result[first])
			return drv_reason_set(
				why, -EREMCHG,
				"CPU %d returned %d from EL2, CPU %u %d: a bug of the hypervisor; reset the machine",
				first, s->result[first], cpu, s->result[cpu]);
	}
	if (first < 0)
		return drv_reason_set(why, -EREMCHG, "no CPU entered EL2");
	if (s->result[first] == 0 && !cpumask_empty(&s->skipped))
		return drv_reason_set(
			why, -EREMCHG,
			"CPUs %*pbl did not enter EL2, but the others did not mind; reset the machine",
			cpumask_pr_args(&s->skipped));
	if (s->result[first] > 0 || s->result[first] < -MAX_ERRNO)
		return drv_reason_set(
			why, -EREMCHG,
			"EL2 answered %d, which is neither 0 nor an error; reset the machine",
			s->result[first]);
	if (s->result[first])
		return drv_reason_set(why, s->result[first], "%s",
				      drv_reason_of_code(s->result[first]));
	return 0;
}

/* Static, since leaving must not need memory; drv_lock protects it. */
static struct switching switching;

static int run(int (*function)(void *data), u64 entry, struct jailhouse_reason *why)
{
	lockdep_assert_held(&drv_lock);
	memset(&switching, 0, sizeof(switching));
	switching.entry = entry;
	switching.herald = cpumask_first(cpu_online_mask);
	return switch_all(function, &switching, why);
}

int drv_switch_enter(u64 entry, struct jailhouse_reason *why)
{
	int err = run(enter, entry, why);

	if (err && err != -EREMCHG && !drv_spin_wait(BACK_MS))
		err = drv_reason_set(
			why, -EREMCHG,
			"not all CPUs that Linux does not have came back from EL2; reset the machine");
	if (!err && !drv_spin_away())
		err = drv_reason_set(
			why, -EREMCHG,
			"a CPU that Linux does not have came back from EL2, the others did not; reset the machine");
	drv_inject_once(DRV_FAULT_SKIP_CPU);
	drv_inject_once(DRV_FAULT_LATE_CPU);
	return err;
}

int drv_switch_leave(struct jailhouse_reason *why)
{
	int err = run(leave, 0, why);

	if (!err && !drv_spin_wait(BACK_MS))
		err = drv_reason_set(
			why, -EREMCHG,
			"not all CPUs that Linux does not have came back from EL2; reset the machine");
	return err;
}
