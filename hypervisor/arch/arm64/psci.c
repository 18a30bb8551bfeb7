/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PSCI 1.1 (Arm DEN 0022) for all cells, root included. No CPU is ever handed
 * to the firmware: a CPU that is off waits in EL2.
 */
#include <arch/barrier.h>
#include <arch/image.h>
#include <hyp/cell.h>
#include <hyp/irqchip.h>

#include "private.h"
#include "psci.h"

static u64 cpu_on(u64 target, u64 entry, u64 context)
{
	struct cell *cell = this_cpu()->cell;
	struct cpu *cpu = cpu_by_mpidr(target);
	u32 off = CPU_POWER_OFF;

	if (!cpu || !cell_owns_cpu(cell, cpu->id))
		return PSCI_DENIED;
	/* Linux never prepared EL2 on it for itself. */
	if (cell_is_root(cell) && image_cpu_parked(cpu->id))
		return PSCI_DENIED;
	if (entry & 3)
		return PSCI_INVALID_ADDRESS;
	/* The management has the CPU while a request is pending. */
	if (__atomic_load_n(&cpu->request, __ATOMIC_ACQUIRE))
		return PSCI_ON_PENDING;
	if (!__atomic_compare_exchange_n(&cpu->power, &off, CPU_POWER_ON_PENDING, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return off == CPU_POWER_ON_PENDING ? PSCI_ON_PENDING : PSCI_ALREADY_ON;
	/* Partners: whoever sets `closing` looks at the power states afterwards;
	 * while the power is ours, the CPU does not change hands. */
	if (__atomic_load_n(&cell->closing, __ATOMIC_SEQ_CST) ||
	    __atomic_load_n(&cpu->cell, __ATOMIC_SEQ_CST) != cell) {
		__atomic_store_n(&cpu->power, CPU_POWER_OFF, __ATOMIC_SEQ_CST);
		return PSCI_DENIED;
	}
	cpu->entry = entry;
	cpu->context = context;
	cpu->first = false;
	cpu->failed = false;
	return cpu_start(cpu) ? PSCI_SUCCESS : PSCI_DENIED;
}

static u64 affinity_info(u64 target, u64 level)
{
	const struct cpu *cpu = cpu_by_mpidr(target);

	if (level != 0)
		return PSCI_INVALID_PARAMETERS;
	if (!cpu || !cell_owns_cpu(this_cpu()->cell, cpu->id))
		return PSCI_DENIED;
	switch (__atomic_load_n(&cpu->power, __ATOMIC_ACQUIRE)) {
	case CPU_POWER_OFF:
		return 1;
	case CPU_POWER_ON_PENDING:
		return 2;
	default:
		return 0;
	}
}

/* Every power state is entered as standby, which PSCI allows (5.4.5). */
static u64 cpu_suspend(void)
{
	irqchip->wait_for_cell(this_cpu());
	cpu_take_requests();
	return PSCI_SUCCESS;
}

static u64 features(u64 function)
{
	static const u32 supported[] = {
		PSCI_VERSION,    PSCI_CPU_SUSPEND_32, PSCI_CPU_SUSPEND_64,   PSCI_CPU_OFF,
		PSCI_CPU_ON_32,  PSCI_CPU_ON_64,      PSCI_AFFINITY_INFO_32, PSCI_AFFINITY_INFO_64,
		PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET,   PSCI_FEATURES,         SMCCC_VERSION,
	};

	for (u32 i = 0; i < ARRAY_SIZE(supported); i++)
		if (supported[i] == (u32)function)
			return PSCI_SUCCESS;
	return PSCI_NOT_SUPPORTED;
}

/* The machine is root's to switch off; any other cell ends alone. */
static u64 system_end(u64 function, bool restart)
{
	struct frame frame = { .x = { function } };

	if (!cell_is_root(this_cpu()->cell))
		cell_end_self(restart);
	firmware_call(&frame);
	return frame.x[0];
}

u64 psci_call(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	switch ((u32)function) {
	case PSCI_VERSION:
		return 0x10001;
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		return cpu_suspend();
	case PSCI_CPU_OFF:
		cpu_stop_self();
	case PSCI_CPU_ON_32:
		return cpu_on((u32)arg1, (u32)arg2, (u32)arg3);
	case PSCI_CPU_ON_64:
		return cpu_on(arg1, arg2, arg3);
	case PSCI_AFFINITY_INFO_32:
		return affinity_info((u32)arg1, (u32)arg2);
	case PSCI_AFFINITY_INFO_64:
		return affinity_info(arg1, arg2);
	case PSCI_FEATURES:
		return features(arg1);
	case PSCI_MIGRATE_INFO_TYPE:
		return 2; /* no trusted OS that would have to migrate */
	case PSCI_SYSTEM_OFF:
		return system_end(function, false);
	case PSCI_SYSTEM_RESET:
		return system_end(function, true);
	default:
		return PSCI_NOT_SUPPORTED;
	}
}
