/* SPDX-License-Identifier: GPL-2.0 */
/*
 * include/jailhouse/spsc-ring.h for spin: one producer, one consumer, each of which
 * may restart at any point between two operations.
 *
 * Memory: each side has a FIFO store buffer, so that its stores become visible
 * late, and its loads run ahead of them, as release and acquire allow. Every load
 * and store is a step of its own. What a release or acquire orders is the order of
 * the statements here; the mutants take one such order away:
 *
 *	WEAK_HEAD	the head becomes visible before the message
 *	WEAK_TAIL	the slot is given back before the message was read
 *	WEAK_GENERATION	the producer's generation becomes visible before its head
 *
 * Asserted: each message that arrives was sent, after all that arrived before, and
 * after the consumer's last restart; between two restarts none is lost.
 */
#ifndef MESSAGES
#define MESSAGES 4
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif
#define SLOTS 2

mtype:cell = { GEN_P, HEAD, PEER_P, SLOT_0, SLOT_1, GEN_C, TAIL, PEER_C };

byte memory[9];
chan stores_p = [3] of { byte, byte };
chan stores_c = [3] of { byte, byte };

/* The number of the next message, for all lives of the producer. */
byte next = 1;
byte lives = 0;

#define SLOT(n)     (SLOT_0 - ((n) % SLOTS))
#define LOAD(x, at) x = memory[at]

proctype drain(chan stores)
{
	byte at, value;
end:
	do
	:: atomic { stores?at, value -> memory[at] = value }
	od
}

proctype producer()
{
	byte own, other, generation, peer, seen, restarts;

begin:
	empty(stores_p);
	atomic { generation = memory[GEN_P] + 1; own = 0; other = 0; peer = 0; lives++ }
	stores_p!PEER_P, 0;
	stores_p!HEAD, 0;
	stores_p!GEN_P, generation;
	do
	:: atomic { restarts < RESTARTS -> restarts++ }; goto begin
	:: next <= MESSAGES ->
		LOAD(seen, GEN_C);
		if
		:: seen != peer ->
			atomic { generation++; own = 0; other = 0; peer = seen; lives++ }
			stores_p!PEER_P, 0;
#ifdef WEAK_GENERATION
			stores_p!GEN_P, generation;
			stores_p!PEER_P, peer;
			stores_p!HEAD, 0
#else
			stores_p!HEAD, 0;
			stores_p!GEN_P, generation;
			stores_p!PEER_P, peer
#endif
		:: else
		fi;
		LOAD(seen, PEER_C);
		if
		:: peer != 0 && seen == generation ->
			if
			:: own - other >= SLOTS ->
				LOAD(seen, TAIL);
				if
				:: seen >= other && seen <= own -> other = seen
				:: else
				fi
			:: else
			fi;
			if
			:: own - other < SLOTS ->
				own++;
#ifdef WEAK_HEAD
				stores_p!HEAD, own;
				atomic { stores_p!SLOT(own - 1), next; next++ }
#else
				atomic { stores_p!SLOT(own - 1), next; next++ }
				stores_p!HEAD, own
#endif
			:: else
			fi
		:: else
		fi
	:: next > MESSAGES -> break
	od
}

proctype consumer()
{
	byte own, other, generation, peer, seen, value, restarts, last, life;

begin:
	empty(stores_c);
	atomic {
		generation = memory[GEN_C] + 1;
		own = 0; other = 0; peer = 0; last = next - 1; life = 0
	}
	stores_c!PEER_C, 0;
	stores_c!TAIL, 0;
	stores_c!GEN_C, generation;
end:
	do
	:: atomic { restarts < RESTARTS -> restarts++ }; goto begin
	:: true ->
		LOAD(seen, GEN_P);
		LOAD(value, PEER_P);
		if
		:: value != generation || seen == 0 -> goto end
		:: else
		fi;
		if
		:: seen != peer ->
			atomic { own = 0; other = 0; peer = seen }
			stores_c!TAIL, 0;
			stores_c!PEER_C, peer
		:: else
		fi;
		if
		:: own == other ->
			LOAD(seen, HEAD);
			if
			:: seen < own || seen - own > SLOTS || seen == own -> goto end
			:: else -> other = seen
			fi;
			LOAD(seen, GEN_P);
			if
			:: seen != peer -> other = own; goto end
			:: else
			fi
		:: else
		fi;
#ifdef WEAK_TAIL
		stores_c!TAIL, own + 1;
#endif
		LOAD(value, SLOT(own));
		atomic {
			assert(value > last && value < next);
			/* Of the same generation: the one before was received. */
			assert(life != peer || value == last + 1);
			life = peer;
			last = value;
			own++
		}
#ifndef WEAK_TAIL
		stores_c!TAIL, own
#endif
	od
}

init {
	atomic {
		run drain(stores_p);
		run drain(stores_c);
		run producer();
		run consumer()
	}
}
