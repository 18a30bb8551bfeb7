// SPDX-License-Identifier: GPL-2.0
/*
 * The message ring: order, limits, restarts of either side at any step, a peer that
 * lies, and two threads. Built once with ASan and UBSan, once with TSan.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jailhouse/spsc-ring.h>

#define SLOTS       4
#define BYTES       100
#define ROUND_TRIPS 200000

/* The two sections, nothing behind them: ASan sees every step beyond. */
static void *ring_memory;
static struct spsc_tail *tail_memory;
static struct spsc_end tx, rx;
static uint32_t seed;

static uint32_t next_seed(void)
{
	return ++seed * 2654435761u;
}

static void start_producer(void)
{
	assert_true(spsc_producer_init(&tx, ring_memory, tail_memory, SLOTS, BYTES, next_seed()));
}

static void start_consumer(void)
{
	assert_true(spsc_consumer_init(&rx, ring_memory, tail_memory, SLOTS, BYTES, next_seed()));
}

static int setup(void **state)
{
	(void)state;
	ring_memory = aligned_alloc(SPSC_CACHE_LINE, spsc_size(SLOTS, BYTES));
	tail_memory = aligned_alloc(SPSC_CACHE_LINE, sizeof(*tail_memory));
	memset(ring_memory, 0, spsc_size(SLOTS, BYTES));
	memset(tail_memory, 0, sizeof(*tail_memory));
	start_producer();
	start_consumer();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(ring_memory);
	free(tail_memory);
	return 0;
}

static bool send(uint32_t value)
{
	return spsc_send(&tx, &value, sizeof(value));
}

/* The message, or -1. */
static int64_t receive(void)
{
	uint32_t value = 0;
	long length = spsc_receive(&rx, &value, sizeof(value));

	if (length < 0)
		return -1;
	assert_int_equal(length, sizeof(value));
	return value;
}

/* Each side looks at the other until both have met. */
static void meet(void)
{
	for (int n = 0; n < 4; n++) {
		spsc_producer_ready(&tx);
		spsc_consumer_ready(&rx);
	}
	assert_true(spsc_producer_ready(&tx) && spsc_consumer_ready(&rx));
}

static void test_geometry(void **state)
{
	static const uint32_t bad[][2] = {
		{ 0, 8 },          { 3, 8 }, { 1u << 21, 8 }, { 4, 0 }, { 4, (1u << 20) + 1 },
		{ 0x80000000u, 8 }
	};
	struct spsc_end end;

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		assert_false(spsc_producer_init(&end, ring_memory, tail_memory, bad[n][0],
						bad[n][1], 1));
		assert_false(spsc_consumer_init(&end, ring_memory, tail_memory, bad[n][0],
						bad[n][1], 1));
	}
	assert_int_equal(spsc_size(SLOTS, BYTES), 64 + SLOTS * 128);
	assert_int_equal(spsc_size(1, 56), 64 + 64);
	assert_int_equal(spsc_max(&tx), 120);
	assert_int_equal(sizeof(struct spsc_ring), SPSC_CACHE_LINE);
	assert_int_equal(sizeof(struct spsc_tail), SPSC_CACHE_LINE);
}

static void test_order_and_limits(void **state)
{
	uint32_t next = 0, expected = 0;

	(void)state;
	assert_false(send(1));
	meet();
	assert_int_equal(receive(), -1);
	for (int round = 0; round < 1000; round++) {
		uint32_t burst = (uint32_t)rand() % (SLOTS + 2);

		for (uint32_t n = 0; n < burst; n++) {
			bool room = next - expected < SLOTS;

			assert_int_equal(send(next), room);
			next += room;
		}
		burst = (uint32_t)rand() % (SLOTS + 2);
		for (uint32_t n = 0; n < burst; n++) {
			int64_t got = receive();

			assert_int_equal(got, next == expected ? -1 : (int64_t)expected);
			expected += got >= 0;
		}
	}
}

static void test_lengths(void **state)
{
	char out[200], in[200];

	(void)state;
	meet();
	for (uint32_t length = 0; length <= spsc_max(&tx); length++) {
		memset(out, (int)length, sizeof(out));
		assert_true(spsc_send(&tx, out, length));
		memset(in, 0, sizeof(in));
		assert_int_equal(spsc_receive(&rx, in, sizeof(in)), length);
		assert_memory_equal(in, out, length);
	}
	assert_false(spsc_send(&tx, out, spsc_max(&tx) + 1));
	/* Cut to the receiver's buffer. */
	assert_true(spsc_send(&tx, out, 100));
	assert_int_equal(spsc_receive(&rx, in, 10), 10);
	assert_int_equal(receive(), -1);
}

static void test_counters_wrap(void **state)
{
	struct spsc_ring *ring = ring_memory;

	(void)state;
	meet();
	tx.own = tx.other = rx.own = rx.other = ring->head = tail_memory->tail = 0xfffffffe;
	for (uint32_t n = 0; n < 3 * SLOTS; n++) {
		assert_true(send(n));
		assert_true(send(n + 1));
		assert_int_equal(receive(), n);
		assert_int_equal(receive(), n + 1);
	}
}

