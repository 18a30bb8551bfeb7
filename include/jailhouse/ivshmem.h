/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The ivshmem device, protocol version 2: shared memory with doorbells, as a
 * PCI function. Offsets of its registers and of its configuration space
 * ("ivshmem v2 device specification"; PCI Local Bus 3.0, 6.1, 6.7, 6.8).
 */
#pragma once

#define IVSHMEM_VENDOR_ID 0x110a
#define IVSHMEM_DEVICE_ID 0x4106
#define IVSHMEM_MAX_PEERS 12

/* Registers in BAR 0: 32 bits wide, aligned accesses only. */
/** RO: number of this peer. */
#define IVSHMEM_REG_ID          0x00
/** RO: peers that the channel can have. */
#define IVSHMEM_REG_MAX_PEERS   0x04
/** RW: IVSHMEM_INT_ENABLE; in one-shot mode cleared by each interrupt. */
#define IVSHMEM_REG_INT_CONTROL 0x08
#define IVSHMEM_INT_ENABLE      0x1
/** WO: rings; IVSHMEM_DOORBELL(). Reads 0. */
#define IVSHMEM_REG_DOORBELL    0x0c
/** RW: state of this peer. A change is put into the table, and interrupts all
 *  other peers by vector 0. */
#define IVSHMEM_REG_STATE       0x10

#define IVSHMEM_DOORBELL(target, vector) ((target) << 16 | (vector))

/* The vendor-specific capability; offsets from its start. */
#define IVSHMEM_CAP_START            0x40
#define IVSHMEM_CAP_LENGTH           0x20
/** u8, RW: bit 0 is one-shot mode. */
#define IVSHMEM_CAP_PRIV_CONTROL     3
#define IVSHMEM_ONE_SHOT             0x1
/** u32: bytes of the state table. */
#define IVSHMEM_CAP_STATE_TABLE_SIZE 4
/** u64: bytes of the section that all peers can write; may be 0. */
#define IVSHMEM_CAP_RW_SIZE          8
/** u64: bytes of each peer's output section. */
#define IVSHMEM_CAP_OUTPUT_SIZE      0x10
/** u64: address of the state table; the sections follow without gaps. */
#define IVSHMEM_CAP_BASE             0x18

/* MSI-X capability; table and pending bits in BAR 1. */
#define IVSHMEM_MSIX_CAP_START   0x60
#define IVSHMEM_MSIX_PBA         0x100
#define IVSHMEM_MSIX_BYTES       0x200
#define IVSHMEM_MAX_MSIX_VECTORS 16
