/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Ethernet over an ivshmem channel of two peers (protocol VETH): the queues, and the
 * states by which the peers agree that they are there. For the driver of Linux and
 * for inmates; needs nothing but a C compiler with __atomic, little-endian.
 *
 * Each peer sends from its own output section. At its start is a split virtqueue
 * (Virtio 1.1, 2.6) without indirect descriptors and features, aligned to 64 bytes;
 * behind it are the frames. A descriptor's address is an offset in the section. The
 * used ring that lies in a section is that of the *other* direction, because each
 * peer writes its own section alone.
 *
 * The other peer is not trusted: its indices are read once and compared with what
 * is under way, offsets and lengths must lie behind the queue. What is wrong costs
 * the frame that it belongs to.
 */
#pragma once

#include <jailhouse/types.h>

#define VETH_ALIGN     64
#define VETH_MAX_SLOTS 4096
/** Ethernet header, and a VLAN tag. */
#define VETH_HEADER    18

/** States, in the channel's state table. */
#define VETH_RESET 0 /**< nothing is promised */
#define VETH_INIT  1 /**< the section is about to be set up */
#define VETH_READY 2 /**< the section is set up */
#define VETH_RUN   3 /**< frames are sent and received */

struct veth_desc {
	__u64 address;
	__u32 length;
	__u16 flags;
	__u16 next;
};

/** Followed by ring[slots], and the used index at which its owner wants a doorbell. */
struct veth_avail {
	__u16 flags;
	__u16 index;
	__u16 ring[];
};

struct veth_used_element {
	__u32 id;
	__u32 length;
};

/** Followed by the available index at which its owner wants a doorbell. */
struct veth_used {
	__u16 flags;
	__u16 index;
	struct veth_used_element ring[];
};

struct veth_queue {
	struct veth_desc *desc;
	struct veth_avail *avail;
	struct veth_used *used;
};

/** A peer. */
struct veth {
	char *own;
	const char *other;
	__u32 section;
	/** Slots of a queue, a power of two; where frames begin. */
	__u32 slots, data;
	/** What this peer sends; what it receives. */
	struct veth_queue tx, rx;
	/** Frames sent, and of them taken back; received. */
	__u16 sent, returned, received;
	/** Where the next frame goes, and the oldest one under way ends, counted from
	 *  `data`. */
	__u32 head, tail;
	/** End of the frame in each slot. */
	__u32 *ends;
};

static inline __u32 veth_used_offset(__u32 slots)
{
	__u32 end = slots * (__u32)sizeof(struct veth_desc) + 2 * (3 + slots);

	return (end + VETH_ALIGN - 1) & ~(VETH_ALIGN - 1u);
}

static inline __u32 veth_queue_size(__u32 slots)
{
	return veth_used_offset(slots) + 6 + slots * (__u32)sizeof(struct veth_used_element);
}

/** The largest queue that takes less than an eighth of the section; 0: too small. */
static inline __u32 veth_slots(__u64 section)
{
	__u32 slots = VETH_MAX_SLOTS;

	while (slots > 1 && veth_queue_size(slots) >= section / 8)
		slots /= 2;
	return slots > 1 ? slots : 0;
}

/** Bytes of the longest frame; there is room for at least one. */
static inline __u32 veth_max_frame(const struct veth *v)
{
	return v->section - v->data;
}

static inline struct veth_queue veth_queue_at(char *section, __u32 slots)
{
	struct veth_queue q;

	q.desc = (struct veth_desc *)section;
	q.avail = (struct veth_avail *)(section + slots * sizeof(struct veth_desc));
	q.used = (struct veth_used *)(section + veth_used_offset(slots));
	return q;
}

/** Where everything is. `ends` has room for veth_slots() words. False: the sections
 *  are too small. */
static inline bool veth_layout(struct veth *v, void *own, const void *other, __u64 section,
			       __u32 *ends)
{
	struct veth_used *used;

	v->slots = section >> 32 ? 0 : veth_slots(section);
	if (!v->slots)
		return false;
	v->own = (char *)own;
	v->other = (const char *)other;
	v->section = (__u32)section;
	v->data = (veth_queue_size(v->slots) + VETH_ALIGN - 1) & ~(VETH_ALIGN - 1u);
	v->tx = veth_queue_at(v->own, v->slots);
	v->rx = veth_queue_at((char *)(unsigned long)other, v->slots);
	used = v->tx.used;
	v->tx.used = v->rx.used;
	v->rx.used = used;
	v->ends = ends;
	return true;
}

/* The words behind the rings. */
static inline __u16 *veth_used_event(const struct veth *v)
{
	return &v->tx.avail->ring[v->slots];
}

static inline __u16 *veth_avail_event(const struct veth *v)
{
	return (__u16 *)&v->rx.used->ring[v->slots];
}

/** Set up the own section, on the way from VETH_INIT to VETH_READY. */
static inline void veth_begin(struct veth *v)
{
	for (__u32 n = 0; n < v->data / 4; n++)
		((volatile __u32 *)v->own)[n] = 0;
	v->sent = v->returned = v->received = 0;
	v->head = v->tail = 0;
}

/* --- sending --- */

