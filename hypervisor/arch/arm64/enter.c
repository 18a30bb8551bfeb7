/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first C of a CPU in EL2 with its map on: where the architecture meets
 * setup.c. Also what the driver put around the image.
 */
#include <arch/barrier.h>
#include <arch/image.h>
#include <arch/paging.h>
#include <hyp/printk.h>
#include <hyp/cell.h>
#include <hyp/setup.h>

#include "private.h"
#include <arch/sysregs.h>

/* image.S */
extern struct jailhouse_header image_head;
extern const char image_version_text[];

long arch_enter(u32 id, u64 image_pa);

const struct jailhouse_header *image_header(void)
{
	return &image_head;
}

const char *image_version(void)
{
	return image_version_text;
}

static u64 percpu_end(void)
{
	return image_head.core_size + (u64)image_head.max_cpus * image_head.percpu_size;
}

const struct jailhouse_system *image_system_config(void)
{
	return (const void *)(HYP_BASE + percpu_end());
}

u64 image_pool_start(void)
{
	return (percpu_end() + image_head.config_size + PAGE_MASK) & ~PAGE_MASK;
}

bool image_cpu_arrived(u32 id)
{
	return cpu_get(id)->arrived;
}

int arch_check_cpus(void)
{
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);

	/* PARange: 2 is 40 bits. TGran4_2: 1 says no 4 KiB granule in stage 2. */
	if ((mmfr0 & 0xf) < 2)
		return (int)reason(-EIO, "the CPUs have fewer than 40 bits of physical address");
	if ((mmfr0 >> 40 & 0xf) == 1)
		return (int)reason(-EIO, "the CPUs have no 4 KiB granule in stage 2");
	return 0;
}

/* From entry.S. 0: continue as a CPU of root; else give EL2 back. */
long arch_enter(u32 id, u64 image_pa)
{
	struct cpu *cpu;
	int err;

	stage1_init(image_pa);
	console_init();
	cpu = this_cpu();
	cpu->id = id;
	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	__atomic_store_n(&cpu->arrived, true, __ATOMIC_RELEASE);
	el2_state_keep();
	err = setup_enter(cpu);
	if (err)
		return err;

	cpu_load_stage2(&root_cell);
	cpu_moved(cpu, NULL, &root_cell);
	el2_state_root();
	tlb_flush_local();
	if (image_cpu_parked(id))
		cpu_stop_self();
	return 0;
}
