/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpu.c on the host. Its CPUs share one thread: one of them executes, and a
 * test says when another one gets to see what it was asked for. Where a CPU
 * would wait, or enter its cell, control returns to the test.
 */
#include "fake.h"

#include <arch/barrier.h>
#include <arch/image.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <arch/sysregs.h>
#include <arch/time.h>
#include <hyp/printk.h>
#include <hyp/page_alloc.h>
#include <hyp/string.h>

#include "fake_private.h"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

static u8 *public_alias, *local_alias;
static __thread u32 current;

/* The per-CPU areas, as in EL2 under two aliases: cpu_get() and this_cpu(). */
#undef HYP_BASE
#undef LOCAL_PUBLIC
#define HYP_BASE     ((uintptr_t)public_alias)
#define LOCAL_PUBLIC ((uintptr_t)local_alias + current * PERCPU_SIZE)
/* As in host_gicv3.c: without the instructions of the Arm architecture. */
#define __asm__
#define volatile(...) ((void)0)
void unused_spin_wait_lock(u32 *lock);
#define spin_wait_lock unused_spin_wait_lock
#define cpu_is_idle    real_cpu_is_idle
bool real_cpu_is_idle(const struct cpu *cpu);
#include "../arch/arm64/cpu.c"
#undef volatile
#undef __asm__
#undef spin_wait_lock
#undef cpu_is_idle

#include <string.h>

#define MAX_SYSREGS 64

u64 fake_now;
bool fake_auto_follow;
u32 fake_root_states;
jmp_buf fake_stop;
__thread jmp_buf *fake_exit;
u64 fake_firmware_answer;
bool fake_threads;
void (*fake_on_counter)(void);
void (*fake_on_wfi)(void);
u64 (*fake_on_sysreg_write)(const char *name, u64 value);
void (*fake_on_idle_check)(u32 id);
struct jailhouse_header fake_header;

static struct cpu_private privates[MAX_CPUS];
static struct {
	const char *name;
	u64 value;
} sysregs[MAX_CPUS][MAX_SYSREGS];

static u8 *map_shared(int fd, u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

void fake_cpus(u32 count)
{
	u64 there = count * PERCPU_SIZE, rest = (MAX_CPUS - count) * PERCPU_SIZE;

	fake_header.max_cpus = count;
	for (u32 i = 0; i < 2; i++) {
		u8 *alias = i ? local_alias : public_alias;

		assert_int_equal(mprotect(alias, there, PROT_READ | PROT_WRITE), 0);
		assert_int_equal(mprotect(alias + there, rest, PROT_NONE), 0);
	}
}

void fake_cpus_reset(void);
void fake_cpus_reset(void)
{
	u64 size = MAX_CPUS * PERCPU_SIZE;

	if (!public_alias) {
		int fd = memfd_create("cpus", 0);

		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, (off_t)size), 0);
		public_alias = map_shared(fd, size);
		local_alias = map_shared(fd, size);
		close(fd);
	}
	fake_cpus(MAX_CPUS);
	memset(public_alias, 0, size);
	memset(privates, 0, sizeof(privates));
	memset(&fake_header, 0, sizeof(fake_header));
	for (u32 n = 0; n < MAX_CPUS; n++) {
		cpu_get(n)->id = n;
		cpu_get(n)->mpidr = n;
	}
	fake_cpus(FAKE_CPUS);
	fake_header.online_cpus = FAKE_CPUS;
	current = 0;
	fake_now = 1000;
	fake_auto_follow = true;
	fake_exit = NULL;
	fake_firmware_answer = 0;
	fake_leave_answer = 0;
	fake_stage1 = NULL;
	fake_on_counter = NULL;
	fake_on_wfi = NULL;
	fake_on_sysreg_write = NULL;
	fake_on_idle_check = NULL;
	fake_sysregs_reset();
}

const struct jailhouse_header *image_header(void)
{
	return &fake_header;
}

struct cpu_private *this_private(void)
{
	return &privates[current];
}

void fake_run_on(u32 id)
{
	assert_true(id < cpu_count());
	current = id;
}

/* Other CPUs go on between two looks at them. */
bool cpu_is_idle(const struct cpu *cpu)
{
	bool idle = real_cpu_is_idle(cpu);

	if (fake_on_idle_check)
		fake_on_idle_check(cpu->id);
	return idle;
}

/* --- where control returns to the test ------------------------------------------------------------ */

static void leave(void) __noreturn;
static void leave(void)
{
	jmp_buf *to = fake_exit;

	if (!to)
		fail_msg("CPU %u leaves its cell, and the test did not expect it", current);
	fake_exit = NULL;
	longjmp(*to, 1);
}

