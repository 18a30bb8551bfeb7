/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trap.c without its one instruction of the Arm architecture. DISABLE answers
 * what the test says.
 */
#include "fake.h"

#include <arch/time.h>
#include <hyp/printk.h>
#include <hyp/setup.h>

#include "fake_private.h"
#include <arch/sysregs.h>

long fake_leave_answer;

#define setup_leave answer_leave
static long answer_leave(struct cpu *cpu __unused_arg)
{
	return fake_leave_answer;
}

/* As in host_gicv3.c; where trap_bug() waits for ever the test goes on. */
void fake_cpu_rests(void);
#define __asm__
#define volatile(...) fake_cpu_rests()
#include "../arch/arm64/trap.c"
