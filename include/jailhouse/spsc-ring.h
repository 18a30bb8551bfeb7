/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A ring of messages from one producer to one consumer, over the output sections
 * of two ivshmem peers. For inmates, RTOS code and user space of Linux; needs
 * nothing but a C compiler with __atomic.
 *
 * Each side writes into its own section alone: the producer its head and the slots,
 * the consumer its tail. Every operation is wait-free: a fixed number of
 * instructions beside the copy, whatever the other side does.
 *
 * The other side is not trusted. The geometry is agreed beforehand and never read
 * from memory. Of what the other side writes, an index is read once and checked for
 * its range, a length is cut to the slot, and the slots are read at computed places
 * only: a peer that lies loses or garbles its own messages, and nothing else.
 *
 * A side that restarts begins a new generation (spsc_producer_init(),
 * spsc_consumer_init()); the other one notices, and no message of the old life is
 * delivered in the new one. While generations differ, nothing is sent or received.
 *
 * Head and tail are counters of messages that run freely over 32 bits; the slot is
 * the counter modulo the number of slots, a power of two. Documentation:
 * Documentation/spsc-ring.md.
 */
#pragma once

#include <jailhouse/types.h>

#define SPSC_CACHE_LINE 64

/** In the producer's section, at its start; slots follow. A line of its own: only
 *  the producer writes it, only the consumer reads it. */
struct spsc_ring {
	/** Never 0 once initialised; changes with each start of the producer. */
	__u32 generation;
	/** Messages sent in this generation; written after the slot. */
	__u32 head;
	/** The generation of the consumer that this is meant for. */
	__u32 peer_generation;
	__u32 reserved[SPSC_CACHE_LINE / 4 - 3];
} __attribute__((aligned(SPSC_CACHE_LINE)));

/** In the consumer's section: a line that only the consumer writes. */
struct spsc_tail {
	/** Never 0 once initialised; changes with each start of the consumer. */
	__u32 generation;
	/** Messages received; written after the slot was read. */
	__u32 tail;
	/** The generation of the producer that `tail` is about. */
	__u32 peer_generation;
	__u32 reserved[SPSC_CACHE_LINE / 4 - 3];
} __attribute__((aligned(SPSC_CACHE_LINE)));

/** The start of each slot; the message follows. */
struct spsc_slot {
	__u32 length;
	__u32 reserved;
};

/** What a side keeps to itself, in memory of its own. */
struct spsc_end {
	struct spsc_ring *ring;
	struct spsc_tail *tail;
	/** Slots minus 1, bytes of a slot with its header. */
	__u32 mask, stride;
	/** Generation of this side, and of the other as it was met last. */
	__u32 generation, peer_generation;
	/** Head and tail: the own one, and the other's as it was read last. */
	__u32 own, other;
};

/** Bytes that a ring takes in the producer's section; the consumer needs
 *  sizeof(struct spsc_tail). */
static inline __u64 spsc_size(__u32 slots, __u32 bytes)
{
	__u64 stride = (sizeof(struct spsc_slot) + bytes + SPSC_CACHE_LINE - 1) &
		       ~(__u64)(SPSC_CACHE_LINE - 1);

	return sizeof(struct spsc_ring) + slots * stride;
}

/* False if the geometry is none: slots a power of two up to 2^20, messages up to
 * 1 MiB. */
static inline bool spsc_geometry(struct spsc_end *end, __u32 slots, __u32 bytes)
{
	if (!slots || (slots & (slots - 1)) || slots > 1u << 20 || !bytes || bytes > 1u << 20)
		return false;
	end->mask = slots - 1;
	end->stride = (__u32)((spsc_size(1, bytes) - sizeof(struct spsc_ring)));
	end->own = 0;
	end->other = 0;
	end->peer_generation = 0;
	return true;
}

static inline struct spsc_slot *spsc_slot(const struct spsc_end *end, __u32 n)
{
	return (struct spsc_slot *)((char *)(end->ring + 1) + (__u64)(n & end->mask) * end->stride);
}

/** Bytes that a message may have. */
static inline __u32 spsc_max(const struct spsc_end *end)
{
	return end->stride - (__u32)sizeof(struct spsc_slot);
}

/* Generations go forwards, and are never 0: what the other side remembers is not
 * met again. */
static inline __u32 spsc_next_generation(__u32 old)
{
	return old + 1 ? old + 1 : 1;
}

static inline __u32 spsc_first_generation(const __u32 *left, __u32 seed)
{
	return spsc_next_generation(__atomic_load_n(left, __ATOMIC_RELAXED) + (seed & 0xffffff));
}

/**
 * Begin as the producer: `ring` in the own output section, spsc_size() bytes; `tail`
 * in the consumer's. Both begin with a cache line. `seed`: a number that is most
 * likely not that of the last start, such as a timer's. It matters where the memory
 * was wiped in between; else 0 will do. False: wrong geometry.
 */
static inline bool spsc_producer_init(struct spsc_end *end, void *ring, const void *tail,
				      __u32 slots, __u32 bytes, __u32 seed)
{
	struct spsc_ring *r = (struct spsc_ring *)ring;

	if (!spsc_geometry(end, slots, bytes))
		return false;
	end->ring = r;
	end->tail = (struct spsc_tail *)(unsigned long)tail;
	end->generation = spsc_first_generation(&r->generation, seed);
	/* Meant for nobody, until the consumer's generation is known. */
	__atomic_store_n(&r->peer_generation, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&r->head, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&r->generation, end->generation, __ATOMIC_RELEASE);
	return true;
}