void el2_call_on_fresh_stack(void (*fn)(void))
{
	fn();
	leave();
}

void el2_leave(const struct frame *frame, u64 result)
{
	(void)frame;
	fake_record((struct fake_event){ .kind = EV_LEAVE, .a = current, .b = result });
	leave();
}

void el2_enter_cell(u64 context)
{
	fake_record((struct fake_event){ .kind = EV_ENTER,
					 .a = current,
					 .b = context,
					 .c = read_sysreg(elr_el2) });
	leave();
}

void fake_cpu_rests(void);
void fake_cpu_rests(void)
{
	leave();
}

void fake_cpu_follow(u32 id)
{
	jmp_buf *outer = fake_exit, here;
	u32 executing = current;

	current = id;
	fake_exit = &here;
	if (!setjmp(here)) {
		/* A CPU in its cell comes to EL2 only by the kick. */
		if (cpu_get(id)->power != CPU_POWER_ON)
			cpu_wait();
		cpu_take_requests();
	}
	fake_exit = outer;
	current = executing;
}

/* From fake_machine.c's irqchip: a CPU was woken. */
void fake_cpu_woken(u32 id);
void fake_cpu_woken(u32 id)
{
	fake_record((struct fake_event){ .kind = EV_REQUEST, .a = id, .b = cpu_get(id)->request });
	if (fake_auto_follow && id != current)
		fake_cpu_follow(id);
}

void fake_cpu_offline(u32 id)
{
	jmp_buf *outer = fake_exit, here;
	u32 executing = current;

	current = id;
	fake_exit = &here;
	if (!setjmp(here))
		cpu_stop_self();
	fake_exit = outer;
	current = executing;
}

/* --- the rest of the architecture ----------------------------------------------------------------- */

void spin_wait_lock(u32 *lock)
{
	if (!fake_threads)
		fail_msg("lock %p is taken, and never released", (void *)lock);
	while (!spin_trylock(lock))
		sched_yield();
}

void fake_not_locked(const u32 *lock)
{
	fail_msg("lock %p is given up, but was not taken", (const void *)lock);
}

void fake_sysregs_reset(void)
{
	memset(sysregs, 0, sizeof(sysregs));
}

static u64 *sysreg(const char *name)
{
	for (u32 i = 0; i < MAX_SYSREGS; i++) {
		if (!sysregs[current][i].name)
			sysregs[current][i].name = name;
		if (strcmp(sysregs[current][i].name, name) == 0)
			return &sysregs[current][i].value;
	}
	fail_msg("too many system registers");
	return NULL;
}

u64 fake_sysreg_read(const char *name)
{
	if (strcmp(name, "cntfrq_el0") == 0)
		return FAKE_TICKS_PER_MS * 1000;
	if (strcmp(name, "cntpct_el0") == 0) {
		if (fake_on_counter)
			fake_on_counter();
		return __atomic_load_n(&fake_now, __ATOMIC_RELAXED);
	}
	return *sysreg(name);
}

void fake_sysreg_write(const char *name, u64 value)
{
	fake_record((struct fake_event){ .kind = EV_SYSREG_WRITE, .name = name, .a = value });
	*sysreg(name) = fake_on_sysreg_write ? fake_on_sysreg_write(name, value) : value;
}

void fake_instruction(const char *text)
{
	if (strncmp(text, "\"wfi\"", 5) == 0 && fake_on_wfi)
		fake_on_wfi();
}

/* A suite that is about these has its own. */
__attribute__((weak)) u64 id_register_read(u32 n __unused_arg)
{
	return 0;
}

void firmware_call(struct frame *frame)
{
	fake_record((struct fake_event){ .kind = EV_FIRMWARE, .a = frame->x[0], .b = frame->x[1] });
	frame->x[0] = fake_firmware_answer;
}

void cpu_unload_stage2(void)
{
	write_sysreg(vttbr_el2, 0);
}

void el2_state_root(void)
{
	__atomic_fetch_add(&fake_root_states, 1, __ATOMIC_RELAXED);
	fake_record((struct fake_event){ .kind = EV_EL2_STATE, .name = "root" });
}

void el2_state_cell(const struct cell *cell)
{
	fake_record((struct fake_event){ .kind = EV_EL2_STATE, .name = "cell", .a = cell->id });
}

void el1_state_reset(void)
{
	fake_record((struct fake_event){ .kind = EV_EL2_STATE, .name = "el1" });
}

void el1_state_drain(void)
{
	fake_record((struct fake_event){ .kind = EV_EL2_STATE, .name = "drain" });
}

void tlb_flush_local(void)
{
	fake_record((struct fake_event){ .kind = EV_TLB_FLUSH_LOCAL, .a = current });
}
