/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fake machine on which the pure core is tested: what a test sets up, what
 * it drives, and what it can look at afterwards. Not here: any expectation.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <hyp/cell.h>
#include <hyp/cpu.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <hyp/stage2.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/config-extension.h>
#include <jailhouse/header.h>

/* --- events ----------------------------------------------------------------------------------- */

enum fake_event_kind {
	EV_BARRIER, /**< name */
	EV_TABLE_SYNC,
	EV_TLB_FLUSH, /**< a: VMID */
	EV_TLB_FLUSH_LOCAL, /**< a: CPU */
	EV_CACHE_FLUSH, /**< a: host address, b: size */
	EV_IO_READ, /**< a: address, b: bytes, c: value */
	EV_IO_WRITE, /**< the same */
	EV_SYSREG_WRITE, /**< name, a: value */
	EV_REQUEST, /**< a: CPU, b: CPU_REQ_* */
	EV_WAKE, /**< a: CPU */
	EV_WAIT_FOR_CELL, /**< a: CPU */
	EV_MOVE_IRQ, /**< a: interrupt, b: CPU */
	EV_FIRMWARE, /**< a: x0, b: x1 */
	EV_ENTER, /**< a CPU enters its cell; a: CPU, b: context, c: address */
	EV_EL2_STATE, /**< name: root, cell (a: id), el1 or drain */
	EV_CPU_ENTER, /**< the interrupt controller's part of it; a: CPU, b: cell */
	EV_SCRUB, /**< the CPU's interrupts are wiped; a: CPU */
	EV_MEMORY_FLUSH, /**< a: address, b: size, c: also zeroed */
	EV_CONFINE, /**< a: cell, b: target CPU */
	EV_LEAVE, /**< EL2 is given back; a: CPU, b: result */
};

struct fake_event {
	enum fake_event_kind kind;
	const char *name;
	u64 a, b, c;
};

/** Forget what happened so far. */
void fake_events_clear(void);
u32 fake_event_count(enum fake_event_kind kind);
/** The n-th event of a kind; NULL if there are fewer. */
const struct fake_event *fake_event(enum fake_event_kind kind, u32 n);
u32 fake_events_total(void);
/** The barrier that follows immediately: after the last write of a system register,
 *  or, for NULL, after everything else. "none" if there is none. */
const char *fake_barrier_after(const char *sysreg);
/** The n-th event of all. */
const struct fake_event *fake_event_at(u32 n);
void fake_record(struct fake_event event);

/** An instruction of the Arm architecture in a file that is tested: host_gic*.c. */
void fake_instruction(const char *text);

/** Called when it happens, after it was recorded; NULL by default. */
extern void (*fake_on_barrier)(void);
/** Called where EL2 of a GIC driver waits by WFI. */
extern void (*fake_on_wfi)(void);
/** What becomes of a value that is written to a system register. */
extern u64 (*fake_on_sysreg_write)(const char *name, u64 value);
extern void (*fake_on_table_sync)(void);
extern void (*fake_on_tlb_flush)(u16 vmid);
extern void (*fake_on_cache_flush)(const void *va);
/** Called at each counter_now(). */
extern void (*fake_on_counter)(void);
/** Called after each cpu_is_idle(), before its result is used. */
extern void (*fake_on_idle_check)(u32 id);

/* --- memory ----------------------------------------------------------------------------------- */

#define FAKE_HV_BASE    0x7fc00000ULL
#define FAKE_HV_SIZE    0x400000ULL
#define FAKE_HV_POOL    0x100000ULL
/* Where the console page appears, in front of the pool. */
#define FAKE_CONSOLE_PA (FAKE_HV_BASE + 0x3000)

/** The allocation after the next n fails, counted from enable; -1 for none. */
extern int fake_pool_fail_after;

/** Give the page pool `pages` pages; all of them by default. Unused pages are
 *  poisoned, so that a use after free ends the test. */
void fake_pool_init(u32 pages);
/** A pool of as many pages elsewhere, without those checks: memory that nobody
 *  writes costs nothing. */
void fake_pool_large(u32 pages);
/** Where it begins: with its bitmap. */
u8 *fake_pool_base(void);
/** Copy of what is allocated, one byte a page. */
void fake_pool_map(u8 *map);
#define FAKE_POOL_PAGES ((u32)((FAKE_HV_SIZE - FAKE_HV_POOL) / PAGE_SIZE))
/** Allocations since the last call of this function. */
u32 fake_pool_allocations(void);

/** Normal memory that map_temporary() shows. At most 16 ranges. */
void fake_ram_add(u64 pa, u64 size);
void fake_ram_write(u64 pa, const void *data, u64 size);
void fake_ram_read(u64 pa, void *data, u64 size);
/** Is something shown at present? */
bool fake_temporary_shown(void);
/** Times that map_temporary() was called. */
extern u32 fake_temporary_maps;

