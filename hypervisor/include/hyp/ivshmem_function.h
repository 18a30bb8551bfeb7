/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ivshmem functions: shared memory with doorbells between cells. Functions
 * with the same bdf are peers of one link. An interrupt is a physical SPI,
 * made pending: its receiver does not enter EL2.
 */
#pragma once

#include <hyp/mmio.h>
#include <jailhouse/cell-config.h>
#include <jailhouse/ivshmem.h>

/** Dwords of configuration space that exist. */
#define IVSHMEM_CONFIG_WORDS 32

#define IVSHMEM_BARS 2

/* Dwords of configuration space. */
#define PCI_COMMAND  1
#define PCI_BAR0     4
#define IVSHMEM_CAP  (IVSHMEM_CAP_START / 4)
#define IVSHMEM_MSIX (IVSHMEM_MSIX_CAP_START / 4)

#define PCI_COMMAND_MEMORY       BIT(1)
#define PCI_COMMAND_MASTER       BIT(2)
#define PCI_COMMAND_INTX_DISABLE BIT(10)
#define IVSHMEM_CAP_ONE_SHOT     BIT(24)
#define PCI_MSIX_MASK_ALL        BIT(30)
#define PCI_MSIX_ENABLE          BIT(31)

/** Words of a vector in the MSI-X table (PCI 3.0, 6.8.2). */
#define MSIX_ENTRY_WORDS 4

struct ivshmem_link;

/** What happened to doorbells; JAILHOUSE_CHANNEL_*. */
struct ivshmem_counts {
	u32 sent, received, dropped;
};

/** One function of a cell. What changes, changes under the link's lock. */
struct ivshmem {
	struct cell *cell;
	const struct jailhouse_pci_device *dev;
	struct ivshmem_link *link;
	/* NULL: the function has no such BAR. */
	struct mmio_window *bars[IVSHMEM_BARS];
	u32 config[IVSHMEM_CONFIG_WORDS];
	/* INTID of its INTx pin. */
	u32 intx;
	u32 int_control;
	u32 state;
	/* Bit n: vector n was raised while it was masked. */
	u32 pending;
	u32 msix[IVSHMEM_MAX_MSIX_VECTORS * MSIX_ENTRY_WORDS];
	struct ivshmem_counts counts;
};

/** Is another cell this peer of the link already? Management lock. */
const struct cell *ivshmem_peer_owner(u32 bdf, u32 id);

/** Make the function a peer. -ENOMEM if there are too many links. Under the
 *  management lock; nobody else is peer number shmem_dev_id. */
int ivshmem_attach(struct ivshmem *fn) __must_check;

/** State 0, which the peers are told; as after power-on. */
void ivshmem_reset(struct ivshmem *fn);

/** The function goes away: reset, and no peer any more. */
void ivshmem_detach(struct ivshmem *fn);

/** Write a dword of configuration space, of which `mask` is meant. */
void ivshmem_write_config(struct ivshmem *fn, u32 word, u32 value, u32 mask);

/* Handlers of the BARs; arg is the function. */
enum mmio_result ivshmem_registers(struct cell *cell, u64 fn, struct mmio_access *access);
enum mmio_result ivshmem_msix(struct cell *cell, u64 fn, struct mmio_access *access);
