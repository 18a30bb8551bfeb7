/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enable and disable: all CPUs of Linux meet in EL2 and go the same way.
 */
#pragma once

#include <hyp/cpu.h>

/**
 * Called by each CPU that Linux sent here, with its own map on. Returns 0 on
 * all CPUs, then each continues as a CPU of the root cell, or rests if it is
 * parked (image_cpu_parked()); or the same negative errno on all, then each
 * gives EL2 back.
 */
int setup_enter(struct cpu *cpu);

/**
 * The DISABLE hypercall on one CPU; all root CPUs must call it. The first asks
 * those that are parked to do so. 0: give EL2 back, everything is undone. Else
 * a negative errno, and nothing changed.
 */
long setup_leave(struct cpu *cpu);
