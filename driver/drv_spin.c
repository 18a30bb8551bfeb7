// SPDX-License-Identifier: GPL-2.0
/*
 * Starts CPUs that Linux does not have, and keeps them in a pen (drv_pen.S)
 * while there is no hypervisor. Nobody can bring them back to the firmware, so
 * the pen is never freed; a module that is loaded later finds it by what the
 * release addresses hold.
 */
#include "drv_spin.h"

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/cputype.h>
#include <asm/smp_plat.h>

#include "drv_inject.h"
#include "drv_memory.h"
#include "drv_pen.h"
#include "drv_reason.h"
#include "drv_state.h"

/* How long a CPU may take from the firmware's loop to ours. */
#define FETCH_MS 1000

/* PEN_SLOTS bytes. */
extern const char drv_pen_code[];

/* A CPU of the device tree. */
struct spin_cpu {
	unsigned int cpu;
	u64 mpidr;
	bool spins;
	u64 release;
};

/* The pen, and the CPUs in it. */
static void *pen;
static struct drv_cpu_set fetched;

static u64 hwid_of(struct device_node *node)
{
	const __be32 *reg = of_get_property(node, "reg", NULL);

	return reg ? of_read_number(reg, of_n_addr_cells(node)) : INVALID_HWID;
}

static void read_mpidr(void *mpidr)
{
	*(u64 *)mpidr = read_cpuid_mpidr() & MPIDR_HWID_BITMASK;
}

/*
 * Calls `fn` for each CPU of the device tree. They are counted as Linux does it:
 * the one that booted is 0, the others follow in the order of the tree.
 */
static int for_each_described(int (*fn)(const struct spin_cpu *c, void *data), void *data)
{
	struct device_node *node = NULL;
	unsigned int next = 1;
	u64 boot = 0;
	int err = 0;

	smp_call_function_single(0, read_mpidr, &boot, true);
	while (!err && (node = of_get_next_cpu_node(node))) {
		struct spin_cpu c = { .mpidr = hwid_of(node) };
		const char *method;

		c.cpu = c.mpidr == boot ? 0 : next++;
		if (c.cpu >= JAILHOUSE_CONFIG_MAX_CPUS)
			continue;
		c.spins = !of_property_read_string(node, "enable-method", &method) &&
			  !strcmp(method, "spin-table") &&
			  !of_property_read_u64(node, "cpu-release-addr", &c.release);
		err = fn(&c, data);
	}
	of_node_put(node);
	return err;
}

static bool linux_has(unsigned int cpu)
{
	return cpu < nr_cpu_ids && cpu_possible(cpu);
}

static int add_absent(const struct spin_cpu *c, void *data)
{
	struct drv_cpu_set *cpus = data;

	if (c->spins && !linux_has(c->cpu))
		__set_bit(c->cpu, cpus->bits);
	return 0;
}

void drv_spin_find(struct drv_cpu_set *cpus)
{
	bitmap_zero(cpus->bits, JAILHOUSE_CONFIG_MAX_CPUS);
	for_each_described(add_absent, cpus);
}

static int add_present(const struct spin_cpu *c, void *data)
{
	struct drv_cpu_set *cpus = data;

	if (c->spins && linux_has(c->cpu))
		__set_bit(c->cpu, cpus->bits);
	return 0;
}

void drv_spin_bound(struct drv_cpu_set *cpus)
{
	bitmap_zero(cpus->bits, JAILHOUSE_CONFIG_MAX_CPUS);
	for_each_described(add_present, cpus);
}

static int is_described(const struct spin_cpu *c, void *data)
{
	return c->cpu == *(unsigned int *)data;
}

static int releases_in_page(const struct spin_cpu *c, void *data)
{
	return c->spins && (c->release & PAGE_MASK) == *(u64 *)data;
}

bool drv_spin_release_page(u64 address)
{
	u64 page = address & PAGE_MASK;

	return for_each_described(releases_in_page, &page);
}

bool drv_spin_described(unsigned int cpu)
{
	return for_each_described(is_described, &cpu);
}

/* --- the pen ---------------------------------------------------------------------------------- */

static u64 *slot_word(void *slot, unsigned int offset)
{
	return slot + offset;
}

/* What a CPU wrote with its MMU off. */
static u64 slot_read(void *slot, unsigned int offset)
{
	drv_memory_clean(slot_word(slot, offset), sizeof(u64));
	return READ_ONCE(*slot_word(slot, offset));
}

static void slot_write(void *slot, unsigned int offset, u64 value)
{
	WRITE_ONCE(*slot_word(slot, offset), value);
	drv_memory_clean(slot_word(slot, offset), sizeof(u64));
}

static void *slot_of(unsigned int cpu)
{
	void *slot = pen + PEN_SLOTS;

	while (*slot_word(slot, PEN_CPU) != cpu)
		slot += PEN_SLOT_SIZE;
	return slot;
}

static bool slot_back(void *slot)
{
	return slot_read(slot, PEN_BACK) == *slot_word(slot, PEN_TICKET);
}

static int add_slot(const struct spin_cpu *c, void *data)
{
	void **slot = data;

	if (!c->spins || linux_has(c->cpu))
		return 0;
	*slot_word(*slot, PEN_MPIDR) = c->mpidr;
	*slot_word(*slot, PEN_CPU) = c->cpu;
	*slot_word(*slot, PEN_TICKET) = 1;
	*slot_word(*slot, PEN_TAKEN) = 1;
	*slot += PEN_SLOT_SIZE;
	return 0;
}

