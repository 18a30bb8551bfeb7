/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Running, stopping and giving back cells; the list of cells and the
 * management lock. Building a new cell is in cell_create.c.
 *
 * No call waits for a cell: what takes time is a phase (enum cell_phase), and
 * the call returns -EAGAIN until it is over. A caller that gives up leaves the
 * cell in its phase, where the next call of any kind finds it.
 */
#include <hyp/cell.h>

#include <arch/spinlock.h>
#include <arch/time.h>
#include <hyp/cell_list.h>
#include <hyp/comm.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <hyp/page_alloc.h>
#include <hyp/vpci.h>

/* How long a CPU may take to follow a stop request. */
#define STOP_TIMEOUT_US 1000000ULL

struct cell root_cell;

u32 cell_lock;
static u32 num_cells = 1;

u32 cell_num(void)
{
	return num_cells;
}

struct cell *cell_find(u64 id)
{
	for (struct cell *c = &root_cell; c; c = c->next)
		if (c->id == id)
			return c;
	return NULL;
}

void cell_list_add(struct cell *cell)
{
	struct cell *last = &root_cell;

	while (last->next)
		last = last->next;
	last->next = cell;
	num_cells++;
}

static void cell_list_remove(struct cell *cell)
{
	struct cell *before = &root_cell;

	while (before->next != cell)
		before = before->next;
	before->next = cell->next;
	num_cells--;
}

long management_begin(void)
{
	if (!cell_is_root(this_cpu()->cell))
		return -EPERM;
	return spin_trylock(&cell_lock) ? 0 : -EAGAIN;
}

long management_end(long result)
{
	if (IS_ENABLED(CONFIG_SELFTEST) && result == 0) {
		int err = ownership_selftest();

		if (err)
			result = err;
	}
	spin_unlock(&cell_lock);
	return result;
}

const struct cell *cell_find_locked(const struct cell *except)
{
	for (const struct cell *c = root_cell.next; c; c = c->next)
		if (c != except && comm_state(c) == JAILHOUSE_CELL_RUNNING_LOCKED)
			return c;
	return NULL;
}

void cell_notify_others(const struct cell *cell)
{
	for (struct cell *c = root_cell.next; c; c = c->next)
		if (c != cell && c->comm_mapped && comm_must_ask(c) && c->phase == CELL_IDLE)
			comm_send(c, JAILHOUSE_MSG_RECONFIG_COMPLETED);
}

static void clear_restart(const struct cell *cell)
{
	__atomic_fetch_and(&console_page.restart_cells[cell->id / 64], ~BIT(cell->id % 64),
			   __ATOMIC_SEQ_CST);
}

static u32 lowest_cpu(const struct cell *cell)
{
	return (u32)__builtin_ctzll(cell->cpus);
}

/*
 * A CPU of the cell that has not come to rest, or NULL. While `closing` is set
 * none that was seen at rest can be switched on again.
 */
static struct cpu *busy_cpu(const struct cell *cell)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n) && !cpu_is_idle(cpu_get(n)))
			return cpu_get(n);
	return NULL;
}

static void request_stop(const struct cell *cell, u32 except)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n) && n != except && !cpu_is_idle(cpu_get(n)))
			cpu_request(cpu_get(n), CPU_REQ_STOP);
}

