/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A physical CPU as all CPUs see it. One page at the start of each per-CPU
 * area; what only the CPU itself may touch is arch-private and not mapped
 * anywhere else.
 */
#pragma once

#include <hyp/base.h>
#include <jailhouse/config-check.h>
#include <jailhouse/hypercall.h>

#define MAX_CPUS JAILHOUSE_CONFIG_MAX_CPUS

struct cell;

/** Power state in the sense of PSCI. A CPU that is off waits in EL2. */
enum cpu_power {
	CPU_POWER_OFF,
	CPU_POWER_ON_PENDING,
	CPU_POWER_ON,
	/** On the way to OFF; its cell must not go away yet. */
	CPU_POWER_STOPPING,
	/** Off, and the management's alone while it changes hands. */
	CPU_POWER_CLAIMED,
};

/* Requests to a CPU, struct cpu::request. A stop overrides a start; a start is
 * only posted where nothing is pending (cpu_start()). */
#define CPU_REQ_STOP  0x1 /**< leave the cell and wait in EL2 */
#define CPU_REQ_START 0x2 /**< enter the cell at `entry` */
#define CPU_REQ_SCRUB 0x4 /**< zero the RAM of the cell, then wait */
#define CPU_REQ_LEAVE 0x8 /**< take part in disable; to parked CPUs of root */

struct cpu {
	/* Counters, JAILHOUSE_CPU_STAT_*; the exception entry knows that they
	 * come first. Only the CPU itself writes them, except while it is off. */
	u32 stats[JAILHOUSE_NUM_CPU_STATS];
	u32 id;
	/* SGI short path, known to the exception entry as well: bits that a write
	 * of ICC_SGI1R_EL1 may have once its affinity fields were compared with
	 * `sgi_affinity` by exclusive or. Changed by cpu_moved(). */
	u64 sgi_allow;
	u64 sgi_affinity;
	/* Aff3 to Aff0 of MPIDR_EL1. */
	u64 mpidr;
	/* Has entered EL2. */
	bool arrived;
	/* Changed under the management lock while the CPU is off. */
	struct cell *cell;
	/* enum cpu_power. OFF to ON_PENDING: who starts the CPU; all else: the
	 * CPU itself. */
	u32 power;
	/* CPU_REQ_*; set by others with cpu_request(), taken by the CPU. */
	u32 request;
	/* Parked after a violation; cleared at start, load and destroy. */
	bool failed;
	/* Where and with what the cell starts, for CPU_REQ_START. */
	u64 entry;
	u64 context;
	/* It is the first CPU of a cell that is being started. */
	bool first;
	/* Stage-2 root table of this CPU: its own copy, see stage2.h. */
	u64 *root;
	pa_t root_pa;
	/* Serialises those who empty the root table of this CPU. */
	u32 kick_lock;
	/* Redistributor frame, as EL2 maps it. */
	u64 gicr;
	/* Stage-2 faults that a concurrent reconfiguration explained. */
	u32 retries;
	/* SMCs forwarded to firmware for root. */
	u32 forwarded_smcs;
	/* Error of this CPU's own initialisation. */
	int init_error;
};

_Static_assert(offsetof(struct cpu, stats) == 0, "known to the exception entry");
_Static_assert(offsetof(struct cpu, sgi_allow) == 40, "known to the exception entry");
_Static_assert(offsetof(struct cpu, sgi_affinity) == 48, "known to the exception entry");
_Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "one page, see per-CPU layout");

/** CPUs of the machine: numbers below this are possible. */
u32 cpu_count(void);

/** The CPU with logical number `id`, which must be below cpu_count(). */
struct cpu *cpu_get(u32 id);

/** The CPU that executes. Another alias than cpu_get(): compare ids. */
struct cpu *this_cpu(void);

/** The CPU with this affinity (MPIDR_EL1 Aff3..Aff0), or NULL. */
struct cpu *cpu_by_mpidr(u64 mpidr);

/**
 * Ask a CPU for something and wake it. Any CPU may call, EL2 only.
 * A CPU that is off sees the request at once. One that runs its cell sees
 * only CPU_REQ_STOP, because its stage 2 is taken away ("kick").
 */
void cpu_request(struct cpu *cpu, u32 request);

/**
 * An idle CPU went from one cell to another (or, with from == NULL, is new in
 * `to`): no CPU of the old cell may send SGIs to it any more, all of the new
 * one may. Its owner is recorded already.
 */
void cpu_moved(struct cpu *cpu, const struct cell *from, const struct cell *to);

/**
 * Start a CPU whose power is ON_PENDING, at `entry` and `context` of it. False
 * if it is asked for something else: then its power is OFF again.
 */
bool cpu_start(struct cpu *cpu);

/** True if the CPU is off, waits in EL2 and has taken all requests. */
bool cpu_is_idle(const struct cpu *cpu);

/**
 * Stop the executing CPU for good, as PSCI CPU_OFF, and wait in EL2 for what
 * comes. Does not return: it leaves EL2 through a later CPU_REQ_START.
 */
void cpu_stop_self(void) __noreturn;

static inline void cpu_count_stat(u32 stat)
{
	this_cpu()->stats[stat]++;
}
