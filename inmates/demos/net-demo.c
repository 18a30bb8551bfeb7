/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Network demo: a peer of an ivshmem network (protocol VETH) that answers ARP and
 * ping.
 *
 * Parameters:
 *	ip=A.B.C.D	its address (default 192.168.19.2)
 *	reflect		send all other IPv4 packets for it back, source and destination
 *			swapped: what Linux sends to this address comes from it. So both
 *			ends of a TCP connection can be on the same Linux, and all of its
 *			packets cross the channel twice.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_ivshmem.h>
#include <inmate_sysregs.h>
#include <jailhouse/ivshmem-net.h>

#define ETH_TYPE   12
#define ETH_HEADER 14
#define TYPE_ARP   0x0806
#define TYPE_IPV4  0x0800
#define ARP_BYTES  28
#define ICMP       1
#define MAX_FRAME  65536

static struct ivshmem_device dev;
static struct veth net;
static u32 ends[VETH_MAX_SLOTS];
static u8 frame[MAX_FRAME];
static u8 mac[6] = { 0x02, 0xce, 0x11, 0xb1, 0x0c, 0x00 };
static u8 ip[4];
static volatile u64 interrupts;
static u64 arps, pings, reflected, bad, full;
static u32 state;

static void handle_irq(unsigned int irqn __attribute__((unused)))
{
	interrupts++;
}

static u32 get16(const u8 *at)
{
	return (u32)at[0] << 8 | at[1];
}

static void put16(u8 *at, u32 value)
{
	at[0] = (u8)(value >> 8);
	at[1] = (u8)value;
}

static void swap(u8 *a, u8 *b, u32 bytes)
{
	for (u32 n = 0; n < bytes; n++) {
		u8 byte = a[n];

		a[n] = b[n];
		b[n] = byte;
	}
}

static void send(u32 length)
{
	void *place;

	veth_reclaim(&net);
	place = veth_place(&net, length);
	if (!place) {
		full++;
		return;
	}
	memcpy(place, frame, length);
	veth_commit(&net);
}

/* To where it came from. */
static void answer(u32 length)
{
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
	send(length);
}

static void handle_arp(u32 length)
{
	u8 *arp = frame + ETH_HEADER;

	/* A request (1) for IPv4 over Ethernet, about us. */
	if (length < ETH_HEADER + ARP_BYTES || get16(arp) != 1 || get16(arp + 2) != TYPE_IPV4 ||
	    get16(arp + 6) != 1 || memcmp(arp + 24, ip, 4) != 0)
		return;
	put16(arp + 6, 2);
	memcpy(arp + 18, arp + 8, 10);
	memcpy(arp + 8, mac, 6);
	memcpy(arp + 14, ip, 4);
	arps++;
	answer(length);
}

static void handle_ipv4(u32 length, bool reflect)
{
	u8 *header = frame + ETH_HEADER;
	u32 bytes = (header[0] & 0xf) * 4u;

	if (length < ETH_HEADER + 20 || header[0] >> 4 != 4 || bytes < 20 ||
	    length < ETH_HEADER + bytes + 8 || memcmp(header + 16, ip, 4) != 0)
		return;
	if (header[9] == ICMP && header[bytes] == 8) {
		/* Echo reply instead of request: the checksum grows by what the word
		 * shrinks. */
		u32 sum = get16(header + bytes + 2) + 0x800;

		header[bytes] = 0;
		put16(header + bytes + 2, (sum & 0xffff) + (sum >> 16));
		pings++;
	} else if (reflect) {
		reflected++;
	} else {
		return;
	}
	/* No checksum changes by this. */
	swap(header + 12, header + 16, 4);
	answer(length);
}

/* A copy is looked at: the peer can change the original. */
static bool receive(bool reflect)
{
	const void *place = NULL;
	u32 length = 0;
	enum veth_rx found = veth_look(&net, &place, &length);

	if (found == VETH_NOTHING)
		return false;
	if (found == VETH_BAD_INDEX) {
		bad++;
		return true;
	}
	if (found == VETH_FRAME && length >= ETH_HEADER && length <= MAX_FRAME)
		memcpy(frame, place, length);
	else
		length = 0;
	veth_done(&net);
	if (!length)
		bad++;
	else if (get16(frame + ETH_TYPE) == TYPE_ARP)
		handle_arp(length);
	else if (get16(frame + ETH_TYPE) == TYPE_IPV4)
		handle_ipv4(length, reflect);
	return true;
}

static void follow_peer(void)
{
	u32 next;

	while ((next = veth_next_state(state, dev.states[!dev.id], true)) != state) {
		if (next == VETH_READY)
			veth_begin(&net);
		printk("net-demo: state %u -> %u, peer %u\n", state, next, dev.states[!dev.id]);
		state = next;
		ivshmem_set_state(&dev, state);
	}
}

static bool parse_ip(void)
{
	char text[16];
	const char *at = cmdline_parse_str("ip", text, sizeof(text), "192.168.19.2");

	for (u32 n = 0; n < 4; n++) {
		u32 value = 0, digits = 0;

		for (; *at >= '0' && *at <= '9' && digits < 4; digits++)
			value = value * 10 + (u32)(*at++ - '0');
		if (!digits || value > 255 || *at++ != (n < 3 ? '.' : 0))
			return false;
		ip[n] = (u8)value;
	}
	return true;
}

static bool open_network(void)
{
	int bdf = -1;

	do
		bdf = ivshmem_open(&dev, bdf);
	while (bdf >= 0 && dev.protocol != 1);
	if (bdf < 0 || dev.peers != 2 ||
	    !veth_layout(&net, dev.output, (const char *)dev.inputs + !dev.id * dev.output_size,
			 dev.output_size, ends)) {
		printk("net-demo: the cell has no ivshmem function of protocol VETH with two peers\n");
		return false;
	}
	if (!parse_ip()) {
		printk("net-demo: ip= needs an address such as 192.168.19.2\n");
		return false;
	}
	mac[5] = (u8)(dev.id + 1);
	printk("net-demo: %u.%u.%u.%u, peer %u, %u slots, frames up to %u bytes\n", ip[0], ip[1],
	       ip[2], ip[3], dev.id, net.slots, veth_max_frame(&net));
	return true;
}

void inmate_main(void)
{
	bool reflect = cmdline_parse_bool("reflect", false);

	irq_init(handle_irq);
	if (!open_network())
		comm_shut_down();
	for (u32 n = 0; n < (dev.vectors ? dev.vectors : 1); n++)
		irq_enable(dev.irq + n);
	enable_irqs();
	ivshmem_enable_interrupts(&dev, false);
	ivshmem_set_state(&dev, VETH_RESET);
	while (!comm_shutdown_requested()) {
		u64 before = interrupts;
		bool worked = false;

		follow_peer();
		while (state == VETH_RUN && receive(reflect))
			worked = true;
		if (worked) {
			ivshmem_ring(&dev, !dev.id, 0);
			continue;
		}
		/* Unless something has arrived since; from here on it ends the wait. */
		disable_irqs();
		if (interrupts == before)
			wait_for_interrupt();
		enable_irqs();
		isb();
	}
	printk("net-demo: %llu interrupts, %llu ARP, %llu ping, %llu reflected, %llu bad, %llu full\n",
	       interrupts, arps, pings, reflected, bad, full);
	ivshmem_set_state(&dev, VETH_RESET);
	comm_shut_down();
}