/* Phase IDLE or ASKED: has the cell agreed? 0, -EAGAIN or -EPERM. */
static long ask_cell(struct cell *cell)
{
	u64 timeout = cell->config->msg_reply_timeout;

	if (!comm_must_ask(cell))
		return 0;
	if (cell->phase == CELL_IDLE) {
		comm_send(cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
		cell->phase = CELL_ASKED;
		cell->deadline = counter_now() + counter_ticks(timeout);
		return -EAGAIN;
	}
	switch (comm_answer(cell)) {
	case COMM_APPROVED:
		return 0;
	case COMM_DENIED:
		cell->phase = CELL_IDLE;
		return reason(-EPERM, "cell \"%s\" denied the shutdown request",
			      cell->config->name);
	default:
		break;
	}
	if (!timeout || counter_now() < cell->deadline)
		return -EAGAIN;
	printk("Cell \"%s\" did not answer within %llu us, stopping it\n", cell->config->name,
	       timeout);
	return 0;
}

/* Bring all CPUs of the cell to rest. 0 when they are, -EAGAIN, or an error. */
static long stop_cell(struct cell *cell)
{
	struct cpu *cpu;
	long err;

	if (cell->phase == CELL_IDLE || cell->phase == CELL_ASKED) {
		err = ask_cell(cell);
		if (err)
			return err;
		__atomic_store_n(&cell->closing, true, __ATOMIC_SEQ_CST);
		request_stop(cell, MAX_CPUS);
		cell->phase = CELL_STOPPING;
		cell->deadline = counter_now() + counter_ticks(STOP_TIMEOUT_US);
	}
	cpu = busy_cpu(cell);
	/* Zeroing takes as long as it takes. */
	if (cpu && cell->phase == CELL_SCRUBBING)
		return -EAGAIN;
	if (cpu && counter_now() < cell->deadline) {
		/* One may have been on the way on when we looked. */
		request_stop(cell, MAX_CPUS);
		return -EAGAIN;
	}
	if (cpu) {
		cell->phase = CELL_IDLE;
		cell->closing = false;
		return reason(-EIO,
			      "CPU %u of cell \"%s\" did not stop within 1 s; the cell stays as it "
			      "is, try again",
			      cpu->id, cell->config->name);
	}
	cell->phase = CELL_STOPPING;
	return 0;
}

static void move_irqs(const struct cell *cell, const struct cpu *target, const struct cell *to)
{
	for (u32 w = 1; w < NUM_INTIDS / 32; w++)
		for (u32 bits = cell->irqs[w]; bits; bits &= bits - 1)
			irqchip->move_irq(32 * w + (u32)__builtin_ctz(bits), target, cell, to);
}

/* All CPUs rest: the cell is shut down. */
static void set_shut_down(struct cell *cell)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n))
			cpu_get(n)->failed = false;
	move_irqs(cell, cpu_get(lowest_cpu(cell)), cell);
	vpci_reset(cell);
	comm_set_state(cell, JAILHOUSE_CELL_SHUT_DOWN);
	clear_restart(cell);
	cell->phase = CELL_IDLE;
}

/* What to do with a part of a cell's region that the root region `root` has. */
typedef int (*part_fn)(struct range part, const struct jailhouse_memory *root);

static int for_root_part(const struct jailhouse_memory *mem, part_fn fn)
{
	int err = 0;

	for (u32 i = 0; !err && i < root_cell.config->num_memory_regions; i++) {
		const struct jailhouse_memory *root = cell_region(&root_cell, i);
		struct range part = range_intersect(region_phys(mem), region_phys(root));

		if (part.size && !JAILHOUSE_MEMORY_IS_SUBPAGE(root) &&
		    !JAILHOUSE_MEMORY_IS_SUBPAGE(mem))
			err = fn(part, root);
	}
	return err;
}

static int root_map(struct range part, const struct jailhouse_memory *root)
{
	stage2_map(&root_cell.stage2, ipa_of(part.base), pa_of(part.base), part.size,
		   region_stage2_flags(&root_cell, root));
	return 0;
}

static int root_prepare_lend(struct range part, const struct jailhouse_memory *root)
{
	return stage2_prepare_map(&root_cell.stage2, ipa_of(part.base), pa_of(part.base), part.size,
				  region_stage2_flags(&root_cell, root), false);
}

/* Until end_loading(), whatever happens to its neighbours meanwhile. */
static int root_lend(struct range part, const struct jailhouse_memory *root)
{
	stage2_map(&root_cell.stage2, ipa_of(part.base), pa_of(part.base), part.size,
		   region_stage2_flags(&root_cell, root) | S2_SEPARATE);
	return 0;
}

static int root_unmap(struct range part, const struct jailhouse_memory *root __unused_arg)
{
	stage2_unmap(&root_cell.stage2, ipa_of(part.base), part.size);
	return 0;
}

