/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enable and disable as transactions over all CPUs, which are threads here. The
 * code under test keeps state for one enable, so each test has a process of its
 * own: the program runs itself with the name of the test.
 */
#include "fake.h"
#include "fake_private.h"

#include <arch/paging.h>
#include <arch/sysregs.h>
#include <hyp/page_alloc.h>
#include <hyp/printk.h>
#include <hyp/setup.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../irqchip/gic_regs.h"

static const char *program;
static bool alone;

/* What the other process wrote, each line marked, so that nobody counts it. */
static void show(FILE *output)
{
	char line[256];

	rewind(output);
	while (fgets(line, sizeof(line), output))
		printf("| %s", line);
}

/* True in the parent: the test has run elsewhere, with success. */
static bool elsewhere(const char *name, const char *argument)
{
	FILE *output;
	int status;
	pid_t pid;

	if (alone)
		return false;
	output = tmpfile();
	assert_non_null(output);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fileno(output), STDOUT_FILENO);
		dup2(fileno(output), STDERR_FILENO);
		execl(program, program, name, argument, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		show(output);
	fclose(output);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return true;
}

#define OWN_PROCESS()                         \
	do {                                  \
		if (elsewhere(__func__, "0")) \
			return;               \
	} while (0)

static u32 argument;

/* --- CPUs as threads -------------------------------------------------------------------------------------- */

static long results[FAKE_CPUS];
static struct fake_gic gic_before;
static u64 sysregs_before[FAKE_CPUS][5];
static const char *const interface[] = { "ICC_CTLR_EL1", "ICC_PMR_EL1", "ICC_SRE_EL2",
					 "ICH_HCR_EL2", "ICH_VMCR_EL2" };

/* Time goes on while CPUs wait, and leave the build machine to those that work. */
static void tick(void)
{
	__atomic_add_fetch(&fake_now, FAKE_TICKS_PER_MS / 125, __ATOMIC_RELAXED);
	usleep(50);
}

/* All threads run before the first of them enters: their start takes time. */
static pthread_barrier_t started;

/* The counter runs since long ago. */
#define START (1ULL << 40)
/* The last CPU comes when the others have waited for so many ticks. */
#define LATE  (FAKE_TICKS_PER_MS * 5)
static bool last_is_late;

static void *enter(void *arg)
{
	u32 id = (u32)(uintptr_t)arg;

	fake_run_on(id);
	this_cpu()->arrived = true;
	pthread_barrier_wait(&started);
	while (last_is_late && id == FAKE_CPUS - 1 &&
	       __atomic_load_n(&fake_now, __ATOMIC_RELAXED) < START + 2 * LATE)
		usleep(50);
	results[id] = setup_enter(this_cpu());
	return NULL;
}

static void *leave(void *arg)
{
	u32 id = (u32)(uintptr_t)arg;

	fake_run_on(id);
	pthread_barrier_wait(&started);
	results[id] = setup_leave(this_cpu());
	return NULL;
}

static void all_cpus(void *(*what)(void *), u32 count)
{
	pthread_t threads[FAKE_CPUS];

	pthread_barrier_init(&started, NULL, count);
	for (u32 n = 0; n < count; n++)
		assert_int_equal(pthread_create(&threads[n], NULL, what, (void *)(uintptr_t)n), 0);
	for (u32 n = 0; n < count; n++)
		pthread_join(threads[n], NULL);
	pthread_barrier_destroy(&started);
}

/* The machine as Linux has it before enable. */
static void machine_before(void)
{
	fake_reset();
	fake_now = START;
	fake_header.config_size = offsetof(struct fake_system, ext);
	/* Patient, since a thread may be held up; less so where one is missing. */
	fake_header.rendezvous_ms = 10000;
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		cpu_get(n)->arrived = false;
		fake_run_on(n);
		for (u32 i = 0; i < ARRAY_SIZE(interface); i++) {
			sysregs_before[n][i] = 0x100 * (n + 1) | 0x10 * i | 7;
			fake_sysreg_write(interface[i], sysregs_before[n][i]);
		}
		fake_gic.rd[n].priority[FAKE_KICK_IRQ] = (u8)(0x40 + 8 * n);
		fake_gic.rd[n].group = ~kick_bit;
	}
	fake_run_on(0);
	gic_before = fake_gic;
	fake_on_counter = tick;
	fake_threads = true;
}

