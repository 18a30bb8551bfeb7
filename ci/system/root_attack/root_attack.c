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
 *
 * Not part of the product.
 */
#include <linux/arm-smccc.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/sysreg.h>

/* ICC_SGI1R_EL1 */
#define SGI1R sys_reg(3, 0, 12, 11, 5)

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
