// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel module for tests: does from inside Linux, the root cell, what no
 * sane kernel does. A line written to the parameter `op` is carried out on the
 * CPU that writes it; the parameter `result` has what came of it, `more` the
 * rest of the answer to a call (x1 to x3).
 *
 *	hvc X0 X1 X2 X3		a call to the hyp stub or by PSCI
 *	smc X0 X1 X2 X3
 *	jail CODE ARG1 ARG2	a hypercall
 *	sgi VALUE		writes ICC_SGI1R_EL1
 *	sev 0			an event for all CPUs
 *	read ADDRESS BYTES	of physical memory or devices
 *	write ADDRESS BYTES VALUE
 *	target GICD INTID FRAME MPIDR
 *				a cell's SPI, and the redistributor (0: GICv2) and
 *				number of its CPU
 *	storm SEED COUNT KINDS	COUNT attacks on these at random, on each CPU at the
 *				same time; KINDS are bits, see there. `result` says
 *				how many were answered with more than they should
 *				be, `more` how many there were, and what and how
 *				the last one of those was.
 *
 * Not part of the product.
 */
#include <linux/arm-smccc.h>
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <asm/barrier.h>
#include <asm/sysreg.h>

/* ICC_SGI1R_EL1 */
#define SGI1R       sys_reg(3, 0, 12, 11, 5)
#define CPU_ON      0xc4000003
#define INFO        0xc4000004
#define GICD_SIZE   0x10000
#define GICV2_SIZE  0x1000
#define FRAME_SIZE  0x20000
#define SGI_FRAME   0x10000
#define OWNER_PSCI  4
#define LAST_CHANGE 4
#define PUTC        8
#define LAST_CALL   9

static u64 result;
static u64 more[3];

static u64 call_jailhouse(u64 code, u64 arg1, u64 arg2)
{
	register u64 x0 asm("x0") = code;
	register u64 x1 asm("x1") = arg1;
	register u64 x2 asm("x2") = arg2;

	asm volatile("hvc #0x4a48" : "+r"(x0) : "r"(x1), "r"(x2) : "memory");
	return x0;
}

static int access(bool write, u64 address, u64 bytes, u64 value)
{
	bool ram = pfn_is_map_memory(PHYS_PFN(address));
	void __iomem *map = ram ? (void __force __iomem *)memremap(address, 8, MEMREMAP_WB) :
				  ioremap(address, 8);

	if (!map)
		return -ENXIO;
	if (write && bytes == 1)
		writeb((u8)value, map);
	else if (write && bytes == 4)
		writel((u32)value, map);
	else if (write)
		writeq(value, map);
	else if (bytes == 1)
		result = readb(map);
	else if (bytes == 4)
		result = readl(map);
	else
		result = readq(map);
	if (ram)
		memunmap((void __force *)map);
	else
		iounmap(map);
	return 0;
}

/* --- storm ---------------------------------------------------------------------- */

enum kind { HYPERCALL, DISTRIBUTOR, REDISTRIBUTOR, SGI, FIRMWARE, NUM_KINDS };

static struct {
	u64 gicd, intid, frame, mpidr;
} target;

static void __iomem *gicd, *frame;
static u64 seed, count, kinds;
static atomic64_t attempts, holes;

struct attacker {
	struct work_struct work;
	struct rnd_state random;
};

static DEFINE_PER_CPU(struct attacker, attackers);

static u64 some(struct attacker *by)
{
	return (u64)prandom_u32_state(&by->random) << 32 | prandom_u32_state(&by->random);
}

static u64 below(struct attacker *by, u32 limit)
{
	return prandom_u32_state(&by->random) % limit;
}

static void judge(bool hole, u64 what, u64 how)
{
	atomic64_inc(&attempts);
	if (!hole)
		return;
	atomic64_inc(&holes);
	more[1] = what;
	more[2] = how;
}

/* None that would work: what changes something, but of cell 1, and what is not there must be refused. */
static void some_hypercall(struct attacker *by)
{
	u64 code = below(by, 4) ? below(by, 16) : some(by);
	u64 arg = below(by, 2) ? below(by, 16) : some(by), answer;

	if (code == PUTC || (code <= LAST_CHANGE && arg == 1))
		return;
	answer = call_jailhouse(code, arg, some(by));
	judge((code <= LAST_CHANGE || code > LAST_CALL) && (s64)answer >= 0, code, answer);
}

/* The bit of the SPI in a register for 32, its byte, or its route. */
static void some_spi_register(struct attacker *by)
{
	/* Enabled, pending, active. */
	u64 word = 0x100 + 0x80 * below(by, 6) + target.intid / 32 * 4;
	u32 bit = BIT(target.intid % 32);
	u64 value;

	switch (below(by, 4)) {
	case 0:
		writel(bit, gicd + word);
		break;
	case 1:
		writeb((u8)some(by), gicd + 0x400 + target.intid);
		break;
	case 2:
		if (target.frame)
			writeq(some(by), gicd + 0x6000 + 8 * target.intid);
		else
			writeb((u8)some(by), gicd + 0x800 + target.intid);
		break;
	default:
		break;
	}
	value = readl(gicd + word) & bit;
	judge(value != 0, word, value);
	value = readb(gicd + 0x400 + target.intid);
	judge(value != 0, 0x400 + target.intid, value);
}

static void some_frame_register(struct attacker *by)
{
	u64 offset = below(by, FRAME_SIZE / 4) * 4;
	u32 value;

	if (!frame)
		return;
	writel((u32)some(by), frame + offset);
	value = readl(frame + offset);
	judge(value && offset - SGI_FRAME < 0xf000, offset, value);
}