static void use_uart(void)
{
	fake_device_add(0x09000000, 0x1000);
	fake_system.header.flags = 0;
	fake_system.header.debug_console = (struct jailhouse_console){
		.address = 0x09000000,
		.size = 0x1000,
		.type = JAILHOUSE_CON_TYPE_PL011,
		.flags = JAILHOUSE_CON_ACCESS_MMIO,
	};
}

static void says(const char *text)
{
	if (!strstr(fake_log(), text))
		fail_msg("it does not say \"%s\"", text);
}

static void all_return(long code)
{
	for (u32 n = 0; n < FAKE_CPUS; n++)
		if (results[n] != code)
			fail_msg("CPU %u returns %ld instead of %ld (%s)", n, results[n], code,
				 fake_reason());
}

/* EL2 can be given back: the interrupt controller is as it was found. */
static void as_found(void)
{
	assert_memory_equal(&gic_before, &fake_gic, sizeof(fake_gic));
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		fake_run_on(n);
		for (u32 i = 0; i < ARRAY_SIZE(interface); i++)
			assert_int_equal(fake_sysreg_read(interface[i]), sysregs_before[n][i]);
	}
	fake_run_on(0);
}

static void refused(long code, const char *word)
{
	all_cpus(enter, FAKE_CPUS);
	all_return(code);
	if (!strstr(fake_reason(), word))
		fail_msg("\"%s\" does not say \"%s\"", fake_reason(), word);
	as_found();
}

/* --- enable ----------------------------------------------------------------------------------------------- */

static void test_enable(void **state)
{
	struct stage2_mapping m;

	(void)state;
	OWN_PROCESS();
	machine_before();
	last_is_late = true;
	all_cpus(enter, FAKE_CPUS);
	all_return(0);
	assert_string_equal(fake_reason(), "");
	assert_int_equal(root_cell.cpus, 0xf);
	assert_int_equal(cell_num(), 1);
	assert_true(range_contains(machine.hypervisor, FAKE_HV_BASE));
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		assert_ptr_equal(cpu_get(n)->cell, &root_cell);
		assert_int_equal(cpu_get(n)->power, CPU_POWER_ON);
		assert_non_null(cpu_get(n)->root);
		assert_int_equal(fake_gic.rd[n].priority[FAKE_KICK_IRQ], 0);
	}
	/* Root sees all but the hypervisor, which reads as zeroes, and its console. */
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(0x40000000), &m));
	assert_int_equal(m.pa.v, 0x40000000);
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_HV_BASE + 0x10000), &m));
	assert_int_equal(m.flags & (S2_READ | S2_WRITE), S2_READ);
	assert_true(m.flags & S2_NO_EXECUTE);
	for (u64 i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(((u8 *)hyp_pa_to_va(m.pa))[i], 0);
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_CONSOLE_PA), &m));
	assert_int_equal(m.pa.v, FAKE_CONSOLE_PA);
	assert_int_equal(m.flags & (S2_READ | S2_WRITE), S2_READ);
	/* The filtered frames are not mapped. */
	assert_false(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICD_BASE), &m));
	assert_false(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICR_BASE + 0x7f000), &m));
	assert_int_equal(ownership_selftest(), 0);
	/* How long Linux stood still is known: from the first that came, who waited for the last. */
	assert_in_range(console_page.enable_ticks, LATE, fake_now - START);
	/* Each CPU sees what the leader mapped, and is named. */
	assert_int_equal(fake_map_adoptions, FAKE_CPUS);
	says("Initializing unit: ");
	for (u32 n = 0; n < FAKE_CPUS; n++) {
		char line[32];

		snprintf(line, sizeof(line), " CPU %u... OK\n", n);
		says(line);
	}
	says("Activating hypervisor\n");
}

