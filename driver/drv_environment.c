// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the running kernel before anything is touched. Each refusal names
 * the cause and the boot parameter (or firmware setting) that helps.
 */
#include "drv_environment.h"

#include <linux/arm-smccc.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/miscdevice.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include <asm/arch_timer.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#include "drv_compat.h"
#include "drv_file.h"
#include "drv_owner.h"
#include "drv_reason.h"
#include "drv_spin.h"
#include "drv_switch.h"

/* ICC_CTLR_EL1.EOImode (Arm GICv3, IHI 0069) */
#define ICC_CTLR_EOIMODE BIT(1)
/* ICC_SRE_EL1.SRE */
#define ICC_SRE_SRE      BIT(0)
/* How often, each a tick apart, an idle timer is looked at again. */
#define TIMER_LOOKS      25

static bool its_trusted;
module_param(its_trusted, bool, 0644);
MODULE_PARM_DESC(
	its_trusted,
	"enable in spite of an interrupt translation service, which can write to any memory (N)");

struct environment {
	const struct jailhouse_system *config;
	struct jailhouse_reason *why;
};

static int check_kernel_el(const struct environment *e)
{
	if (!is_kernel_in_hyp_mode())
		return 0;
	return drv_reason_set(
		e->why, -EBUSY,
		"Linux itself runs at EL2 (VHE); boot it with id_aa64mmfr1.vh=0 kvm-arm.mode=none");
}

static int refuse_el1_boot(const struct environment *e, const char *sign)
{
	return drv_reason_set(
		e->why, -ENODEV,
		"Linux was booted at EL1 (%s), so EL2 is absent or belongs to someone else; let the firmware start it at EL2 (QEMU: -M virt,virtualization=on)",
		sign);
}

static bool gic_has_registers(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);

	return cpuid_feature_extract_unsigned_field(pfr0, 24) != 0 &&
	       (read_sysreg_s(SYS_ICC_SRE_EL1) & ICC_SRE_SRE);
}

/* Linux uses the physical timer if, and only if, it was booted at EL2. */
static bool virtual_timer_in_use(void)
{
	for (unsigned int look = 0; look < TIMER_LOOKS; look++) {
		if (read_sysreg(cntp_ctl_el0) & ARCH_TIMER_CTRL_ENABLE)
			return false;
		if (read_sysreg(cntv_ctl_el0) & ARCH_TIMER_CTRL_ENABLE)
			return true;
		msleep(1);
	}
	return false;
}

/* Comes before any HVC: where there is no EL2 that is an undefined instruction. */
static int check_boot_el(const struct environment *e)
{
	if (arm_smccc_1_1_get_conduit() == SMCCC_CONDUIT_HVC)
		return refuse_el1_boot(e, "it calls its firmware by HVC");
	if (gic_has_registers() && !(read_sysreg_s(SYS_ICC_CTLR_EL1) & ICC_CTLR_EOIMODE))
		return refuse_el1_boot(e, "EOImode is 0");
	if (!gic_has_registers() && virtual_timer_in_use())
		return refuse_el1_boot(e, "it uses the virtual timer");
	return 0;
}

static int refuse_kvm(const struct environment *e, const char *sign)
{
	return drv_reason_set(e->why, -EBUSY,
			      "KVM owns EL2 (%s); boot Linux with kvm-arm.mode=none", sign);
}

/* 6.1 installs KVM's vectors only while a virtual machine lives, so look for its device too. */
static bool kvm_present(void)
{
	struct device *kvm = drv_compat_find_devt(drv_file_device(), MKDEV(MISC_MAJOR, KVM_MINOR));

	put_device(kvm);
	return kvm;
}

static int check_el2_owner(const struct environment *e)
{
	static struct cpumask foreign;

	drv_switch_probe(&foreign);
	if (kvm_present())
		return refuse_kvm(e, "/dev/kvm exists");
	if (!cpumask_empty(&foreign))
		return drv_reason_set(
			e->why, -EBUSY,
			"EL2 of CPUs %*pbl belongs to KVM or another hypervisor, since the kernel's hyp stub does not answer there; boot Linux with kvm-arm.mode=none",
			cpumask_pr_args(&foreign));
	return 0;
}

