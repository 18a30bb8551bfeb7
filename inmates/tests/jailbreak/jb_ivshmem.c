/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Our function on the virtual PCI bus, whose peer is the witness: doorbells and
 * interrupt messages with numbers of others, registers, configuration space. In
 * the state table only our own entry may change; whether the peer's state and
 * output section stay the witness sees, and both sections are among the targets
 * of the memory campaign.
 */
#include <gic.h>
#include <inmate_ivshmem.h>

#include "jailbreak.h"

#define GICD_SIZE        0x10000
#define GICD_ISPENDR     0x200
#define GICD_ICPENDR     0x280
#define NUM_INTIDS       1024
#define REGISTERS_SIZE   0x1000
#define MSIX_ENTRY_WORDS 4
#define MSIX_ENTRY_DATA  2
#define MSIX_ENTRY_MASK  3
#define TABLE_WORDS      (PAGE_SIZE / 4)

static struct ivshmem_device dev;
static u32 states[TABLE_WORDS];

static u64 bar(unsigned int n)
{
	return pci_read_config(dev.bdf, PCI_CFG_BAR + 4 * n, 4);
}

/* Interrupts ourselves by this vector, with whatever number. */
static void send_to_ourselves(volatile u32 *msix, u32 vector, u32 intid)
{
	msix[MSIX_ENTRY_WORDS * vector + MSIX_ENTRY_DATA] = intid;
	msix[MSIX_ENTRY_WORDS * vector + MSIX_ENTRY_MASK] = 0;
	ivshmem_ring(&dev, dev.id, vector);
}

/* With a number of our own it works; so those of others were really tried. */
static void try_own_spi(volatile u32 *msix)
{
	u32 spi = jb_own_spi(), bit = 1u << spi % 32;
	u64 window = jb_window(comm_region->gicd_base, 1, true) + spi / 32 * 4;

	if (!spi)
		return;
	/* A GICv2 that was told to send it to nobody drops it. */
	map_range((void *)comm_region->gicd_base, GICD_SIZE, MAP_UNCACHED);
	irq_enable(spi);
	jb_try(1, jb_strw, window + GICD_ICPENDR, bit, 0, 0);
	send_to_ourselves(msix, 0, spi);
	jb_try(1, jb_ldrw, window + GICD_ISPENDR, 0, 0, 0);
	jb_count("own", JB_ANSWERED, jb_result & bit ? JB_FINE : JB_UNCLEAR);
	jb_try(1, jb_strw, window + GICD_ICPENDR, bit, 0, 0);
}

static void doorbells(void)
{
	volatile u32 *msix = (volatile u32 *)bar(1);

	jb_row("ivshmem", "doorbells", 1);
	dev.registers[IVSHMEM_REG_INT_CONTROL / 4] = IVSHMEM_INT_ENABLE;
	for (u32 intid = 0; intid < NUM_INTIDS; intid++) {
		if (!jb_is_our_spi(intid)) {
			send_to_ourselves(msix, intid % dev.vectors, intid);
			jb_count("foreign", JB_ANSWERED, JB_FINE);
		}
		ivshmem_ring(&dev, (u32)jb_below(intid % 2 ? IVSHMEM_MAX_PEERS : 1 << 16),
			     (u32)jb_below(intid % 4 ? 4 : 1 << 16));
		jb_count("ring", JB_ANSWERED, JB_FINE);
	}
	for (unsigned int n = 0; n < 16 * jb_probes; n++) {
		send_to_ourselves(msix, (u32)jb_below(dev.vectors), (u32)jb_random() | NUM_INTIDS);
		jb_count("any", JB_ANSWERED, JB_FINE);
	}
	try_own_spi(msix);
	jb_row_end();
}

/* After all that was written to our state. */
static void look_at_states(void)
{
	jb_row("ivshmem", "states", 1);
	for (u32 n = 0; n < TABLE_WORDS; n++) {
		bool changed = n != dev.id && dev.states[n] != states[n];

		if (changed)
			jb_note("state of", n, dev.states[n]);
		jb_count("other", JB_ANSWERED, changed ? JB_HOLE : JB_FINE);
	}
	jb_row_end();
}

void jb_ivshmem(void)
{
	u64 config = comm_region->pci_mmconfig_base;
	u64 registers, msix;

	if (!cmdline_parse_bool("channel", false))
		return;
	if (ivshmem_open(&dev, -1) < 0 || !dev.vectors) {
		jb_row("ivshmem", "function", 1);
		jb_count("open", JB_OTHER, JB_UNCLEAR);
		jb_row_end();
		return;
	}
	config += (u64)dev.bdf << 12;
	registers = bar(0);
	msix = bar(1);
	for (u32 n = 0; n < TABLE_WORDS; n++)
		states[n] = dev.states[n];
	doorbells();
	for (unsigned int el = 2; el-- > 0;) {
		jb_registers("ivshmem", "registers", registers, REGISTERS_SIZE, el);
		jb_registers("ivshmem", "msix", msix, REGISTERS_SIZE, el);
	}
	/* The last, since it moves all that was tried before. */
	for (unsigned int el = 2; el-- > 0;)
		jb_registers("ivshmem", "config", config, REGISTERS_SIZE, el);
	look_at_states();
}