static void test_cpu_does_not_arrive(void **state)
{
	u64 reasons;

	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_header.rendezvous_ms = 20;
	results[3] = -ETIMEDOUT;
	reasons = console_page.reason_seq;
	all_cpus(enter, 3);
	all_return(-ETIMEDOUT);
	assert_non_null(strstr(fake_reason(), "CPU 3 did not enter"));
	/* Said once, by the first to give up. */
	assert_int_equal(console_page.reason_seq, reasons + 1);
	as_found();
}

/* It came into EL2, but too late for the others to wait. */
static void test_cpu_is_late(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_header.rendezvous_ms = 20;
	results[3] = -ETIMEDOUT;
	cpu_get(3)->arrived = true;
	all_cpus(enter, 3);
	all_return(-ETIMEDOUT);
	assert_non_null(strstr(fake_reason(), "not all CPUs entered EL2 in time"));
	as_found();
}

static void test_wrong_config(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_system.header.platform_info.arm.gic_version = 7;
	refused(-EINVAL, "GIC_VERSION");
}

static void test_truncated_config(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_header.config_size--;
	refused(-EINVAL, "SIZE_MISMATCH");
}

static void test_image_elsewhere(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_system.header.hypervisor_memory.phys_start -= 0x400000;
	fake_system.header.hypervisor_memory.size = 0x200000;
	fake_system.mem[2].size = 0x100000;
	fake_system.mem[2].phys_start = fake_system.mem[2].virt_start = 0x7f500000;
	refused(-EINVAL, "not at hypervisor_memory");
}

static void test_wrong_number_of_cpus(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_system.cpus[0] = 7;
	refused(-EINVAL, "has 3 CPUs, but 4 entered");
}

static void test_other_cpus_in_the_set(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_cpus(5);
	fake_system.cpus[0] = 0x17;
	all_cpus(enter, FAKE_CPUS);
	all_return(-EINVAL);
	assert_non_null(strstr(fake_reason(), "CPU 3 is not in the root cell's CPU set"));
	as_found();
}

static void test_cpus_of_a_wrong_kind(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_cpus_error = -EIO;
	all_cpus(enter, FAKE_CPUS);
	all_return(-EIO);
	as_found();
}

static void test_gicv2(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_system.header.platform_info.arm.gic_version = 2;
	fake_system.header.platform_info.arm.gicc_base = 0x08010000;
	refused(-ENODEV, "there is no GICv2 at 0x8000000 (PIDR2 says architecture 0)");
}

static void test_no_room_for_devices(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_device_fail_after = 0;
	refused(-ENOMEM, "no room to map");
}

static void test_no_room_for_the_console(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	use_uart();
	fake_device_fail_after = 0;
	refused(-ENOMEM, "no room to map the debug console");
}

/* Ports, or no UART at all: nothing is mapped for it. */
static void test_other_consoles(void **state)
{
	(void)state;
	if (!alone) {
		assert_true(elsewhere(__func__, "0"));
		assert_true(elsewhere(__func__, "1"));
		return;
	}
	machine_before();
	use_uart();
	if (argument)
		fake_system.header.debug_console.flags = 0;
	else
		fake_system.header.debug_console.type = JAILHOUSE_CON_TYPE_NONE;
	fake_device_fail_after = 0;
	refused(-ENOMEM, "no room to map the interrupt distributor");
}

static void test_no_room_for_the_pool(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_pool_start = FAKE_HV_SIZE - 15 * PAGE_SIZE;
	refused(-ENOMEM, "has 4096 KiB; image and per-CPU data alone take 4036 KiB");
}

/* The least that is tried: then it is the tables that find no room. */
static void test_smallest_pool(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_pool_start = FAKE_HV_SIZE - 16 * PAGE_SIZE;
	refused(-ENOMEM, "page pool has no room");
}

/* Root's regions may cover the frames that are filtered: they are taken out. */
static void test_region_over_the_frames(void **state)
{
	struct stage2_mapping m;

	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_system.mem[7].size = 0x09000000;
	all_cpus(enter, FAKE_CPUS);
	all_return(0);
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICD_BASE - 0x1000), &m));
	for (u64 at = 0; at < 0x10000; at += PAGE_SIZE)
		assert_false(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICD_BASE + at), &m));
	for (u64 at = 0; at < 0x80000; at += PAGE_SIZE)
		assert_false(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICR_BASE + at), &m));
	assert_true(stage2_lookup(&root_cell.stage2, ipa_of(FAKE_GICR_BASE + 0x80000), &m));
}

