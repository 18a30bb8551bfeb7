/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ivshmem functions on the virtual PCI bus of a cell: found, switched on, their
 * registers and sections mapped.
 */
#pragma once

#include <inmate.h>
#include <jailhouse/ivshmem.h>

struct ivshmem_device {
	u16 bdf;
	/** Number of this peer, and how many there can be. */
	u32 id, peers;
	/** What the peers speak: JAILHOUSE_SHMEM_PROTO_*. */
	u32 protocol;
	/** MSI-X vectors; 0: INTx. */
	u32 vectors;
	/** INTID of vector 0, those of others follow. */
	unsigned int irq;
	volatile u32 *registers;
	/** States of all peers. */
	const volatile u32 *states;
	/** Memory that all write; NULL if there is none. */
	void *common;
	u64 common_size;
	/** The outputs of all peers, of output_size bytes each. */
	const void *inputs;
	void *output;
	u64 output_size;
};

/**
 * The next function behind `bdf` (-1: the first). Interrupts are off; enable the
 * INTIDs with irq_enable(), then ivshmem_enable_interrupts(). Returns its bdf, or -1
 * if there is no other.
 */
int ivshmem_open(struct ivshmem_device *dev, int bdf);

/** With one_shot each interrupt disables further ones until this is called again. */
void ivshmem_enable_interrupts(const struct ivshmem_device *dev, bool one_shot);

static inline void ivshmem_set_state(const struct ivshmem_device *dev, u32 state)
{
	dev->registers[IVSHMEM_REG_STATE / 4] = state;
}

/** What was written before is visible to the peer when its interrupt arrives. */
static inline void ivshmem_ring(const struct ivshmem_device *dev, u32 peer, u32 vector)
{
	dev->registers[IVSHMEM_REG_DOORBELL / 4] = IVSHMEM_DOORBELL(peer, vector);
}
