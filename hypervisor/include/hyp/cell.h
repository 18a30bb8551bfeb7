/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cell: what it owns, and where it stands in its life. The list of cells
 * and all fields that are not marked otherwise change under the management
 * lock only (cell_lock in cell.c).
 */
#pragma once

#include <hyp/cpu.h>
#include <hyp/mmio.h>
#include <hyp/stage2.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-extension.h>

#define NUM_INTIDS 1024

/** How far a stop of the cell has come; kept over calls that return EAGAIN. */
enum cell_phase {
	CELL_IDLE, /**< nothing under way */
	CELL_ASKED, /**< a shutdown request waits for its answer */
	CELL_APPROVED, /**< it may be stopped */
	CELL_STOPPING, /**< its CPUs were told to stop */
	CELL_SCRUBBING, /**< a CPU of it cleans up its memory */
};

struct cell {
	struct cell *next;
	u32 id;
	/* Our copy, checked once, constant since. */
	const struct jailhouse_cell_desc *config;
	u32 config_pages;
	/* Bit n: owns CPU n. */
	u64 cpus;
	/* Bit n % 32 of word n / 32: owns interrupt n. Bank 0 is never used. */
	u32 irqs[NUM_INTIDS / 32];
	struct stage2 stage2;
	struct mmio_map mmio;
	/* Its functions on the virtual PCI bus; see vpci.h. */
	struct ivshmem *channels;
	u32 num_channels;
	/* NULL for root. */
	struct jailhouse_comm_region *comm;
	/* JAILHOUSE_VIOLATION_* and JAILHOUSE_POLICY_* of the extension block. */
	u32 on_violation;
	u32 policy;
	/* Root may write its loadable regions now. */
	bool loadable;
	/* Was made loadable since it was created. */
	bool was_loadable;
	enum cell_phase phase;
	/* Counter value at which the present phase has taken too long. */
	u64 deadline;
	/* It is being stopped: no CPU of it may be switched on. */
	bool closing;
	/* Its config maps the communication page, so it can answer. */
	bool comm_mapped;
};

extern struct cell root_cell;

/** Serialises management calls; others may hold it while they read the list. */
extern u32 cell_lock;

static inline bool cell_is_root(const struct cell *cell)
{
	return cell == &root_cell;
}

static inline bool cell_owns_cpu(const struct cell *cell, u32 cpu)
{
	return cpu < MAX_CPUS && (cell->cpus >> cpu) & 1;
}

static inline bool cell_owns_irq(const struct cell *cell, u32 intid)
{
	return intid >= 32 && intid < NUM_INTIDS && (cell->irqs[intid / 32] >> (intid % 32)) & 1;
}

/* Management calls, from the root cell. 0, a value, or a negative errno with
 * a reason; -EAGAIN asks to call again later. Bounded: they never wait for a
 * cell. */
long cell_create(u64 config_address);
long cell_start(u64 id);
long cell_set_loadable(u64 id);
long cell_destroy(u64 id);
long cell_get_state(u64 id);
long cell_get_channel(u64 id, u64 channel);
u32 cell_num(void);

struct cell *cell_find(u64 id);

/** The executing CPU was parked after a violation: note what that means for
 *  its cell. The CPU is STOPPING. */
void cell_cpu_failed(struct cell *cell);

/** Park all other running CPUs of the executing CPU's cell; does not wait. */
void cell_fail_siblings(void);

/** PSCI SYSTEM_OFF or SYSTEM_RESET by the executing CPU: the whole cell ends.
 *  Does not return. */
void cell_end_self(bool restart) __noreturn;

/** Set up the root cell from the checked system config. */
int root_cell_init(const struct jailhouse_system *config) __must_check;

/** The system config. */
const struct jailhouse_system *system_config(void);

/* cell_config.c: reading a checked config. Pure. */

/** Fill in what the config says: CPUs, interrupts, policy, MMIO windows. */
int cell_parse(struct cell *cell, u64 gicd_base) __must_check;

/** Name of a memory region from the extension block, or NULL. */
const char *cell_region_name(const struct cell *cell, u32 region);

/** The next record of a type (JAILHOUSE_EXT_*) in a checked config's extension
 *  block, `after` being one or NULL; or NULL. */
const void *config_next_record(const struct jailhouse_cell_desc *config, u16 type,
			       const void *after);

static inline const struct jailhouse_memory *cell_region(const struct cell *cell, u32 n)
{
	return jailhouse_cell_mem_regions(cell->config) + n;
}

/** Physical range of a region; size 0 for the communication page. */
static inline struct range region_phys(const struct jailhouse_memory *mem)
{
	return range_of(mem->phys_start, mem->flags & JAILHOUSE_MEM_COMM_REGION ? 0 : mem->size);
}

/** Belongs to this cell alone: neither shared nor the communication page. */
static inline bool region_exclusive(const struct jailhouse_memory *mem)
{
	return mem->size && !(mem->flags & (JAILHOUSE_MEM_ROOTSHARED | JAILHOUSE_MEM_COMM_REGION));
}

/** RAM that only this cell uses. */
static inline bool region_is_ram(const struct jailhouse_memory *mem)
{
	return region_exclusive(mem) && !(mem->flags & JAILHOUSE_MEM_IO) &&
	       !JAILHOUSE_MEMORY_IS_SUBPAGE(mem);
}

/** S2_* for a region of this cell. */
u32 region_stage2_flags(const struct cell *cell, const struct jailhouse_memory *mem);