/** Take back frames that the other peer has received; how many. */
static inline __u32 veth_reclaim(struct veth *v)
{
	__u16 index = __atomic_load_n(&v->tx.used->index, __ATOMIC_ACQUIRE);
	__u16 count = (__u16)(index - v->returned);

	/* More than was sent: nonsense. */
	if (count > (__u16)(v->sent - v->returned))
		return 0;
	if (count)
		v->tail = v->ends[(__u16)(index - 1) & (v->slots - 1)];
	v->returned = index;
	if (v->returned == v->sent)
		v->head = v->tail = 0;
	__atomic_store_n(veth_used_event(v), v->returned, __ATOMIC_RELAXED);
	return count;
}

/* Where a frame of so many bytes can begin; veth_max_frame() + 1: nowhere. */
static inline __u32 veth_find_room(const struct veth *v, __u32 bytes)
{
	__u32 size = veth_max_frame(v);

	if (bytes > size || (__u16)(v->sent - v->returned) >= v->slots)
		return size + 1;
	if (v->sent == v->returned || v->head > v->tail) {
		if (bytes <= size - v->head)
			return v->head;
		return bytes < v->tail ? 0 : size + 1;
	}
	return bytes < v->tail - v->head ? v->head : size + 1;
}

/** Could a frame be sent now? */
static inline bool veth_has_room(const struct veth *v, __u32 length)
{
	return veth_find_room(v, (length + VETH_ALIGN - 1) & ~(VETH_ALIGN - 1u)) <=
	       veth_max_frame(v);
}

/** The place for a frame, or NULL: full. Then veth_commit(). */
static inline void *veth_place(struct veth *v, __u32 length)
{
	__u32 bytes = (length + VETH_ALIGN - 1) & ~(VETH_ALIGN - 1u);
	__u32 at = length && length <= veth_max_frame(v) ? veth_find_room(v, bytes) :
							   veth_max_frame(v) + 1;
	struct veth_desc *desc = &v->tx.desc[v->sent & (v->slots - 1)];

	if (at > veth_max_frame(v))
		return (void *)0;
	desc->address = v->data + at;
	desc->length = length;
	desc->flags = 0;
	v->ends[v->sent & (v->slots - 1)] = at + bytes;
	return v->own + v->data + at;
}

/** Send what was put in place. Then ring. */
static inline void veth_commit(struct veth *v)
{
	__u16 slot = v->sent & (__u16)(v->slots - 1);

	v->head = v->ends[slot];
	v->tx.avail->ring[slot] = slot;
	v->sent++;
	__atomic_store_n(&v->tx.avail->index, v->sent, __ATOMIC_RELEASE);
}

/* --- receiving --- */

enum veth_rx {
	VETH_NOTHING, /**< no frame */
	VETH_FRAME, /**< a frame: use it, then veth_done() */
	VETH_BAD_FRAME, /**< a descriptor that lies: veth_done(), too */
	VETH_BAD_INDEX, /**< an index that lies: all frames up to it are lost */
};

/** Look for the next frame. It can change while it is looked at. */
static inline enum veth_rx veth_look(struct veth *v, const void **frame, __u32 *length)
{
	__u16 index = __atomic_load_n(&v->rx.avail->index, __ATOMIC_ACQUIRE), slot;
	const volatile struct veth_desc *desc;
	__u64 address;

	if (index == v->received)
		return VETH_NOTHING;
	if ((__u16)(index - v->received) > v->slots) {
		v->received = index;
		return VETH_BAD_INDEX;
	}
	slot = __atomic_load_n(&v->rx.avail->ring[v->received & (v->slots - 1)], __ATOMIC_RELAXED);
	if (slot >= v->slots)
		return VETH_BAD_FRAME;
	desc = &v->rx.desc[slot];
	address = desc->address;
	*length = desc->length;
	if (address < v->data || address >= v->section || !*length ||
	    *length > v->section - address)
		return VETH_BAD_FRAME;
	*frame = v->other + address;
	return VETH_FRAME;
}

/** Give a frame back. Ring when a number of them are done. */
static inline void veth_done(struct veth *v)
{
	__u16 at = v->received & (__u16)(v->slots - 1);
	__u16 slot = __atomic_load_n(&v->rx.avail->ring[at], __ATOMIC_RELAXED);

	v->rx.used->ring[at].id = slot;
	v->rx.used->ring[at].length = 1;
	v->received++;
	__atomic_store_n(&v->rx.used->index, v->received, __ATOMIC_RELEASE);
	__atomic_store_n(veth_avail_event(v), v->received, __ATOMIC_RELAXED);
}

/* --- states --- */

/**
 * The state to go to from `own`, given the peer's; `up`: frames are wanted. Call it
 * until nothing changes; when it leads to VETH_READY, veth_begin() comes before. A
 * peer that was restarted begins with VETH_RESET, and is not met before the other one
 * has gone there, too: so none can miss it.
 */
static inline __u32 veth_next_state(__u32 own, __u32 peer, bool up)
{
	switch (own) {
	case VETH_RESET:
		return peer < VETH_READY ? VETH_INIT : VETH_RESET;
	case VETH_INIT:
		return peer == VETH_RESET ? VETH_INIT : VETH_READY;
	case VETH_READY:
		if (peer == VETH_RESET)
			return VETH_RESET;
		return up && peer >= VETH_READY ? VETH_RUN : VETH_READY;
	case VETH_RUN:
		return up && peer >= VETH_READY ? VETH_RUN : VETH_RESET;
	default:
		return VETH_RESET;
	}
}