/** Device memory that map_temporary_device() shows: plain bytes. */
void fake_device_add(u64 pa, u64 size);
u8 *fake_device(u64 pa);

/** map_device() fails after the next n calls; -1 for never. */
extern int fake_device_fail_after;

/* --- the bus ---------------------------------------------------------------------------------- */

/** A model of a device. Accesses to [base, base + size) reach its functions. */
struct fake_model {
	const volatile u8 *base;
	u64 size;
	u64 (*read)(u64 offset, u32 bytes);
	void (*write)(u64 offset, u32 bytes, u64 value);
};

/** Put a model on the bus at a fresh address, which is returned. */
volatile u8 *fake_bus_add(u64 pa, u64 size, u64 (*read)(u64 offset, u32 bytes),
			  void (*write)(u64 offset, u32 bytes, u64 value));
void fake_bus_reset(void);
/** The EL2 address of a model, NULL if there is none at `pa`. */
volatile u8 *fake_bus_find(u64 pa);

/* --- GICv3 ------------------------------------------------------------------------------------ */

#define FAKE_GICD_BASE 0x08000000ULL
#define FAKE_GICR_BASE 0x080a0000ULL
#define FAKE_KICK_IRQ  25

/** Everything that a GICv3 keeps, as a value that can be compared. */
struct fake_gic {
	u32 ctlr;
	u32 rwp_polls;
	u32 group[32], enabled[32], pending[32], active[32], config[64];
	u8 priority[1024];
	u64 router[1024];
	u32 setspi, clrspi;
	struct {
		u32 ctlr, waker, group, enabled, pending, active, config[2];
		u8 priority[32];
	} rd[8];
};

extern struct fake_gic fake_gic;
/** Bits that a priority has; 0xf8 by default. */
extern u8 fake_gic_priority_mask;
/** GICD_TYPER; 288 interrupts by default. */
extern u32 fake_gic_typer;
/** GICR_TYPER's upper half, by frame: its number by default. */
extern u32 fake_gic_affinity[8];
/** GICD_CTLR.RWP stays set. */
extern bool fake_gic_hangs;

/** Put distributor and redistributors on the bus, in the state Linux left. */
void fake_gic_init(u32 cpus);

/* --- GICv2 ------------------------------------------------------------------------------------ */

#define FAKE_GICC_BASE 0x08010000ULL

/** The next fake_machine_init() makes a machine with a GICv2. */
extern bool fake_with_gicv2;

/** What each CPU has for itself. Its bit in targets is not that of its number. */
struct fake_gicv2_bank {
	u32 enabled, pending, active, config[2];
	u8 priority[32], sgi_sources[16];
	u8 target;
	u32 ctlr, pmr, bpr, apr[8], dir;
};

/** Everything that a GICv2 keeps. */
struct fake_gicv2 {
	u32 num_cpus, num_irqs, pidr2, iidr;
	/* Of distributor and CPU interface. */
	u8 priority_mask;
	/* Interrupts that are not ours. */
	u32 secure[32];
	u32 ctlr;
	u32 enabled[32], pending[32], active[32], config[64];
	u8 priority[1024], target[1024];
	/* The last write, and how many there were. */
	u32 sgir, sgis, dirs;
	struct fake_gicv2_bank bank[8];
};

extern struct fake_gicv2 fake_gicv2;

/** Put distributor and CPU interfaces on the bus, in the state Linux left. */
void fake_gicv2_init(u32 cpus);
/** Would this SPI, as things are now, end a WFI of that CPU? */
bool fake_gicv2_wakes(u32 cpu, u32 intid);

/* --- CPUs ------------------------------------------------------------------------------------- */

#define FAKE_CPUS         4
#define FAKE_TICKS_PER_MS 62500ULL

extern u64 fake_now;
/** What arch_check_cpus() answers. */
extern int fake_cpus_error;
/** What image_pool_start() answers: how much image and per-CPU data take. */
extern u64 fake_pool_start;
/** The image header; max_cpus is set by fake_cpus(). */
extern struct jailhouse_header fake_header;
/** How many CPUs there are. There is nothing behind the area of the last: looking
 *  there ends the test. */
void fake_cpus(u32 count);
/** Calls of arch_adopt_map(). */
extern u32 fake_map_adoptions;
/** Called by arch_adopt_map(), if set. */
extern void (*fake_on_adoption)(void);
/** Calls of el2_state_root(). Threads record too many events to look for one. */
extern u32 fake_root_states;
/** CPUs are threads: who waits for a lock gets it at last. */
extern bool fake_threads;
/** A CPU follows requests at once; else when fake_cpu_follow() is called. */
extern bool fake_auto_follow;

/** Choose the CPU that executes from now on, in this thread. */
void fake_run_on(u32 id);
/** CPU `id` takes the requests that wait for it. */
void fake_cpu_follow(u32 id);