static int check_pseudo_nmi(const struct environment *e)
{
	if (!system_uses_irq_prio_masking())
		return 0;
	return drv_reason_set(
		e->why, -EBUSY,
		"Linux uses pseudo-NMIs, which need the interrupt priority mask that EL2 takes over; boot it without irqchip.gicv3_pseudo_nmi=1");
}

static int check_memory(const struct environment *e)
{
	const struct jailhouse_memory *memory = &e->config->hypervisor_memory;
	u64 start = memory->phys_start, last = start + memory->size - 1;
	char user[DRV_OWNER_TEXT];
	u64 limit;

	switch (drv_owner_find(start, memory->size, user, NULL)) {
	case DRV_OWNER_NONE:
		return 0;
	case DRV_OWNER_RAM:
		limit = drv_owner_mem_parameter(start);
		drv_reason_set(
			e->why, -EBUSY,
			"hypervisor_memory 0x%llx-0x%llx is not reserved; it is used by %s; ",
			start, last, user);
		if (limit)
			drv_reason_append(
				e->why,
				"boot Linux with mem=%lluM (or less, to leave room for cells), or ",
				limit);
		drv_reason_append(e->why,
				  "add the range to the device tree's reserved-memory with no-map");
		return -EBUSY;
	default:
		return drv_reason_set(
			e->why, -EBUSY,
			"hypervisor_memory 0x%llx-0x%llx is used by %s; or choose another range in the system config",
			start, last, user);
	}
}

static int check_cpus(const struct environment *e)
{
	return drv_environment_check_cpus(e->config, e->why);
}

static int check_its(const struct environment *e)
{
	struct device_node *node = NULL;

	if (READ_ONCE(its_trusted))
		return 0;
	for_each_compatible_node(node, NULL, "arm,gic-v3-its")
	{
		if (!of_device_is_available(node))
			continue;
		drv_reason_set(
			e->why, -EBUSY,
			"the interrupt translation service %pOF is in use, and can be told to write to any memory; disable it in the device tree (QEMU: -M virt,its=off)",
			node);
		of_node_put(node);
		return -EBUSY;
	}
	return 0;
}

/* Registers of the device; `inside`: the address may lie within. */
static bool is_at(struct device_node *node, int index, u64 address, u64 inside)
{
	struct resource found;

	return !of_address_to_resource(node, index, &found) && address >= found.start &&
	       address <= found.end && address - found.start <= inside;
}

/* With its version. */
static const struct of_device_id gic_ids[] = {
	{ .compatible = "arm,gic-400", .data = (void *)2 },
	{ .compatible = "arm,cortex-a15-gic", .data = (void *)2 },
	{ .compatible = "arm,cortex-a9-gic", .data = (void *)2 },
	{ .compatible = "arm,cortex-a7-gic", .data = (void *)2 },
	{ .compatible = "qcom,msm-qgic2", .data = (void *)2 },
	{ .compatible = "arm,gic-v3", .data = (void *)3 },
	{}
};

struct device_node *drv_environment_gic(void)
{
	return of_find_matching_node(NULL, gic_ids);
}

/* Its version and where its two parts are; 0 if the device tree has none. */
struct gic {
	int version;
	u64 gicd, part;
};

static const char *part_name(int version)
{
	return version == 2 ? "CPU interface" : "redistributors";
}

static struct gic describe_gic(struct device_node *node, const struct of_device_id *id)
{
	struct gic gic = { .version = (int)(unsigned long)id->data };
	struct resource found;

	if (!of_address_to_resource(node, 0, &found))
		gic.gicd = found.start;
	if (!of_address_to_resource(node, 1, &found))
		gic.part = found.start;
	return gic;
}

