/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The start of an inmate in C, and its exceptions: which environment is it,
 * is the communication region one that we understand, then inmate_main().
 */
#include <gic.h>
#include <inmate_private.h>
#include <inmate_sysregs.h>

/* What QEMU's `virt` machine has, for a start without a hypervisor. */
#define VIRT_GICD  0x08000000
#define VIRT_GICC  0x08010000
#define VIRT_GICR  0x080a0000
#define VIRT_UART0 0x09000000

#define VECTOR_IRQ_SP0 1
#define VECTOR_IRQ     5

/* As long as what is read of a real one. */
static union {
	struct jailhouse_comm_region region;
	u8 page[0x100];
} native_comm;
static bool native;
static u64 boot_exception_level;
static exception_hook_t exception_hook;

struct jailhouse_comm_region *comm_region;

bool inmate_native(void)
{
	return native;
}

bool psci_by_hvc(void)
{
	return native && boot_exception_level == 1;
}

void exception_set_hook(exception_hook_t hook)
{
	exception_hook = hook;
}

/* Reading the communication region faulted: there is no hypervisor. */
static bool probe_hook(struct inmate_frame *frame, u64 esr, u64 far)
{
	if (ESR_EC(esr) != ESR_EC_DABT || (far & ~(PAGE_SIZE - 1)) != COMM_REGION_BASE)
		return false;
	native = true;
	frame->elr += 4;
	return true;
}

static void fill_native_region(void)
{
	bool v3 = (read_sysreg(id_aa64pfr0_el1) >> 24) & 0xf;

	memcpy(native_comm.region.signature, COMM_REGION_MAGIC,
	       sizeof(native_comm.region.signature));
	native_comm.region.revision = COMM_REGION_ABI_REVISION;
	native_comm.region.gic_version = v3 ? 3 : 2;
	native_comm.region.gicd_base = VIRT_GICD;
	native_comm.region.gicc_base = v3 ? 0 : VIRT_GICC;
	native_comm.region.gicr_base = v3 ? VIRT_GICR : 0;
	native_comm.region.console.address = VIRT_UART0;
	native_comm.region.console.size = PAGE_SIZE;
	native_comm.region.console.type = JAILHOUSE_CON_TYPE_PL011;
	native_comm.region.console.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4;
}

static void find_comm_region(void)
{
	comm_region = (struct jailhouse_comm_region *)COMM_REGION_BASE;
	exception_set_hook(probe_hook);
	io_read32(comm_region);
	exception_set_hook(NULL);
	if (!native)
		return;
	comm_region = &native_comm.region;
	fill_native_region();
}

static bool comm_region_known(void)
{
	return memcmp(comm_region->signature, COMM_REGION_MAGIC, sizeof(comm_region->signature)) ==
		       0 &&
	       comm_region->revision == COMM_REGION_ABI_REVISION;
}

void inmate_start(u64 boot_el)
{
	boot_exception_level = boot_el;
	mmu_init();
	find_comm_region();
	if (!comm_region_known()) {
		comm_region->cell_state = JAILHOUSE_CELL_FAILED_COMM_REV;
		return;
	}
	console_init();
	__asm__ volatile("msr daifclr, #0xf" ::: "memory");
	inmate_main();
}

static void __attribute__((noreturn))
die(const struct inmate_frame *frame, u64 vector, u64 esr, u64 far)
{
	printk("Unhandled exception in inmate: vector %llu ESR 0x%08llx EC 0x%02llx FAR 0x%llx\n",
	       vector, esr, ESR_EC(esr), far);
	printk(" pc 0x%llx lr 0x%llx spsr 0x%llx\n", frame->elr, frame->x[30], frame->spsr);
	comm_region->cell_state = JAILHOUSE_CELL_FAILED;
	stop();
}

void inmate_exception(u64 vector, struct inmate_frame *frame)
{
	u64 esr, far;

	if (vector == VECTOR_IRQ || vector == VECTOR_IRQ_SP0) {
		gic_handle_irq();
		return;
	}

	esr = read_sysreg(esr_el1);
	far = read_sysreg(far_el1);
	if (!exception_hook || !exception_hook(frame, esr, far))
		die(frame, vector, esr, far);
}