static int make_pen(struct jailhouse_reason *why)
{
	struct drv_cpu_set all;
	unsigned long size;
	void *slot;

	BUILD_BUG_ON(PEN_SLOTS + PEN_SLOT_SIZE > PAGE_SIZE);
	drv_spin_find(&all);
	size = PAGE_ALIGN(PEN_SLOTS + drv_cpu_set_weight(&all) * PEN_SLOT_SIZE);
	pen = drv_inject_alloc() ? NULL :
				   (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN,
							    get_order(size));
	if (!pen)
		return drv_reason_set(why, -ENOMEM, "Linux has no memory for CPUs %*pbl to wait in",
				      drv_cpu_set_args(&all));
	memcpy(pen, drv_pen_code, PEN_SLOTS);
	slot = pen + PEN_SLOTS;
	for_each_described(add_slot, &slot);
	drv_memory_clean(pen, size);
	drv_memory_forget_instructions();
	return 0;
}

/* --- fetching --------------------------------------------------------------------------------- */

struct fetching {
	const struct drv_cpu_set *cpus;
	struct jailhouse_reason *why;
};

/* Reads what is at a release address, after writing `value` there if asked to. */
static int with_release_word(const struct spin_cpu *c, u64 *value, bool write,
			     struct jailhouse_reason *why)
{
	u64 *word = drv_inject_alloc() ? NULL : memremap(c->release, sizeof(u64), MEMREMAP_WB);

	if (!word)
		return drv_reason_set(why, -ENOMEM,
				      "the release address 0x%llx of CPU %u cannot be mapped",
				      c->release, c->cpu);
	if (write)
		WRITE_ONCE(*word, *value);
	drv_memory_clean(word, sizeof(*word));
	*value = READ_ONCE(*word);
	memunmap(word);
	sev();
	return 0;
}

/* A CPU that somebody has started before: an earlier life of this module? */
static int adopt(const struct spin_cpu *c, u64 where, struct jailhouse_reason *why)
{
	bool ours = PAGE_ALIGNED(where) &&
		    region_intersects(where, PAGE_SIZE, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) ==
			    REGION_INTERSECTS &&
		    *(u64 *)(phys_to_virt(where) + PEN_MAGIC_AT) == PEN_MAGIC;

	if (!ours || (pen && pen != phys_to_virt(where)))
		return drv_reason_set(
			why, -EBUSY,
			"CPU %u has been started by somebody else (0x%llx is at its release address 0x%llx), so it cannot be had; reset the machine",
			c->cpu, where, c->release);
	pen = phys_to_virt(where);
	return 0;
}

static int release(const struct spin_cpu *c, struct jailhouse_reason *why)
{
	u64 value = 0;
	int err;

	err = with_release_word(c, &value, false, why);
	if (!err && value)
		return adopt(c, value, why);
	if (!err && !pen)
		err = make_pen(why);
	if (err)
		return err;
	value = virt_to_phys(pen);
	return with_release_word(c, &value, true, why);
}

static int fetch(const struct spin_cpu *c, void *data)
{
	const struct fetching *f = data;
	unsigned long end = jiffies + msecs_to_jiffies(FETCH_MS);
	void *slot;
	int err;

	if (!drv_cpu_set_has(f->cpus, c->cpu) || drv_cpu_set_has(&fetched, c->cpu))
		return 0;
	err = release(c, f->why);
	if (err)
		return err;
	slot = slot_of(c->cpu);
	while (!slot_back(slot) && !time_after(jiffies, end))
		usleep_range(100, 1000);
	if (slot_back(slot)) {
		__set_bit(c->cpu, fetched.bits);
		return 0;
	}
	if (slot_read(slot, PEN_LEVEL))
		return drv_reason_set(
			f->why, -ENODEV,
			"the firmware keeps CPU %u at EL%llu, not at EL2, so it cannot be partitioned",
			c->cpu, slot_read(slot, PEN_LEVEL) >> 2);
	return drv_reason_set(
		f->why, -ETIMEDOUT,
		"CPU %u does not start: it does not follow its release address 0x%llx; does the firmware keep it there?",
		c->cpu, c->release);
}

int drv_spin_fetch(const struct drv_cpu_set *cpus, struct jailhouse_reason *why)
{
	struct fetching f = { .cpus = cpus, .why = why };

	lockdep_assert_held(&drv_lock);
	return for_each_described(fetch, &f);
}

/* --- into EL2 and out of it ------------------------------------------------------------------- */

void drv_spin_send(u64 entry)
{
	unsigned int cpu;

	for_each_set_bit(cpu, fetched.bits, JAILHOUSE_CONFIG_MAX_CPUS) {
		void *slot = slot_of(cpu);

		if (drv_inject_cpu(DRV_FAULT_SKIP_CPU, cpu))
			continue;
		slot_write(slot, PEN_ENTRY, entry);
		slot_write(slot, PEN_TICKET, *slot_word(slot, PEN_TICKET) + 1);
	}
	/* Partner: the wait in drv_pen.S. */
	sev();
}

/* Are all of them back, or all of them away? */
static bool all_are(bool back)
{
	unsigned int cpu;

	for_each_set_bit(cpu, fetched.bits, JAILHOUSE_CONFIG_MAX_CPUS)
		if (slot_back(slot_of(cpu)) != back)
			return false;
	return true;
}

bool drv_spin_wait(unsigned int timeout_ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(timeout_ms);

	while (!all_are(true)) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(100, 1000);
	}
	return true;
}

bool drv_spin_away(void)
{
	return all_are(false);
}
