/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enable and disable as transactions over all CPUs.
 */
#include <hyp/setup.h>

#include <arch/image.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <arch/time.h>
#include <hyp/cell.h>
#include <hyp/printk.h>
#include <hyp/irqchip.h>
#include <hyp/ownership.h>
#include <hyp/page_alloc.h>
#include <jailhouse/uart.h>

/* Work of the leader, and of each CPU in turn, is bounded; this is for our own
 * bugs. For each four CPUs; emulators share few real ones among many. */
#define WORK_TIMEOUT_US 5000000ULL

/* Looks at a rendezvous for each look at the time. */
#define POLLS 1000

/* A point at which CPUs wait for each other, with a time limit. */
struct rendezvous {
	u32 arrived;
	u32 outcome;
};

enum { MEETING, ALL_MET, GIVEN_UP };

static struct rendezvous arrival, prepared, initialised, leaving;
/* The leader's, settled before CPUs are prepared; and the first of any CPU. */
static int system_error, enable_error;
static u64 first_arrival;
static struct uart debug_uart;
const struct irqchip *irqchip;

/*
 * All callers return true, or all return false. The outcome changes once: by
 * the last to arrive, or by the first whose patience ends.
 */
static __spin bool meet(struct rendezvous *r, u32 expected, u64 timeout)
{
	u64 deadline = counter_now() + timeout;
	u32 meeting = MEETING;

	if (__atomic_add_fetch(&r->arrived, 1, __ATOMIC_ACQ_REL) == expected)
		__atomic_compare_exchange_n(&r->outcome, &meeting, ALL_MET, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE);
	while (__atomic_load_n(&r->outcome, __ATOMIC_ACQUIRE) == MEETING) {
		/* Reading the counter is expensive, on emulators for all CPUs. */
		for (u32 n = 0;
		     n < POLLS && __atomic_load_n(&r->outcome, __ATOMIC_ACQUIRE) == MEETING; n++)
			cpu_relax();
		meeting = MEETING;
		if (counter_now() > deadline)
			__atomic_compare_exchange_n(&r->outcome, &meeting, GIVEN_UP, false,
						    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	}
	return __atomic_load_n(&r->outcome, __ATOMIC_ACQUIRE) == ALL_MET;
}

const struct jailhouse_system *system_config(void)
{
	return image_system_config();
}

static void uart_output(char c)
{
	uart_putc(&debug_uart, c);
}

static int init_config(void)
{
	struct jailhouse_config_finding finding;

	if (!jailhouse_config_check_system(system_config(), image_header()->config_size, &finding))
		return (int)reason(-EINVAL, "system config: rule %s, element %d, value 0x%llx",
				   jailhouse_config_rule_name(finding.rule), (s32)finding.index,
				   finding.value);
	if (system_config()->hypervisor_memory.phys_start != hyp_va_to_pa(image_header()).v)
		return (int)reason(-EINVAL, "the image is not at hypervisor_memory");
	machine.hypervisor = range_of(system_config()->hypervisor_memory.phys_start,
				      system_config()->hypervisor_memory.size);
	return 0;
}

static int init_memory(void)
{
	u64 start = image_pool_start();

	if (start + 16 * PAGE_SIZE > machine.hypervisor.size)
		return (int)reason(
			-ENOMEM,
			"hypervisor_memory has %llu KiB; image and per-CPU data alone take "
			"%llu KiB",
			machine.hypervisor.size / 1024, start / 1024);
	page_pool_init(hyp_pa_to_va(pa_of(machine.hypervisor.base + start)),
		       (u32)((machine.hypervisor.size - start) / PAGE_SIZE));
	return 0;
}

static int init_console(void)
{
	const struct jailhouse_system *config = system_config();
	const struct jailhouse_console *console = &config->debug_console;
	volatile void *regs;

	console_set_ring(SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE(config->flags));
	if (CON_IS_MMIO(console->flags) && uart_find_type(console->type)) {
		regs = map_device(pa_of(console->address), console->size);
		if (!regs)
			return (int)reason(-ENOMEM, "no room to map the debug console");
		if (uart_open(&debug_uart, console, regs))
			console_set_output(uart_output);
	}
	printk("\nInitializing Jailhouse hypervisor Cellblock %s on CPU %u\n", image_version(),
	       this_cpu()->id);
	return 0;
}

static int init_cpus(void)
{
	const u8 *set = (const u8 *)(&system_config()->root_cell + 1);
	u32 count = 0;

	for (u32 n = 0; n < cpu_count(); n++)
		count += (set[n / 8] >> (n % 8)) & 1;
	if (count != image_header()->online_cpus)
		return (int)reason(-EINVAL,
				   "the root cell's CPU set has %u CPUs, but %u entered; make the "
				   "config fit the machine",
				   count, image_header()->online_cpus);
	return arch_check_cpus();
}

static int init_irqchip(void)
{
	irqchip = system_config()->platform_info.arm.gic_version == 2 ? &gicv2_irqchip :
									&gicv3_irqchip;
	printk("Initializing unit: %s\n", irqchip->name);
	return irqchip->init(system_config());
}

static int init_root(void)
{
	return root_cell_init(system_config());
}

/* What needs memory; the rest each CPU does itself. */
static int init_percpu(void)
{
	int err = 0;

	for (u32 n = 0; !err && n < cpu_count(); n++)
		if (cpu_get(n)->arrived)
			err = arch_cpu_init(cpu_get(n));
	return err;
}

/* What is available after each stage: see the comments. */
static int (*const stages[])(void) = {
	init_config, /* the checked system config */
	init_memory, /* page_alloc(), map_device() */
	init_console, /* printk() to the UART */
	init_cpus, /* the number of CPUs is right */
	init_irqchip, /* irqchip */
	init_root, /* root_cell with its stage-2 tables */
	init_percpu, /* tables of each CPU */
};

static int init_system(void)
{
	int err = 0;

	for (u32 i = 0; !err && i < ARRAY_SIZE(stages); i++)
		err = stages[i]();
	return err;
}

static int init_cpu(struct cpu *cpu)
{
	int err = 0;

	cpu->cell = &root_cell;
	cpu->power = CPU_POWER_ON;
	if (!cell_owns_cpu(&root_cell, cpu->id))
		err = (int)reason(-EINVAL, "CPU %u is not in the root cell's CPU set", cpu->id);
	if (!err)
		err = irqchip->cpu_init(cpu);
	return err;
}

static void report_missing(void)
{
	for (u32 n = 0; n < cpu_count(); n++)
		if (!image_cpu_arrived(n)) {
			reason(-ETIMEDOUT,
			       "CPU %u did not enter EL2 within %u ms; nothing was changed", n,
			       image_header()->rendezvous_ms);
			return;
		}
	reason(-ETIMEDOUT, "not all CPUs entered EL2 in time; nothing was changed");
}

static u64 work_timeout(void)
{
	return counter_ticks(WORK_TIMEOUT_US * (1 + image_header()->online_cpus / 4));
}

static void set_error(int err)
{
	int none = 0;

	__atomic_compare_exchange_n(&enable_error, &none, err, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_ACQUIRE);
}

/* Before Linux goes on: it may want to give them to a cell at once. */
static void wait_for_parked(void)
{
	u64 deadline = counter_now() + work_timeout();

	for (u32 n = 0; n < cpu_count(); n++)
		while (image_cpu_parked(n) && !cpu_is_idle(cpu_get(n)) && counter_now() < deadline)
			cpu_relax();
}

int setup_enter(struct cpu *cpu)
{
	u32 expected = image_header()->online_cpus;
	u64 patience = counter_ticks(image_header()->rendezvous_ms * 1000ULL);
	static u32 reporters, leaders, cpu_lock;
	bool met, leader;

	if (__atomic_load_n(&arrival.arrived, __ATOMIC_ACQUIRE) == 0)
		first_arrival = counter_now();
	met = meet(&arrival, expected, patience);
	if (!met) {
		if (__atomic_fetch_add(&reporters, 1, __ATOMIC_ACQ_REL) == 0)
			report_missing();
		return -ETIMEDOUT;
	}
	leader = __atomic_fetch_add(&leaders, 1, __ATOMIC_ACQ_REL) == 0;
	if (leader)
		system_error = init_system();
	if (!meet(&prepared, expected, work_timeout()))
		return -ETIMEDOUT;
	if (system_error)
		return system_error;

	arch_adopt_map();
	spin_lock(&cpu_lock);
	cpu->init_error = init_cpu(cpu);
	spin_unlock(&cpu_lock);
	if (cpu->init_error)
		set_error(cpu->init_error);
	if (!meet(&initialised, expected, work_timeout()))
		set_error(-ETIMEDOUT);
	/* By one for all: while one writes, the others need not wait. */
	for (u32 n = 0; leader && n < cpu_count(); n++)
		if (cpu_get(n)->arrived)
			printk(" CPU %u... %s\n", n, cpu_get(n)->init_error ? "FAILED" : "OK");
	if (enable_error) {
		if (!cpu->init_error)
			irqchip->cpu_exit(cpu);
		return enable_error;
	}
	/* Another one, if the leader has no Linux itself. */
	if (!image_cpu_parked(cpu->id))
		wait_for_parked();
	if (leader) {
		printk("Page pool usage after init: mem %u/%u, remap %u/%u\n", page_pool_used(),
		       page_pool_size(), remap_pool_used(), remap_pool_size());
		printk("Activating hypervisor\n");
		console_page.enable_ticks = counter_now() - first_arrival;
	}
	return 0;
}

static long check_leave(void)
{
	if (cell_num() > 1)
		return reason(-EBUSY, "%u cells besides root exist; destroy them first",
			      cell_num() - 1);
	for (u32 n = 0; n < cpu_count(); n++)
		if (cell_owns_cpu(&root_cell, n) &&
		    cpu_get(n)->power != (image_cpu_parked(n) ? CPU_POWER_OFF : CPU_POWER_ON))
			return reason(-EBUSY,
				      "CPU %u of the root cell is offline; bring it online "
				      "first",
				      n);
	return 0;
}

static u32 root_cpu_count(void)
{
	u32 count = 0;

	for (u32 n = 0; n < cpu_count(); n++)
		count += cell_owns_cpu(&root_cell, n);
	return count;
}

long setup_leave(struct cpu *cpu)
{
	static u32 lock;
	static u32 leavers;
	long err;
	u32 ticket;

	if (!cell_is_root(cpu->cell))
		return -EPERM;
	spin_lock(&lock);
	err = check_leave();
	spin_unlock(&lock);
	if (err)
		return err;

	ticket = __atomic_fetch_add(&leavers, 1, __ATOMIC_ACQ_REL);
	for (u32 n = 0; ticket == 0 && n < cpu_count(); n++)
		if (image_cpu_parked(n))
			cpu_request(cpu_get(n), CPU_REQ_LEAVE);
	if (!meet(&leaving, root_cpu_count(),
		  counter_ticks(image_header()->rendezvous_ms * 1000ULL))) {
		/* The last to go makes the point usable again. */
		if (__atomic_sub_fetch(&leavers, 1, __ATOMIC_ACQ_REL) == 0)
			leaving = (struct rendezvous){ 0 };
		return reason(-ETIMEDOUT,
			      "not all CPUs of root came to disable; nothing was changed");
	}
	if (ticket == 0) {
		printk("Shutting down hypervisor\n");
		for (u32 n = 0; n < cpu_count(); n++)
			if (cell_owns_cpu(&root_cell, n))
				printk(" Releasing CPU %u\n", n);
	}
	irqchip->cpu_exit(cpu);
	return 0;
}