/* How often each CPU has looked at the time, and how often when CPU 3 went astray. */
static u32 looks[FAKE_CPUS], looks_then[FAKE_CPUS];

#define ON_ITS_WAY 1

static void count_looks(void)
{
	__atomic_add_fetch(&looks[this_cpu()->id], 1, __ATOMIC_ACQ_REL);
	tick();
}

/* CPU 3 stays away in EL2 for longer than any work takes. A CPU looks once more, at most, to see that all are
 * prepared, and then once when it begins to wait for CPU 3. */
static void go_astray(void)
{
	if (this_cpu()->id != 3)
		return;
	for (u32 n = 0; n < 3; n++)
		looks_then[n] = __atomic_load_n(&looks[n], __ATOMIC_ACQUIRE);
	for (u32 n = 0; n < 3; n++)
		while (__atomic_load_n(&looks[n], __ATOMIC_ACQUIRE) < looks_then[n] + 3)
			usleep(50);
	__atomic_add_fetch(&fake_now, FAKE_TICKS_PER_MS * 3600000, __ATOMIC_RELAXED);
	for (u32 n = 0; n < 3; n++)
		while (__atomic_load_n(&results[n], __ATOMIC_ACQUIRE) == ON_ITS_WAY)
			usleep(50);
}

/* All have entered, and one does not finish its own work in time: none goes on, nor that one later. */
static void test_cpu_goes_astray(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_on_counter = count_looks;
	fake_on_adoption = go_astray;
	for (u32 n = 0; n < FAKE_CPUS; n++)
		results[n] = ON_ITS_WAY;
	all_cpus(enter, FAKE_CPUS);
	all_return(-ETIMEDOUT);
	as_found();
}

/* One of them cannot: none of them may. */
static void test_one_cpu_refuses(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_gic.rd[2].ctlr = GICR_CTLR_ENABLE_LPIS;
	gic_before = fake_gic;
	refused(-EBUSY, "CPU 2 takes LPIs");
}

static void test_kick_in_use(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_gic.rd[1].enabled |= 1u << FAKE_KICK_IRQ;
	gic_before = fake_gic;
	refused(-EBUSY, "maintenance_irq");
}

/* Every allocation in turn; each in a process of its own, until none fails. */
static void test_allocations(void **state)
{
	(void)state;
	if (!alone) {
		u32 allocations;

		/* How many there are, from a run that succeeds. */
		machine_before();
		fake_on_counter = NULL;
		fake_enable(FAKE_POOL_PAGES);
		allocations = page_pool_used() - 1;
		assert_in_range(allocations, 10, 40);
		for (u32 n = 0; n < 9; n++) {
			char text[16];

			snprintf(text, sizeof(text), "%u", n);
			assert_true(elsewhere("test_allocations", text));
		}
		return;
	}
	machine_before();
	fake_pool_fail_after = (int)argument;
	all_cpus(enter, FAKE_CPUS);
	all_return(-ENOMEM);
	assert_int_not_equal(strlen(fake_reason()), 0);
	as_found();
}

static void test_console(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	use_uart();
	all_cpus(enter, FAKE_CPUS);
	all_return(0);
	/* The last line of the last CPU ended at the UART's data register. */
	assert_int_equal(fake_device(0x09000000)[0], '\n');
	/* Without the system flag nothing is in the ring from then on. */
	assert_int_equal(console_page.tail, 0);
}

/* --- disable ---------------------------------------------------------------------------------------------- */

static void enabled(void)
{
	machine_before();
	fake_ram_add(FAKE_CONFIG_PA, 8 * PAGE_SIZE);
	all_cpus(enter, FAKE_CPUS);
	all_return(0);
}

static void test_disable(void **state)
{
	(void)state;
	OWN_PROCESS();
	enabled();
	all_cpus(leave, FAKE_CPUS);
	all_return(0);
	as_found();
	says("Shutting down hypervisor\n Releasing CPU 0\n Releasing CPU 1\n Releasing CPU 2\n"
	     " Releasing CPU 3\n");
	/* Once. */
	assert_null(strstr(strstr(fake_log(), "Shutting down") + 1, "Shutting down"));
}

