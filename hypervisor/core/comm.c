/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The communication region of a cell. The cell may bypass its caches, so the
 * page is cleaned after writing and invalidated before reading.
 */
#include <hyp/comm.h>

#include <arch/barrier.h>
#include <arch/paging.h>
#include <hyp/ownership.h>
#include <hyp/string.h>

#define COMM_BYTES 128 /* the part in use, in whole cache lines */

static u32 read_word(const struct cell *cell, const volatile u32 *word)
{
	cache_flush(cell->comm, COMM_BYTES);
	return *word;
}

void comm_start(struct cell *cell, const struct jailhouse_system *system)
{
	struct jailhouse_comm_region *comm = cell->comm;
	u64 *gicr = (u64 *)((char *)comm + JAILHOUSE_COMM_GICR_REGIONS);
	u32 flags = cell->config->flags;

	memset(comm, 0, PAGE_SIZE);
	memcpy(comm->signature, COMM_REGION_MAGIC, sizeof(comm->signature));
	comm->revision = COMM_REGION_ABI_REVISION;
	comm->cell_state = JAILHOUSE_CELL_RUNNING;
	if (CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED(flags))
		comm->flags |= JAILHOUSE_COMM_FLAG_DBG_PUTC_PERMITTED;
	if (CELL_FLAGS_VIRTUAL_CONSOLE_ACTIVE(flags))
		comm->flags |= JAILHOUSE_COMM_FLAG_DBG_PUTC_ACTIVE;
	comm->console = cell->config->console;
	comm->pci_mmconfig_base = system->platform_info.pci_mmconfig_base;
	comm->gic_version = system->platform_info.arm.gic_version;
	comm->gicd_base = system->platform_info.arm.gicd_base;
	comm->gicc_base = system->platform_info.arm.gicc_base;
	comm->gicr_base = system->platform_info.arm.gicr_base;
	comm->vpci_irq_base = cell->config->vpci_irq_base;
	for (u32 n = 0; comm->gicr_base && n < MAX_GICR_REGIONS; n++)
		gicr[n] = machine.gic[1 + n].range.base;
	cache_flush(comm, PAGE_SIZE);
}

long comm_state(const struct cell *cell)
{
	u32 state;

	if (!cell->comm)
		return JAILHOUSE_CELL_RUNNING;
	state = read_word(cell, &cell->comm->cell_state);
	return state <= JAILHOUSE_CELL_FAILED_COMM_REV ? (long)state : -EINVAL;
}

void comm_set_state(struct cell *cell, u32 state)
{
	if (!cell->comm)
		return;
	cell->comm->cell_state = state;
	cache_flush(cell->comm, COMM_BYTES);
}

bool comm_must_ask(const struct cell *cell)
{
	long state = comm_state(cell);

	/* A cell that gave up, in whatever way, cannot answer. */
	return cell->comm_mapped && !(cell->config->flags & JAILHOUSE_CELL_PASSIVE_COMMREG) &&
	       (state == JAILHOUSE_CELL_RUNNING || state == JAILHOUSE_CELL_RUNNING_LOCKED ||
		state < 0);
}

void comm_send(struct cell *cell, u32 message)
{
	cell->comm->reply_from_cell = 0;
	cache_flush(cell->comm, COMM_BYTES);
	cell->comm->msg_to_cell = message;
	cache_flush(cell->comm, COMM_BYTES);
}

enum comm_answer comm_answer(const struct cell *cell)
{
	u32 reply = read_word(cell, &cell->comm->reply_from_cell);

	if (reply == JAILHOUSE_MSG_NONE)
		return COMM_PENDING;
	return reply == JAILHOUSE_MSG_REQUEST_APPROVED ? COMM_APPROVED : COMM_DENIED;
}
