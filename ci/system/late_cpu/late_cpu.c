// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel module for tests: a CPU that goes offline makes its last call, PSCI
 * CPU_OFF, as many milliseconds later as the parameter `delay_ms` says. Linux
 * takes it for dead by then.
 *
 * Not part of the product.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/timex.h>

#include <asm/sysreg.h>

static uint delay_ms;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "how late a CPU switches itself off, in ms (0)");

static int wait_before(struct kprobe *probe, struct pt_regs *regs)
{
	u64 end = get_cycles() + read_sysreg(cntfrq_el0) / 1000 * READ_ONCE(delay_ms);

	while (get_cycles() < end)
		cpu_relax();
	return 0;
}

static struct kprobe last_step = {
	.symbol_name = "cpu_psci_cpu_die",
	.pre_handler = wait_before,
};

static int __init late_cpu_init(void)
{
	return register_kprobe(&last_step);
}

static void __exit late_cpu_exit(void)
{
	unregister_kprobe(&last_step);
}

module_init(late_cpu_init);
module_exit(late_cpu_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("makes CPUs switch themselves off late");