/* Touching registers where there are none ends in an external abort at EL2. */
static int check_gic(const struct environment *e)
{
	const struct jailhouse_system *config = e->config;
	struct gic wanted = {
		.version = config->platform_info.arm.gic_version == 2 ? 2 : 3,
		.gicd = config->platform_info.arm.gicd_base,
	}, found = {};
	const struct of_device_id *id;
	struct device_node *node;
	bool there = false;

	if (!of_have_populated_dt())
		return 0;
	wanted.part = wanted.version == 2 ? config->platform_info.arm.gicc_base :
					    config->platform_info.arm.gicr_base;
	node = of_find_matching_node_and_match(NULL, gic_ids, &id);
	if (node) {
		found = describe_gic(node, id);
		/* Where a GICv2 repeats its pages over 64 KiB, its two pages meet at the end of the
		 * first repetition. */
		there = found.version == wanted.version && is_at(node, 0, wanted.gicd, 0) &&
			is_at(node, 1, wanted.part, found.version == 2 ? SZ_64K - SZ_4K : 0);
	}
	of_node_put(node);
	if (there)
		return 0;
	drv_reason_set(
		e->why, -ENODEV,
		"the system config has a GICv%d with its distributor at 0x%llx and %s at 0x%llx, this machine has ",
		wanted.version, wanted.gicd, part_name(wanted.version), wanted.part);
	if (found.version)
		drv_reason_append(e->why, "a GICv%d at 0x%llx and 0x%llx", found.version,
				  found.gicd, found.part);
	else
		drv_reason_append(e->why, "none");
	drv_reason_append(e->why, "; use the config of this machine");
	return -ENODEV;
}

/* The device tree's node with registers at the address; to be released. */
static struct device_node *find_device(u64 address)
{
	struct device_node *node = NULL;

	while ((node = of_find_all_nodes(node)) != NULL) {
		if (of_node_is_type(node, "memory"))
			continue;
		for (int i = 0; i < 4; i++)
			if (is_at(node, i, address, U64_MAX))
				return node;
	}
	return NULL;
}

/* What is reserved for the secure world, and disabled for ours. */
static bool is_secure(const struct device_node *node)
{
	return !of_device_is_available(node) &&
	       of_property_match_string(node, "secure-status", "okay") >= 0;
}

/* As with the GIC; and where memory is, it would be overwritten. */
static int check_console(const struct environment *e)
{
	const struct jailhouse_console *console = &e->config->debug_console;
	struct device_node *node;
	bool secure;

	if (console->type == JAILHOUSE_CON_TYPE_NONE || !CON_IS_MMIO(console->flags) ||
	    !of_have_populated_dt())
		return 0;
	node = find_device(console->address);
	secure = node && is_secure(node);
	of_node_put(node);
	if (node && !secure)
		return 0;
	return drv_reason_set(
		e->why, -ENODEV,
		"the system config has its debug_console at 0x%llx, where this machine %s; correct it, or leave it out",
		console->address, secure ? "has a device of the secure world" : "has no device");
}

/* The order matters up to the owner of EL2: each check is safe only after those before it. */
static int (*const checks[])(const struct environment *e) = {
	check_kernel_el, check_boot_el, check_el2_owner, check_pseudo_nmi, check_memory,
	check_cpus,      check_gic,     check_console,   check_its,
};

int drv_environment_check(const struct jailhouse_system *config, struct jailhouse_reason *why)
{
	struct environment e = { .config = config, .why = why };
	int err = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(checks) && !err; i++)
		err = checks[i](&e);
	return err;
}

void drv_environment_cpu_set(const struct jailhouse_cell_desc *cell, struct drv_cpu_set *cpus)
{
	const u8 *bits = (const u8 *)(cell + 1);

	bitmap_zero(cpus->bits, JAILHOUSE_CONFIG_MAX_CPUS);
	for (unsigned int cpu = 0; cpu < cell->cpu_set_size * 8 && cpu < JAILHOUSE_CONFIG_MAX_CPUS;
	     cpu++)
		if (bits[cpu / 8] & (1 << (cpu % 8)))
			__set_bit(cpu, cpus->bits);
}