/* A fresh peer: what was under way is gone, and the link comes back. */
static void test_restarts(void **state)
{
	(void)state;
	meet();
	assert_true(send(1));
	assert_true(send(2));
	start_consumer();
	assert_int_equal(receive(), -1);
	assert_false(send(3));
	meet();
	assert_int_equal(receive(), -1);
	assert_true(send(4));
	assert_int_equal(receive(), 4);

	assert_true(send(5));
	start_producer();
	assert_int_equal(receive(), -1);
	meet();
	assert_int_equal(receive(), -1);
	assert_true(send(6));
	assert_int_equal(receive(), 6);

	/* Its memory was wiped, too. */
	for (uint32_t n = 0; n < 3; n++)
		assert_true(send(n));
	memset(ring_memory, 0, spsc_size(SLOTS, BYTES));
	assert_int_equal(receive(), -1);
	start_producer();
	meet();
	assert_true(send(7));
	assert_int_equal(receive(), 7);
	memset(tail_memory, 0, sizeof(*tail_memory));
	start_consumer();
	meet();
	assert_true(send(8));
	assert_int_equal(receive(), 8);
}

/* Restarts at random points of random traffic: nothing old, nothing twice, nothing
 * out of order, and always a link in the end. */
static void test_random_restarts(void **state)
{
	uint32_t next = 1, last = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		int64_t got;

		switch (rand() % 64) {
		case 0:
			start_producer();
			break;
		case 1:
			start_consumer();
			/* What was sent before is of its earlier life. */
			last = next - 1;
			break;
		default:
			if (rand() % 2) {
				next += send(next);
			} else {
				got = receive();
				if (got >= 0) {
					assert_true((uint32_t)got > last && (uint32_t)got < next);
					last = (uint32_t)got;
				}
			}
		}
	}
	meet();
	while (receive() >= 0)
		;
	assert_true(send(next));
	assert_int_equal(receive(), next);
}

/* Whatever the other side writes: nothing beyond the section, and no wait. */
static void test_hostile_producer(void **state)
{
	struct spsc_ring *ring = ring_memory;
	char in[BYTES];
	uint32_t length;

	(void)state;
	meet();
	for (int round = 0; round < 100000; round++) {
		for (int n = rand() % 4; n >= 0; n--)
			((uint32_t *)ring_memory)[(uint32_t)rand() % (spsc_size(SLOTS, BYTES) / 4)] =
				(uint32_t)rand() * 2654435761u;
		if (rand() % 2) {
			ring->generation = rx.peer_generation;
			ring->peer_generation = rx.generation;
		}
		if (rand() % 2)
			ring->head = rx.own + (uint32_t)rand() % 8;
		assert_true(spsc_receive(&rx, in, sizeof(in)) <= (long)sizeof(in));
		if (spsc_peek(&rx, &length))
			assert_true(length <= spsc_max(&rx));
	}
	start_producer();
	meet();
	assert_true(send(1));
	assert_int_equal(receive(), 1);
}

static void test_hostile_consumer(void **state)
{
	(void)state;
	meet();
	for (int round = 0; round < 100000; round++) {
		((uint32_t *)tail_memory)[(uint32_t)rand() % 3] = (uint32_t)rand() * 2654435761u;
		if (rand() % 2) {
			tail_memory->generation = tx.peer_generation;
			tail_memory->peer_generation = tx.generation;
		}
		if (rand() % 2)
			tail_memory->tail = tx.own + (uint32_t)rand() % 16 - 8;
		send((uint32_t)round);
		/* Never more under way than there are slots. */
		assert_true(tx.own - tx.other <= SLOTS);
	}
	start_consumer();
	meet();
	assert_true(send(1));
	assert_int_equal(receive(), 1);
}

static void *produce(void *unused)
{
	for (uint32_t n = 0; n < ROUND_TRIPS;)
		n += send(n);
	return unused;
}

static void test_threads(void **state)
{
	pthread_t producer;
	uint32_t words[BYTES / 4], n = 0;

	(void)state;
	pthread_create(&producer, NULL, produce, NULL);
	while (n < ROUND_TRIPS) {
		if (spsc_receive(&rx, words, sizeof(words)) < 0)
			continue;
		assert_int_equal(words[0], n);
		n++;
	}
	pthread_join(producer, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(geometry),         TEST(order_and_limits), TEST(lengths),
		TEST(counters_wrap),    TEST(restarts),         TEST(random_restarts),
		TEST(hostile_producer), TEST(hostile_consumer), TEST(threads),
	};
	const char *given = getenv("TEST_SEED");
	unsigned int random_seed = given ? (unsigned int)strtoul(given, NULL, 0) :
					   (unsigned int)time(NULL);

	printf("TEST_SEED=%u\n", random_seed);
	srand(random_seed);
	return cmocka_run_group_tests_name("spsc_ring", tests, NULL, NULL);
}