/**
 * Run `call` on the executing CPU; true if it never returned, because the CPU
 * left its cell and rests.
 */
#define FAKE_STOPS(call)                       \
	({                                     \
		volatile bool stopped_ = true; \
                                               \
		fake_exit = &fake_stop;        \
		if (!setjmp(fake_stop)) {      \
			(void)(call);          \
			stopped_ = false;      \
		}                              \
		fake_exit = NULL;              \
		stopped_;                      \
	})
extern jmp_buf fake_stop;
extern __thread jmp_buf *fake_exit;

/** All system registers read 0 again. */
void fake_sysregs_reset(void);
/** PAR_EL1 of AT S1E1R; NULL: stage 1 is off. */
extern u64 (*fake_stage1)(u64 va);
/** What the firmware answers in x0. */
extern u64 fake_firmware_answer;
/** What setup_leave() answers to a CPU. */
extern long fake_leave_answer;

/* --- the whole machine ------------------------------------------------------------------------ */

/** The machine as `enable` leaves it: root cell on all CPUs, CPU 0 executes. */
void fake_machine_init(void);
/** As above, with fewer pages in the pool. */
void fake_machine_init_pool(u32 pages);
/** Parts of it: no cells, default system config; then enable. */
void fake_reset(void);
void fake_enable(u32 pages);
/** The system config; may be changed before fake_machine_init(). */
struct fake_system {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem[16];
	struct jailhouse_irqchip irqchips[2];
	/* Only if a test sets JAILHOUSE_CELL_EXTENDED. */
	struct jailhouse_ext_header ext;
	struct jailhouse_ext_gicr_region gicr[9];
} __attribute__((packed));
extern struct fake_system fake_system;
void fake_system_default(void);

/** Linux takes a CPU offline by PSCI. */
void fake_cpu_offline(u32 id);

/** Take the management lock, as a call that is under way; or release it. */
long fake_management_lock(bool take);

/** What the console ring holds, the oldest first. */
const char *fake_log(void);

/** The reason given last, "" if there is none since fake_machine_init(). */
const char *fake_reason(void);

/* --- cell configs ----------------------------------------------------------------------------- */

#define FAKE_CONFIG_PA 0x50000000ULL

/** A cell config under construction; the arrays are packed by the functions. */
struct fake_config {
	struct jailhouse_cell_desc desc;
	__u64 cpus[8];
	struct jailhouse_memory mem[260];
	struct jailhouse_irqchip irqchips[33];
	struct jailhouse_pci_device pci[80];
	/* Records of the extension block, as they stand there. */
	u8 ext[512];
	u32 ext_size, ext_records;
};

/** A good cell: CPU 3, 1 MiB loadable RAM at 0, UART1 with SPI 8, comm page. */
void fake_config_default(struct fake_config *c);
void fake_config_mem(struct fake_config *c, u64 phys, u64 virt, u64 size, u64 flags);
void fake_config_irq(struct fake_config *c, u32 intid);
/** An ivshmem function at `bdf`, the regions of which were added from number
 *  `first` on. The caller may change what is returned. */
struct jailhouse_pci_device *fake_config_ivshmem(struct fake_config *c, u16 bdf, u32 first, u8 id,
						 u8 peers);
void fake_config_policy(struct fake_config *c, u32 on_violation, u32 flags);
void fake_config_name(struct fake_config *c, u32 region, const char *name);
/** The packed form in `out`; returns its size. */
u32 fake_config_pack(const struct fake_config *c, void *out, u32 room);
/** Pack it into root's memory at FAKE_CONFIG_PA. */
void fake_config_place(const struct fake_config *c);

/* --- tables ----------------------------------------------------------------------------------- */

/** Number of table pages, and a checksum over all leaf entries. */
u32 fake_tables_digest(const struct stage2 *s2, u64 *digest);

/* --- snapshots -------------------------------------------------------------------------------- */

/** Everything that a failed or undone operation must leave as it was. */
struct fake_snapshot {
	u32 pool_used;
	u8 pool_map[FAKE_POOL_PAGES];
	u32 num_cells;
	u32 root_tables;
	u64 root_digest;
	u64 root_entries[STAGE2_ROOT_ENTRIES];
	u64 cpu_roots[FAKE_CPUS][STAGE2_ROOT_ENTRIES];
	struct cell cells[4];
	struct cpu cpus[FAKE_CPUS];
	struct fake_gic gic;
	u64 restart_cells[4];
};

void fake_snapshot(struct fake_snapshot *s);
/** Fails the test and names the first difference; `when` says what was done. */
void fake_snapshot_equal(const struct fake_snapshot *before, const char *when);

/* --- random numbers --------------------------------------------------------------------------- */

/** Seed from the environment (TEST_SEED) or the clock; printed. */
void fake_random_seed(void);
u64 fake_random(void);
/** 0 to n - 1. */
u64 fake_random_below(u64 n);