/* Blocks as root_cell_init() made them: all that fit into the region of root. */
static int root_collapse(struct range part, const struct jailhouse_memory *root)
{
	u64 first = part.base & ~(SZ_1G - 1);
	u64 last = (part.base + (part.size - 1)) | (SZ_1G - 1);
	struct range around = range_intersect(range_of(first, last - first + 1), region_phys(root));

	if (!(root->flags & JAILHOUSE_MEM_NO_HUGEPAGES))
		stage2_collapse(&root_cell.stage2, ipa_of(around.base), around.size);
	return 0;
}

static int for_regions(const struct cell *cell, u64 wanted_flags, part_fn fn)
{
	int err = 0;

	for (u32 i = 0; !err && i < cell->config->num_memory_regions; i++) {
		const struct jailhouse_memory *mem = cell_region(cell, i);

		if (region_exclusive(mem) && (mem->flags & wanted_flags) == wanted_flags)
			err = for_root_part(mem, fn);
	}
	return err;
}

void root_cell_collapse(const struct cell *cell)
{
	for_regions(cell, 0, root_collapse);
}

/* Take the loadable regions back from root. */
static void end_loading(struct cell *cell)
{
	if (!cell->loadable)
		return;
	for_regions(cell, JAILHOUSE_MEM_LOADABLE, root_unmap);
	stage2_flush(&root_cell.stage2);
	cell->loadable = false;
}

/* The cell that a call names, if it may be managed. */
static long find_managed(u64 id, struct cell **cell)
{
	*cell = cell_find(id);
	if (!*cell)
		return reason(-ENOENT, "there is no cell with id %llu", id);
	if (cell_is_root(*cell))
		return reason(-EINVAL, "the root cell cannot be started, loaded or destroyed; "
				       "disable the hypervisor to end it");
	return 0;
}

static bool has_loadable(const struct cell *cell)
{
	for (u32 i = 0; i < cell->config->num_memory_regions; i++)
		if (cell_region(cell, i)->flags & JAILHOUSE_MEM_LOADABLE)
			return true;
	return false;
}

static long start_locked(u64 id)
{
	struct cell *cell;
	struct cpu *boot;
	long err = find_managed(id, &cell);

	if (err)
		return err;
	if (has_loadable(cell) && !cell->was_loadable)
		return reason(-ENODATA, "nothing was loaded into cell \"%s\" since it was created",
			      cell->config->name);
	err = stop_cell(cell);
	if (err)
		return err;

	set_shut_down(cell);
	end_loading(cell);
	comm_start(cell, system_config());
	boot = cpu_get(lowest_cpu(cell));
	boot->entry = cell->config->cpu_reset_address;
	boot->context = 0;
	boot->first = true;
	__atomic_store_n(&cell->closing, false, __ATOMIC_SEQ_CST);
	boot->power = CPU_POWER_ON_PENDING;
	if (!cpu_start(boot)) {
		set_shut_down(cell);
		return reason(-EIO, "CPU %u is busy", boot->id);
	}
	printk("Started cell \"%s\"\n", cell->config->name);
	return 0;
}

static long set_loadable_locked(u64 id)
{
	struct cell *cell;
	long err = find_managed(id, &cell);

	if (!err)
		err = stop_cell(cell);
	if (err)
		return err;
	set_shut_down(cell);
	if (cell->loadable)
		return 0;
	err = for_regions(cell, JAILHOUSE_MEM_LOADABLE, root_prepare_lend);
	if (err)
		return reason(err, "no memory to map the loadable regions of cell \"%s\" into root",
			      cell->config->name);
	for_regions(cell, JAILHOUSE_MEM_LOADABLE, root_lend);
	cell->loadable = true;
	cell->was_loadable = true;
	printk("Cell \"%s\" can be loaded\n", cell->config->name);
	return 0;
}

/* Give everything back to root. Cannot fail. */
static void release_cell(struct cell *cell)
{
	end_loading(cell);
	for_regions(cell, 0, root_map);
	root_cell_collapse(cell);

	move_irqs(cell, this_cpu(), &root_cell);
	root_cell_take_irqs(cell);
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n))
			cpu_assign(cpu_get(n), &root_cell);
	cell_list_remove(cell);
	stage2_flush(&cell->stage2);
	cell_free(cell);
}

