/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The cell's side of the communication region. */
#include <inmate_comm.h>
#include <inmate_private.h>
#include <inmate_smp.h>

bool comm_shutdown_requested(void)
{
	switch (comm_region->msg_to_cell) {
	case JAILHOUSE_MSG_NONE:
		return false;
	case JAILHOUSE_MSG_SHUTDOWN_REQUEST:
		return true;
	case JAILHOUSE_MSG_RECONFIG_COMPLETED:
		jailhouse_send_reply_from_cell(comm_region, JAILHOUSE_MSG_RECEIVED);
		return false;
	default:
		jailhouse_send_reply_from_cell(comm_region, JAILHOUSE_MSG_UNKNOWN);
		return false;
	}
}

void comm_deny_shutdown(void)
{
	jailhouse_send_reply_from_cell(comm_region, JAILHOUSE_MSG_REQUEST_DENIED);
}

void comm_shut_down(void)
{
	disable_irqs();
	gic_silence();
	if (inmate_native())
		psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	/* The reply comes last: after it the hypervisor may take the CPU. */
	comm_region->cell_state = JAILHOUSE_CELL_SHUT_DOWN;
	memory_barrier();
	if (comm_region->msg_to_cell == JAILHOUSE_MSG_SHUTDOWN_REQUEST)
		jailhouse_send_reply_from_cell(comm_region, JAILHOUSE_MSG_REQUEST_APPROVED);
	/* Not WFI: with its interrupts given up nothing would end that, where WFI does
	 * not enter EL2 (JAILHOUSE_POLICY_TRAP_WFI). */
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
	stop();
}