unsigned int drv_environment_foreign_cpu(const struct jailhouse_cell_desc *cell,
					 struct drv_cpu_set *machine)
{
	struct drv_cpu_set startable, foreign;

	drv_cpu_set_of(machine, cpu_possible_mask);
	drv_spin_find(&startable);
	drv_cpu_set_or(machine, &startable);
	drv_environment_cpu_set(cell, &foreign);
	if (!drv_cpu_set_andnot(&foreign, &foreign, machine))
		return UINT_MAX;
	return drv_cpu_set_first(&foreign);
}

static int refuse_foreign(unsigned int cpu, const struct drv_cpu_set *machine,
			  struct jailhouse_reason *why)
{
	drv_reason_set(
		why, -EINVAL,
		"CPU %u of the root cell's CPU set does not exist; this machine has CPUs %*pbl",
		cpu, drv_cpu_set_args(machine));
	if (nr_cpu_ids <= cpu && drv_spin_described(cpu))
		drv_reason_append(
			why,
			". The device tree has it, but only CPUs with a spin-table can be started without Linux: boot without nr_cpus=");
	return why->code;
}

static int refuse_offline(const struct drv_cpu_set *missing, struct jailhouse_reason *why)
{
	struct drv_cpu_set bound;
	unsigned int first = drv_cpu_set_first(missing);

	drv_spin_bound(&bound);
	if (bitmap_subset(missing->bits, bound.bits, JAILHOUSE_CONFIG_MAX_CPUS))
		return drv_reason_set(
			why, -EBUSY,
			"CPUs %*pbl of the root cell's CPU set are offline, but have left the firmware's spin-table for Linux; boot with nr_cpus=%u instead of maxcpus=",
			drv_cpu_set_args(missing), first);
	return drv_reason_set(
		why, -EBUSY,
		"CPUs %*pbl of the root cell's CPU set are offline; bring them online first: echo 1 >/sys/devices/system/cpu/cpu%u/online",
		drv_cpu_set_args(missing), first);
}

int drv_environment_check_cpus(const struct jailhouse_system *config, struct jailhouse_reason *why)
{
	const struct jailhouse_cell_desc *cell = &config->root_cell;
	struct drv_cpu_set machine, set, online, startable, other;
	unsigned int cpu = drv_environment_foreign_cpu(cell, &machine);

	if (cpu != UINT_MAX)
		return refuse_foreign(cpu, &machine, why);
	drv_environment_cpu_set(cell, &set);
	drv_cpu_set_of(&online, cpu_online_mask);
	drv_spin_find(&startable);
	drv_cpu_set_andnot(&other, &set, &startable);
	if (drv_cpu_set_andnot(&other, &other, &online))
		return refuse_offline(&other, why);
	if (drv_cpu_set_andnot(&other, &online, &set))
		return drv_reason_set(
			why, -EINVAL,
			"CPUs %*pbl are online, but not in the root cell's CPU set; add them to the system config or boot with maxcpus=",
			drv_cpu_set_args(&other));
	if (drv_cpu_set_andnot(&other, &startable, &set))
		return drv_reason_set(
			why, -EINVAL,
			"CPUs %*pbl are not in the root cell's CPU set, but wait at EL2 for whoever writes to their release address; add them to the system config",
			drv_cpu_set_args(&other));
	return 0;
}

void drv_environment_note(struct jailhouse_reason *why)
{
	struct drv_cpu_set bound, startable;

	drv_spin_find(&startable);
	drv_spin_bound(&bound);
	__clear_bit(0, bound.bits);
	/* With some of them left to us, whoever booted it knows. */
	if (drv_cpu_set_empty(&bound) || !drv_cpu_set_empty(&startable))
		return;
	drv_reason_set(
		why, 0,
		"Linux has started CPUs %*pbl by spin-table and cannot take them offline, so no cell can have them. Boot it with nr_cpus=1, or more: CPUs from that number on are left to cells",
		drv_cpu_set_args(&bound));
	pr_notice("%s\n", why->text);
}