static void test_disable_with_a_cell(void **state)
{
	struct fake_config config;

	(void)state;
	OWN_PROCESS();
	enabled();
	cpu_get(3)->power = CPU_POWER_OFF;
	fake_config_default(&config);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	memset(results, 0, sizeof(results));
	all_cpus(leave, 3);
	for (u32 n = 0; n < 3; n++)
		assert_int_equal(results[n], -EBUSY);
	assert_string_equal(fake_reason(), "1 cells besides root exist; destroy them first");
	/* Nor does a CPU of that cell disable anything. */
	fake_run_on(3);
	assert_int_equal(setup_leave(this_cpu()), -EPERM);
}

static void test_disable_with_a_cpu_offline(void **state)
{
	(void)state;
	OWN_PROCESS();
	enabled();
	cpu_get(2)->power = CPU_POWER_OFF;
	memset(results, 0, sizeof(results));
	all_cpus(leave, 2);
	assert_int_equal(results[0], -EBUSY);
	assert_int_equal(results[1], -EBUSY);
	assert_non_null(strstr(fake_reason(), "CPU 2 of the root cell is offline"));
}

/* One CPU does not come: nothing happens, and it can be tried again. */
static void test_disable_without_all(void **state)
{
	struct fake_gic before;

	(void)state;
	OWN_PROCESS();
	enabled();
	before = fake_gic;
	fake_header.rendezvous_ms = 20;
	for (u32 round = 0; round < 3; round++) {
		all_cpus(leave, 3);
		for (u32 n = 0; n < 3; n++)
			assert_int_equal(results[n], -ETIMEDOUT);
		assert_memory_equal(&before, &fake_gic, sizeof(before));
	}
	fake_header.rendezvous_ms = 10000;
	all_cpus(leave, FAKE_CPUS);
	all_return(0);
	as_found();
}

/* --- a CPU that has no Linux to return to ----------------------------------------------------------------- */

static pthread_t parked;
static bool left;

/* All of its life: it enters and rests until it leaves, or does not get in. */
static void *park(void *arg)
{
	fake_run_on(3);
	this_cpu()->arrived = true;
	this_private()->saved.elr = 0x5000;
	this_private()->saved.spsr = 0x3c9;
	results[3] = setup_enter(this_cpu());
	if (results[3] == 0) {
		usleep(20000);
		/* Its wait does not end in a test, so this ends with el2_leave(). */
		fake_cpu_offline(3);
		left = true;
	}
	return arg;
}

static void enter_with_parked(void)
{
	machine_before();
	fake_ram_add(FAKE_CONFIG_PA, 8 * PAGE_SIZE);
	fake_header.parked_cpus = 1 << 3;
	assert_int_equal(pthread_create(&parked, NULL, park, NULL), 0);
	all_cpus(enter, 3);
}

static void leave_with_parked(void)
{
	u32 before = fake_root_states;

	all_cpus(leave, 3);
	pthread_join(parked, NULL);
	all_return(0);
	/* It leaves with root's EL2 state, whatever a cell had. */
	assert_int_equal(fake_root_states, before + 1);
	assert_true(left);
	fake_run_on(3);
	assert_int_equal(fake_sysreg_read("elr_el2"), 0x5000);
	assert_int_equal(fake_sysreg_read("spsr_el2"), 0x3c9);
	for (u32 i = 0; i < ARRAY_SIZE(interface); i++)
		assert_int_equal(fake_sysreg_read(interface[i]), sysregs_before[3][i]);
	fake_run_on(0);
}

/* When Linux goes on, a cell can have it; and again when that has ended. */
static void test_parked_cpu(void **state)
{
	struct fake_config config;
	long err;

	(void)state;
	OWN_PROCESS();
	enter_with_parked();
	all_return(0);
	fake_config_default(&config);
	fake_config_place(&config);
	for (u32 round = 0; round < 3; round++) {
		assert_true(cpu_is_idle(cpu_get(3)));
		assert_int_equal(root_cell.cpus, 0xf);
		assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
		assert_int_equal(root_cell.cpus, 0x7);
		do
			err = cell_destroy(1);
		while (err == -EAGAIN);
		assert_int_equal(err, 0);
	}
	leave_with_parked();
}

