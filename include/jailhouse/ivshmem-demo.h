/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the two programs called ivshmem-demo say to each other, the inmate and
 * the one for Linux; the logic of both is here. An example of how to use a channel:
 * each peer writes into its own output section alone, and believes nothing that it
 * reads in those of others.
 *
 * A message has a number, a text and a target. Its sender rings the target, which
 * answers by putting the number where the sender looks for it, and rings back:
 * that is a round trip.
 */
#pragma once

#include <jailhouse/ivshmem.h>
#include <jailhouse/types.h>

/** The state of a peer that answers. */
#define IVSHMEM_DEMO_READY 1
#define IVSHMEM_DEMO_TEXT  96

/** At the start of each output section. */
struct ivshmem_demo_section {
	/** Number of the message; written last. */
	__u32 sequence;
	__u32 target;
	/** Bytes of text. */
	__u32 length;
	__u32 reserved;
	char text[IVSHMEM_DEMO_TEXT];
	/** For each peer: the number of its last message that was read. */
	__u32 answered[IVSHMEM_MAX_PEERS];
};

/** A peer of the demo. The caller fills in the first part. */
struct ivshmem_demo {
	volatile __u32 *registers;
	const volatile __u32 *states;
	const volatile char *inputs;
	volatile struct ivshmem_demo_section *own;
	__u64 output_size;
	__u32 id, peers;
	/** printf() or the like. */
	void (*print)(const char *format, ...) __attribute__((format(printf, 1, 2)));

	__u32 known_state[IVSHMEM_MAX_PEERS];
	__u32 read[IVSHMEM_MAX_PEERS];
	__u32 sequence, waiting_for;
	__u64 sent_at;
	/** Round trips, in the caller's unit of time. */
	__u64 trips, shortest, longest, sum;
	/** Messages read. */
	__u64 messages;
};

static inline const volatile struct ivshmem_demo_section *
ivshmem_demo_input(const struct ivshmem_demo *d, __u32 peer)
{
	return (const volatile void *)(d->inputs + peer * d->output_size);
}

static inline void ivshmem_demo_ring(const struct ivshmem_demo *d, __u32 peer)
{
	d->registers[IVSHMEM_REG_DOORBELL / 4] = IVSHMEM_DOORBELL(peer, 0);
}

/** Begin: a fresh peer. */
static inline void ivshmem_demo_begin(struct ivshmem_demo *d)
{
	d->own->sequence = 0;
	for (__u32 n = 0; n < IVSHMEM_MAX_PEERS; n++)
		d->own->answered[n] = 0;
	d->shortest = ~0ULL;
	d->registers[IVSHMEM_REG_STATE / 4] = IVSHMEM_DEMO_READY;
}

/** Send the next message to a peer. */
static inline void ivshmem_demo_send(struct ivshmem_demo *d, __u32 target, const char *text,
				     __u64 now)
{
	__u32 length = 0;

	for (; length < IVSHMEM_DEMO_TEXT && text[length]; length++)
		d->own->text[length] = text[length];
	d->own->length = length;
	d->own->target = target;
	/* What the target answered to an earlier life of this peer is no answer. */
	if (ivshmem_demo_input(d, target)->answered[d->id] == d->sequence + 1)
		d->sequence++;
	d->waiting_for = target + 1;
	d->sent_at = now;
	__atomic_store_n(&d->own->sequence, ++d->sequence, __ATOMIC_RELEASE);
	ivshmem_demo_ring(d, target);
}

/* A text of a peer: cut, and without what a terminal would obey. */
static inline void ivshmem_demo_show(struct ivshmem_demo *d, __u32 peer,
				     const volatile struct ivshmem_demo_section *in)
{
	char text[IVSHMEM_DEMO_TEXT + 1];
	__u32 length = in->length;

	if (length > IVSHMEM_DEMO_TEXT)
		length = IVSHMEM_DEMO_TEXT;
	for (__u32 n = 0; n < length; n++) {
		char c = in->text[n];

		text[n] = c >= ' ' && c <= '~' ? c : '.';
	}
	text[length] = 0;
	d->print("peer %u says: %s\n", peer, text);
}

static inline void ivshmem_demo_state(struct ivshmem_demo *d, __u32 peer)
{
	__u32 state = d->states[peer];

	if (state == d->known_state[peer])
		return;
	d->print("peer %u: state %u -> %u\n", peer, d->known_state[peer], state);
	d->known_state[peer] = state;
	/* A fresh peer begins from 1 again. */
	d->read[peer] = 0;
	if (d->waiting_for == peer + 1)
		d->waiting_for = 0;
}

/** After an interrupt: look at all peers. `verbose`: print messages. True if the
 *  round trip that was under way has ended. */
static inline bool ivshmem_demo_look(struct ivshmem_demo *d, __u64 now, bool verbose)
{
	bool ended = false;

	for (__u32 peer = 0; peer < d->peers; peer++) {
		const volatile struct ivshmem_demo_section *in = ivshmem_demo_input(d, peer);
		__u32 sequence;

		if (peer == d->id)
			continue;
		ivshmem_demo_state(d, peer);
		if (d->known_state[peer] != IVSHMEM_DEMO_READY)
			continue;
		sequence = __atomic_load_n(&in->sequence, __ATOMIC_ACQUIRE);
		if (sequence != d->read[peer] && sequence && in->target == d->id) {
			if (verbose)
				ivshmem_demo_show(d, peer, in);
			d->read[peer] = sequence;
			d->messages++;
			__atomic_store_n(&d->own->answered[peer], sequence, __ATOMIC_RELEASE);
			ivshmem_demo_ring(d, peer);
		}
		if (d->waiting_for == peer + 1 &&
		    __atomic_load_n(&in->answered[d->id], __ATOMIC_ACQUIRE) == d->sequence) {
			__u64 trip = now - d->sent_at;

			d->waiting_for = 0;
			d->trips++;
			d->sum += trip;
			d->shortest = trip < d->shortest ? trip : d->shortest;
			d->longest = trip > d->longest ? trip : d->longest;
			ended = true;
		}
	}
	return ended;
}