static long destroy_locked(u64 id)
{
	struct cpu *boot;
	struct cell *cell;
	const struct cell *locked;
	long err = find_managed(id, &cell);

	if (err)
		return err;
	locked = cell_find_locked(cell);
	if (locked)
		return reason(-EPERM, "cell \"%s\" is running and locks the configuration",
			      locked->config->name);
	if (cell->phase != CELL_SCRUBBING) {
		err = stop_cell(cell);
		if (err)
			return err;
		set_shut_down(cell);
		boot = cpu_get(lowest_cpu(cell));
		cell->was_loadable = false;
		cell->phase = CELL_SCRUBBING;
		cpu_request(boot, CPU_REQ_SCRUB);
	}
	if (busy_cpu(cell))
		return -EAGAIN;
	printk("Closing cell \"%s\"\n", cell->config->name);
	release_cell(cell);
	cell_notify_others(NULL);
	return 0;
}

static long get_state_locked(u64 id)
{
	const struct cell *cell = cell_find(id);

	if (!cell)
		return -ENOENT;
	return comm_state(cell);
}

static long managed(long (*call)(u64 id), u64 id)
{
	long err = management_begin();

	return err ? err : management_end(call(id));
}

long cell_start(u64 id)
{
	return managed(start_locked, id);
}

long cell_set_loadable(u64 id)
{
	return managed(set_loadable_locked, id);
}

long cell_destroy(u64 id)
{
	return managed(destroy_locked, id);
}

static long get_channel_locked(u64 id, u64 channel)
{
	const struct cell *cell = cell_find(id);

	return cell ? vpci_info(cell, channel >> JAILHOUSE_CHANNEL_SHIFT,
				channel & ((1u << JAILHOUSE_CHANNEL_SHIFT) - 1)) :
		      -ENOENT;
}

/* Values that root asks for. */
static long get_value(u64 id, u64 channel, bool state)
{
	long value;

	if (!cell_is_root(this_cpu()->cell))
		return -EPERM;
	/* What another call does in EL2 is bounded: wait, and have an answer. */
	spin_lock(&cell_lock);
	value = state ? get_state_locked(id) : get_channel_locked(id, channel);
	spin_unlock(&cell_lock);
	return value;
}

long cell_get_state(u64 id)
{
	return get_value(id, 0, true);
}

long cell_get_channel(u64 id, u64 channel)
{
	return get_value(id, channel, false);
}

void cell_cpu_failed(struct cell *cell)
{
	for (u32 n = 0; n < cpu_count(); n++) {
		u32 power = __atomic_load_n(&cpu_get(n)->power, __ATOMIC_SEQ_CST);

		if (cell_owns_cpu(cell, n) && power != CPU_POWER_OFF && power != CPU_POWER_STOPPING)
			return;
	}
	comm_set_state(cell, JAILHOUSE_CELL_FAILED);
	vpci_reset(cell);
	printk("Cell \"%s\" failed\n", cell->config->name);
}

void cell_fail_siblings(void)
{
	const struct cell *cell = this_cpu()->cell;

	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(cell, n) && !cpu_is_idle(cpu_get(n)))
			cpu_get(n)->failed = true;
	request_stop(cell, this_cpu()->id);
}

void cell_end_self(bool restart)
{
	struct cell *cell = this_cpu()->cell;

	printk("Cell \"%s\" %s\n", cell->config->name,
	       restart ? "asks to be restarted" : "switched itself off");
	__atomic_store_n(&cell->closing, true, __ATOMIC_SEQ_CST);
	comm_set_state(cell, JAILHOUSE_CELL_SHUT_DOWN);
	vpci_reset(cell);
	request_stop(cell, this_cpu()->id);
	if (restart)
		__atomic_fetch_or(&console_page.restart_cells[cell->id / 64], BIT(cell->id % 64),
				  __ATOMIC_SEQ_CST);
	cpu_stop_self();
}