/* One CPU of Linux, and one without it. */
static void test_parked_cpu_of_a_single_one(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_header.online_cpus = 2;
	fake_header.parked_cpus = 1 << 3;
	fake_system.cpus[0] = 1 << 0 | 1 << 3;
	assert_int_equal(pthread_create(&parked, NULL, park, NULL), 0);
	all_cpus(enter, 1);
	assert_int_equal(results[0], 0);
	assert_true(cpu_is_idle(cpu_get(3)));
	all_cpus(leave, 1);
	pthread_join(parked, NULL);
	assert_int_equal(results[0], 0);
	assert_true(left);
}

static void test_parked_cpu_of_a_cell(void **state)
{
	struct fake_config config;

	(void)state;
	OWN_PROCESS();
	enter_with_parked();
	fake_config_default(&config);
	fake_config_place(&config);
	assert_int_equal(cell_create(FAKE_CONFIG_PA), 0);
	all_cpus(leave, 3);
	for (u32 n = 0; n < 3; n++)
		assert_int_equal(results[n], -EBUSY);
	assert_false(left);
	/* It has not been asked. */
	assert_true(cpu_is_idle(cpu_get(3)));
}

static void test_parked_cpu_after_failure(void **state)
{
	(void)state;
	OWN_PROCESS();
	machine_before();
	fake_header.parked_cpus = 1 << 3;
	fake_cpus_error = -EIO;
	assert_int_equal(pthread_create(&parked, NULL, park, NULL), 0);
	all_cpus(enter, 3);
	pthread_join(parked, NULL);
	all_return(-EIO);
	as_found();
}

/* One with Linux does not come: the parked one stays, and can be asked again. */
static void test_parked_cpu_stays_with_others(void **state)
{
	(void)state;
	OWN_PROCESS();
	enter_with_parked();
	fake_header.rendezvous_ms = 20;
	for (u32 round = 0; round < 3; round++) {
		all_cpus(leave, 2);
		assert_int_equal(results[0], -ETIMEDOUT);
		assert_int_equal(results[1], -ETIMEDOUT);
		while (!cpu_is_idle(cpu_get(3)))
			tick();
		assert_false(left);
	}
	fake_header.rendezvous_ms = 10000;
	leave_with_parked();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enable),
		cmocka_unit_test(test_cpu_does_not_arrive),
		cmocka_unit_test(test_cpu_is_late),
		cmocka_unit_test(test_wrong_config),
		cmocka_unit_test(test_truncated_config),
		cmocka_unit_test(test_image_elsewhere),
		cmocka_unit_test(test_wrong_number_of_cpus),
		cmocka_unit_test(test_other_cpus_in_the_set),
		cmocka_unit_test(test_cpus_of_a_wrong_kind),
		cmocka_unit_test(test_gicv2),
		cmocka_unit_test(test_no_room_for_devices),
		cmocka_unit_test(test_no_room_for_the_console),
		cmocka_unit_test(test_no_room_for_the_pool),
		cmocka_unit_test(test_smallest_pool),
		cmocka_unit_test(test_region_over_the_frames),
		cmocka_unit_test(test_other_consoles),
		cmocka_unit_test(test_cpu_goes_astray),
		cmocka_unit_test(test_one_cpu_refuses),
		cmocka_unit_test(test_kick_in_use),
		cmocka_unit_test(test_allocations),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_disable),
		cmocka_unit_test(test_disable_with_a_cell),
		cmocka_unit_test(test_disable_with_a_cpu_offline),
		cmocka_unit_test(test_disable_without_all),
		cmocka_unit_test(test_parked_cpu),
		cmocka_unit_test(test_parked_cpu_of_a_single_one),
		cmocka_unit_test(test_parked_cpu_of_a_cell),
		cmocka_unit_test(test_parked_cpu_after_failure),
		cmocka_unit_test(test_parked_cpu_stays_with_others),
	};

	program = argv[0];
	if (argc > 2) {
		alone = true;
		argument = (u32)atoi(argv[2]);
		cmocka_set_test_filter(argv[1]);
	}
	return cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
