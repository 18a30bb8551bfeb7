/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A peer that behaves as badly as a peer can, for ever: with the parameter `how=`
 *
 *	ring	rings every peer and vector as fast as it can
 *	state	changes its state as fast as it can
 *	reset	switches its function off and on, moves its BARs
 *	rubbish	fills its output sections with random words, and rings
 *	net	sends frames whose descriptors and indices lie (protocol VETH)
 *	widths	accesses registers and configuration space at every allowed width, and
 *		what does not exist
 *
 * All of it is allowed to a cell; others must not suffer. What EL2 refuses (and parks
 * the CPU for) is in the program `forbidden`.
 */
#include <inmate_comm.h>
#include <inmate_ivshmem.h>
#include <jailhouse/ivshmem-net.h>

#define MAX_FUNCTIONS 4

static struct ivshmem_device dev[MAX_FUNCTIONS];
static u32 num_functions;
/* Read by tests, as the machine sees it. */
volatile u64 rounds;
static u64 random_state = 88172645463325252ULL;

static u32 random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 16);
}

static void open_all(void)
{
	int bdf = -1;

	while (num_functions < MAX_FUNCTIONS) {
		bdf = ivshmem_open(&dev[num_functions], bdf);
		if (bdf < 0)
			break;
		num_functions++;
	}
}

static void ring_all(const struct ivshmem_device *d)
{
	for (u32 peer = 0; peer < IVSHMEM_MAX_PEERS + 2; peer++)
		for (u32 vector = 0; vector < 4; vector++)
			ivshmem_ring(d, peer, vector);
	ivshmem_ring(d, random_word(), random_word());
}

static void change_state(const struct ivshmem_device *d)
{
	for (u32 n = 0; n < 8; n++)
		ivshmem_set_state(d, n < 4 ? n : random_word());
}

static void reset_function(struct ivshmem_device *d)
{
	pci_write_config(d->bdf, PCI_CFG_COMMAND, 0, 2);
	pci_write_config(d->bdf, PCI_CFG_BAR, random_word(), 4);
	pci_write_config(d->bdf, PCI_CFG_BAR, (u32)(unsigned long)d->registers, 4);
	pci_write_config(d->bdf, PCI_CFG_COMMAND, PCI_CMD_MEM | PCI_CMD_MASTER, 2);
	ivshmem_enable_interrupts(d, random_word() & 1);
	ivshmem_set_state(d, rounds & 3);
	ivshmem_set_state(d, 0);
}

static void write_rubbish(const struct ivshmem_device *d)
{
	volatile u32 *words = d->output;

	for (u32 n = 0; n < 4096 && d->output_size; n++)
		words[random_word() % (d->output_size / 4)] = random_word();
	ivshmem_ring(d, random_word() % d->peers, 0);
}

/* The states that make the peer believe, and then lies of each kind. */
static void lie(const struct ivshmem_device *d)
{
	u32 slots = veth_slots(d->output_size);
	struct veth_queue own;

	if (d->protocol != 1 || !slots)
		return;
	own = veth_queue_at(d->output, slots);
	for (u32 state = VETH_RESET; state <= VETH_RUN; state++) {
		ivshmem_set_state(d, state);
		delay_us(2000);
	}
	for (u32 n = 0; n < 2000; n++) {
		struct veth_desc *desc = &own.desc[random_word() % slots];

		desc->address = n & 1 ? random_word() : random_word() % d->output_size;
		desc->length = n & 2 ? random_word() : random_word() % 70000;
		desc->flags = (u16)random_word();
		own.avail->ring[random_word() % slots] = (u16)(n & 4 ? random_word() : n % slots);
		own.avail->index = (u16)(n & 8 ? random_word() : own.avail->index + 1u);
		own.used->index = (u16)(n & 16 ? random_word() : own.used->index + 1u);
		own.used->ring[random_word() % slots].id = random_word();
		ivshmem_ring(d, !d->id, 0);
	}
}

static void try_widths(const struct ivshmem_device *d)
{
	for (unsigned int at = 0; at < 0x100; at += 4) {
		pci_write_config(d->bdf, at & 0xc0 ? at : 0x30, random_word(), 4);
		pci_write_config(0x18, at, random_word(), 2);
		pci_read_config(d->bdf, at + 1, 1);
		pci_read_config(d->bdf, at + 2, 2);
	}
	for (u32 word = 0; word < 0x400; word++) {
		if (word * 4 != IVSHMEM_REG_STATE)
			d->registers[word] = random_word();
		(void)d->registers[word];
	}
	pci_write_config(d->bdf, PCI_CFG_COMMAND, PCI_CMD_MEM | PCI_CMD_MASTER, 2);
}

void inmate_main(void)
{
	char how[16];

	cmdline_parse_str("how", how, sizeof(how), "ring");
	open_all();
	printk("hostile-peer: %s, %u functions\n", how, num_functions);
	if (!num_functions) {
		printk("hostile-peer: no ivshmem function, give the cell one\n");
		comm_shut_down();
	}
	while (!comm_shutdown_requested()) {
		struct ivshmem_device *d = &dev[rounds % num_functions];

		if (strcmp(how, "ring") == 0)
			ring_all(d);
		else if (strcmp(how, "state") == 0)
			change_state(d);
		else if (strcmp(how, "reset") == 0)
			reset_function(d);
		else if (strcmp(how, "rubbish") == 0)
			write_rubbish(d);
		else if (strcmp(how, "net") == 0)
			lie(d);
		else
			try_widths(d);
		rounds++;
	}
	comm_shut_down();
}