static void some_sgi(struct attacker *by)
{
	u64 number = below(by, 16);

	if (target.frame) {
		write_sysreg_s(number << 24 | BIT(target.mpidr & 0xf) |
				       (target.mpidr & 0xff00) << 8,
			       SGI1R);
		isb();
	} else {
		writel(BIT(16 + target.mpidr) | number, gicd + 0xf00);
	}
	judge(false, 0, 0);
}

static void some_call(struct attacker *by)
{
	struct arm_smccc_res answer = { 0 };
	u64 id = some(by), arg = below(by, 2) ? some(by) : 0;
	bool psci = below(by, 2);

	if (psci)
		id = below(by, 2) ? CPU_ON : INFO;
	else if ((id >> 24 & 0x3f) == OWNER_PSCI)
		return;
	if (below(by, 2))
		arm_smccc_smc(id, target.mpidr, arg, some(by), 0, 0, 0, 0, &answer);
	else
		arm_smccc_hvc(id, target.mpidr, arg, some(by), 0, 0, 0, 0, &answer);
	judge(psci && (s32)answer.a0 >= 0, id, answer.a0);
}

static void attack_at_random(struct work_struct *work)
{
	static void (*const attacks[NUM_KINDS])(struct attacker * by) = {
		[HYPERCALL] = some_hypercall,
		[DISTRIBUTOR] = some_spi_register,
		[REDISTRIBUTOR] = some_frame_register,
		[SGI] = some_sgi,
		[FIRMWARE] = some_call,
	};
	struct attacker *by = container_of(work, struct attacker, work);

	for (u64 n = 0; n < count; n++) {
		u64 kind = below(by, NUM_KINDS);

		if (kinds & BIT(kind))
			attacks[kind](by);
		cond_resched();
	}
}

static int storm(void)
{
	unsigned int cpu;
	int err = -ENXIO;

	gicd = ioremap(target.gicd, target.frame ? GICD_SIZE : GICV2_SIZE);
	frame = target.frame ? ioremap(target.frame, FRAME_SIZE) : NULL;
	if (gicd && (frame || !target.frame)) {
		atomic64_set(&attempts, 0);
		atomic64_set(&holes, 0);
		cpus_read_lock();
		for_each_online_cpu(cpu)
		{
			struct attacker *by = per_cpu_ptr(&attackers, cpu);

			prandom_seed_state(&by->random, seed + cpu);
			INIT_WORK(&by->work, attack_at_random);
			queue_work_on(cpu, system_wq, &by->work);
		}
		for_each_online_cpu(cpu) flush_work(&per_cpu_ptr(&attackers, cpu)->work);
		cpus_read_unlock();
		result = atomic64_read(&holes);
		more[0] = atomic64_read(&attempts);
		err = 0;
	}
	if (gicd)
		iounmap(gicd);
	if (frame)
		iounmap(frame);
	return err;
}

/* --- the parameters --------------------------------------------------------------- */

static int op_set(const char *text, const struct kernel_param *param)
{
	struct arm_smccc_res answer = { 0 };
	u64 a[4] = { 0 };
	char name[8];

	if (sscanf(text, "%7s %lli %lli %lli %lli", name, &a[0], &a[1], &a[2], &a[3]) < 2)
		return -EINVAL;
	if (strcmp(name, "read") == 0)
		return access(false, a[0], a[1], 0);
	if (strcmp(name, "write") == 0)
		return access(true, a[0], a[1], a[2]);
	if (strcmp(name, "target") == 0) {
		target.gicd = a[0];
		target.intid = a[1];
		target.frame = a[2];
		target.mpidr = a[3];
		return 0;
	}
	if (strcmp(name, "storm") == 0) {
		seed = a[0];
		count = a[1];
		kinds = a[2];
		return storm();
	}
	if (strcmp(name, "sgi") == 0) {
		write_sysreg_s(a[0], SGI1R);
		isb();
		return 0;
	}
	if (strcmp(name, "sev") == 0) {
		sev();
		return 0;
	}
	if (strcmp(name, "jail") == 0) {
		result = call_jailhouse(a[0], a[1], a[2]);
		return 0;
	}
	if (strcmp(name, "hvc") == 0)
		arm_smccc_hvc(a[0], a[1], a[2], a[3], 0, 0, 0, 0, &answer);
	else if (strcmp(name, "smc") == 0)
		arm_smccc_smc(a[0], a[1], a[2], a[3], 0, 0, 0, 0, &answer);
	else
		return -EINVAL;
	result = answer.a0;
	more[0] = answer.a1;
	more[1] = answer.a2;
	more[2] = answer.a3;
	return 0;
}

static const struct kernel_param_ops op_ops = { .set = op_set };
module_param_cb(op, &op_ops, NULL, 0200);

static int result_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "0x%llx\n", result);
}

static const struct kernel_param_ops result_ops = { .get = result_get };
module_param_cb(result, &result_ops, NULL, 0400);

static int more_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "0x%llx 0x%llx 0x%llx\n", more[0], more[1], more[2]);
}

static const struct kernel_param_ops more_ops = { .get = more_get };
module_param_cb(more, &more_ops, NULL, 0400);

static int __init root_attack_init(void)
{
	return 0;
}

static void __exit root_attack_exit(void)
{
}

module_init(root_attack_init);
module_exit(root_attack_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test aid: a root cell that misbehaves");
