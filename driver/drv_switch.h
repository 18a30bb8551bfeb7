/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How all CPUs enter and leave EL2 together.
 */
#pragma once

#include <linux/cpumask.h>
#include <linux/types.h>

#include <jailhouse/ioctl.h>

/** HVC #0: function in x0, arguments in x1 and x2; drv_hvc.S. */
u64 drv_hvc(u64 function, u64 argument1, u64 argument2);

/** CPUs on which the kernel's hyp stub does not answer. */
void drv_switch_probe(struct cpumask *foreign);

/** How long CPUs wait for each other, in ms: the parameter `rendezvous_ms`. */
unsigned int drv_switch_rendezvous_ms(void);

/**
 * Enter EL2 at physical address `entry` on all online CPUs; CPU hotplug is
 * disabled by the caller. Returns what every CPU returned. -EREMCHG: they
 * returned different things, which EL2 promises never to do; the machine is
 * then in an unknown state.
 */
int drv_switch_enter(u64 entry, struct jailhouse_reason *why);

/** Give EL2 back on all online CPUs, by the hypercall DISABLE. Results as above. */
int drv_switch_leave(struct jailhouse_reason *why);