/** Begin as the consumer: `ring` in the producer's section, `tail` in the own one. */
static inline bool spsc_consumer_init(struct spsc_end *end, const void *ring, void *tail,
				      __u32 slots, __u32 bytes, __u32 seed)
{
	struct spsc_tail *t = (struct spsc_tail *)tail;

	if (!spsc_geometry(end, slots, bytes))
		return false;
	end->ring = (struct spsc_ring *)(unsigned long)ring;
	end->tail = t;
	end->generation = spsc_first_generation(&t->generation, seed);
	__atomic_store_n(&t->peer_generation, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&t->tail, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&t->generation, end->generation, __ATOMIC_RELEASE);
	return true;
}

/*
 * The handshake, of both sides: meet a new generation of the other, then wait until
 * it has met ours. The producer's numbers begin anew with a pair of generations;
 * the consumer acknowledges a producer's generation only when it has begun anew,
 * too, and the producer sends only after that.
 */

/* Producer: true if the consumer has met this generation. */
static inline bool spsc_producer_ready(struct spsc_end *end)
{
	__u32 peer = __atomic_load_n(&end->tail->generation, __ATOMIC_ACQUIRE);

	if (peer != end->peer_generation) {
		/* A fresh consumer: a fresh generation of ours, so that it cannot take
		 * what was sent to the one before for its own. */
		end->generation = spsc_next_generation(end->generation);
		end->own = 0;
		end->other = 0;
		end->peer_generation = peer;
		__atomic_store_n(&end->ring->peer_generation, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&end->ring->head, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&end->ring->generation, end->generation, __ATOMIC_RELEASE);
		__atomic_store_n(&end->ring->peer_generation, peer, __ATOMIC_RELEASE);
	}
	return peer &&
	       __atomic_load_n(&end->tail->peer_generation, __ATOMIC_ACQUIRE) == end->generation;
}

/* Consumer: true if what the producer sends is meant for this generation. */
static inline bool spsc_consumer_ready(struct spsc_end *end)
{
	__u32 peer = __atomic_load_n(&end->ring->generation, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&end->ring->peer_generation, __ATOMIC_ACQUIRE) != end->generation ||
	    !peer)
		return false;
	if (peer != end->peer_generation) {
		end->own = 0;
		end->other = 0;
		end->peer_generation = peer;
		__atomic_store_n(&end->tail->tail, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&end->tail->peer_generation, peer, __ATOMIC_RELEASE);
	}
	return true;
}

/**
 * Producer: the place for the next message, of spsc_max() bytes; NULL if the ring is
 * full or the consumer is not there. Then spsc_commit().
 */
static inline void *spsc_reserve(struct spsc_end *end)
{
	if (!spsc_producer_ready(end))
		return (void *)0;
	if (end->own - end->other > end->mask) {
		__u32 tail = __atomic_load_n(&end->tail->tail, __ATOMIC_ACQUIRE);

		/* Only forwards, and not beyond what was sent. */
		if (tail - end->other > end->own - end->other)
			return (void *)0;
		end->other = tail;
		if (end->own - end->other > end->mask)
			return (void *)0;
	}
	return spsc_slot(end, end->own) + 1;
}

/** Producer: send what lies in the reserved place. */
static inline void spsc_commit(struct spsc_end *end, __u32 length)
{
	spsc_slot(end, end->own)->length = length;
	end->own++;
	__atomic_store_n(&end->ring->head, end->own, __ATOMIC_RELEASE);
}

/**
 * Consumer: the next message in place, NULL if there is none. The producer can
 * change it at any time: use spsc_receive() unless that does not matter. Then
 * spsc_release().
 */
static inline const void *spsc_peek(struct spsc_end *end, __u32 *length)
{
	const struct spsc_slot *slot;
	__u32 n;

	if (!spsc_consumer_ready(end))
		return (void *)0;
	if (end->own == end->other) {
		__u32 head = __atomic_load_n(&end->ring->head, __ATOMIC_ACQUIRE);

		/* No more than the ring holds. */
		if (head - end->own > end->mask + 1)
			return (void *)0;
		end->other = head;
		if (end->own == head)
			return (void *)0;
		/* Between the two reads the producer may have begun anew: then this
		 * head is of a generation that has not been met. */
		if (__atomic_load_n(&end->ring->generation, __ATOMIC_ACQUIRE) !=
		    end->peer_generation) {
			end->other = end->own;
			return (void *)0;
		}
	}
	slot = spsc_slot(end, end->own);
	n = __atomic_load_n(&slot->length, __ATOMIC_RELAXED);
	*length = n < spsc_max(end) ? n : spsc_max(end);
	return slot + 1;
}

/** Consumer: done with the message that spsc_peek() gave. */
static inline void spsc_release(struct spsc_end *end)
{
	end->own++;
	__atomic_store_n(&end->tail->tail, end->own, __ATOMIC_RELEASE);
}

/** Send a copy. False if the ring is full, the consumer is not there, or the message
 *  is too long. */
static inline bool spsc_send(struct spsc_end *end, const void *message, __u32 length)
{
	void *place = length <= spsc_max(end) ? spsc_reserve(end) : (void *)0;

	if (!place)
		return false;
	__builtin_memcpy(place, message, length);
	spsc_commit(end, length);
	return true;
}

/** Receive a copy, cut to `size`. Returns its length, or -1 if there is none. */
static inline long spsc_receive(struct spsc_end *end, void *message, __u32 size)
{
	__u32 length;
	const void *place = spsc_peek(end, &length);

	if (!place)
		return -1;
	if (length > size)
		length = size;
	__builtin_memcpy(message, place, length);
	spsc_release(end);
	return (long)length;
}
