// SPDX-License-Identifier: GPL-2.0
/*
 * Ethernet over ivshmem: the queues with honest and lying peers, and the states of
 * two peers in every order of events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jailhouse/ivshmem-net.h>

#define SECTION 0x2000u

/* Two sections with nothing behind them, and their peers. */
static char *sections[2];
static struct veth peers[2];
static uint32_t ends[2][VETH_MAX_SLOTS];

static int setup(void **state)
{
	(void)state;
	for (int n = 0; n < 2; n++)
		sections[n] = aligned_alloc(VETH_ALIGN, SECTION);
	for (int n = 0; n < 2; n++) {
		memset(sections[n], 0xa5, SECTION);
		assert_true(veth_layout(&peers[n], sections[n], sections[!n], SECTION, ends[n]));
		veth_begin(&peers[n]);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(sections[0]);
	free(sections[1]);
	return 0;
}

static void test_geometry(void **state)
{
	(void)state;
	/* What existing drivers have for the section of the usual size. */
	assert_int_equal(veth_slots(0x7f000), 2048);
	assert_int_equal(veth_slots(1 << 20), 4096);
	assert_int_equal(veth_slots(1ULL << 31), 4096);
	assert_int_equal(veth_slots(0), 0);
	assert_int_equal(veth_slots(100), 0);
	for (uint64_t size = 0; size < 0x20000; size += 64) {
		uint32_t slots = veth_slots(size);

		if (!slots)
			continue;
		assert_int_equal(slots & (slots - 1), 0);
		assert_true(veth_queue_size(slots) < size / 8);
		assert_true(slots == 4096 || veth_queue_size(2 * slots) >= size / 8);
	}
	assert_false(veth_layout(&peers[0], sections[0], sections[1], 64, ends[0]));
	assert_false(veth_layout(&peers[0], sections[0], sections[1], 1ULL << 32, ends[0]));
	assert_ptr_equal(peers[0].tx.used, peers[1].rx.used);
	assert_ptr_equal(peers[0].tx.desc, sections[0]);
	assert_ptr_equal(peers[0].rx.desc, sections[1]);
}

static bool send(struct veth *v, uint32_t length, uint8_t byte)
{
	void *place = veth_place(v, length);

	if (!place)
		return false;
	memset(place, byte, length);
	veth_commit(v);
	return true;
}

/* Frames of random lengths in random bursts arrive whole and in order; what is full
 * becomes free again. */
static void test_traffic(void **state)
{
	static uint32_t lengths[65536];
	uint32_t next = 0, expected = 0, full = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		const void *frame = NULL;
		uint32_t length = 0;

		if (rand() % 2) {
			uint32_t size = 1 + (uint32_t)rand() %
						    (rand() % 8 ? 200 : veth_max_frame(&peers[0]));

			veth_reclaim(&peers[0]);
			assert_true((uint16_t)(peers[0].sent - peers[0].returned) <=
				    peers[0].slots);
			if (send(&peers[0], size, (uint8_t)next))
				lengths[next++ % 65536] = size;
			else
				full++;
			continue;
		}
		if (veth_look(&peers[1], &frame, &length) == VETH_NOTHING) {
			assert_int_equal(next, expected);
			/* Everything was taken back: the longest fits. */
			veth_reclaim(&peers[0]);
			assert_true(veth_has_room(&peers[0], veth_max_frame(&peers[0])));
			continue;
		}
		assert_int_equal(length, lengths[expected % 65536]);
		for (uint32_t n = 0; n < length; n++)
			assert_int_equal(((const uint8_t *)frame)[n], (uint8_t)expected);
		expected++;
		veth_done(&peers[1]);
	}
	assert_true(full > 100 && expected > 10000);
}

static void test_lengths(void **state)
{
	(void)state;
	assert_null(veth_place(&peers[0], 0));
	assert_null(veth_place(&peers[0], veth_max_frame(&peers[0]) + 1));
	assert_null(veth_place(&peers[0], ~0u));
	assert_true(send(&peers[0], veth_max_frame(&peers[0]), 1));
	assert_null(veth_place(&peers[0], 1));
}

/* A sender that writes anything at all into its section. */
static void test_hostile_sender(void **state)
{
	uint32_t found[VETH_BAD_INDEX + 1] = { 0 };

	(void)state;
	for (int round = 0; round < 200000; round++) {
		const void *frame = NULL;
		uint32_t length = 0;
		enum veth_rx what;

		((uint16_t *)sections[0])[(uint32_t)rand() % (peers[0].data / 2)] =
			(uint16_t)rand();
		if (rand() % 2) {
			struct veth_desc *desc =
				&peers[0].tx.desc[(uint32_t)rand() % peers[0].slots];

			desc->address = (uint64_t)rand() % (SECTION + 64);
			desc->length = (uint32_t)rand() % (SECTION + 64);
			peers[0].tx.avail->ring[(uint32_t)rand() % peers[0].slots] =
				(uint16_t)((uint32_t)rand() % (peers[0].slots + 2));
		}
		peers[0].tx.avail->index =
			rand() % 8 ? (uint16_t)(peers[1].received + (uint32_t)rand() % 3) :
				     (uint16_t)rand();
		what = veth_look(&peers[1], &frame, &length);
		found[what]++;
		if (what == VETH_FRAME) {
			assert_true((const char *)frame >= sections[0] + peers[0].data);
			assert_true((const char *)frame + length <= sections[0] + SECTION);
			/* Under ASan. */
			for (uint32_t n = 0; n < length; n += 61)
				(void)((const volatile char *)frame)[n];
		}
		if (what == VETH_FRAME || what == VETH_BAD_FRAME)
			veth_done(&peers[1]);
	}
	for (int n = 0; n <= VETH_BAD_INDEX; n++)
		assert_true(found[n] > 100);
}

/* A receiver that gives back what it never got. */
static void test_hostile_receiver(void **state)
{
	(void)state;
	for (int round = 0; round < 200000; round++) {
		peers[0].tx.used->index = rand() % 2 ? (uint16_t)rand() :
						       (uint16_t)(peers[0].returned + rand() % 3);
		peers[0].tx.used->ring[(uint32_t)rand() % peers[0].slots].id = (uint32_t)rand();
		veth_reclaim(&peers[0]);
		assert_true((uint16_t)(peers[0].sent - peers[0].returned) <= peers[0].slots);
		send(&peers[0], 1 + (uint32_t)rand() % 1500, 0);
	}
}

/* --- states --- */

/* Two peers, what each sees of the other, whether it has set up its section since it
 * came to VETH_INIT, and its life, which the other remembers from its own set-up. */
struct world {
	uint8_t state[2];
	uint8_t life[2], met[2];
};

static struct world reached[100000];
static uint32_t num_reached;

static void reach(struct world w)
{
	for (uint32_t n = 0; n < num_reached; n++)
		if (memcmp(&reached[n], &w, sizeof(w)) == 0)
			return;
	assert_true(num_reached < 100000);
	reached[num_reached++] = w;
}

static struct world step(struct world w, int n, bool up)
{
	uint8_t next = (uint8_t)veth_next_state(w.state[n], w.state[!n], up);

	/* Here veth_begin() sets up the section, for the peer that is there. */
	if (next == VETH_READY && w.state[n] == VETH_INIT)
		w.met[n] = w.life[!n];
	w.state[n] = next;
	return w;
}

/* In whatever order both take steps and restart, up to three times each: when both
 * run, each has set up its section in the other's present life; and from everywhere
 * both come to run. */
static void test_states(void **state)
{
	(void)state;
	num_reached = 0;
	reach((struct world){ .state = { 0 } });
	for (uint32_t at = 0; at < num_reached; at++) {
		struct world w = reached[at], end = w;

		if (w.state[0] == VETH_RUN && w.state[1] == VETH_RUN) {
			assert_int_equal(w.met[0], w.life[1]);
			assert_int_equal(w.met[1], w.life[0]);
		}
		for (int n = 0; n < 2; n++) {
			reach(step(w, n, true));
			reach(step(w, n, false));
			if (w.life[n] < 3) {
				struct world fresh = w;

				fresh.state[n] = VETH_RESET;
				fresh.life[n]++;
				fresh.met[n] = 0;
				reach(fresh);
			}
		}
		for (int n = 0; n < 40; n++)
			end = step(end, n % 2, true);
		assert_int_equal(end.state[0], VETH_RUN);
		assert_int_equal(end.state[1], VETH_RUN);
	}
	assert_true(num_reached > 100);
	assert_int_equal(veth_next_state(77, VETH_RUN, true), VETH_RESET);
	/* A peer that lies. */
	for (uint32_t own = 0; own <= VETH_RUN; own++)
		assert_true(veth_next_state(own, 0xdeadbeef, true) <= VETH_RUN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(geometry),       TEST(traffic),          TEST(lengths),
		TEST(hostile_sender), TEST(hostile_receiver), TEST(states),
	};
	const char *given = getenv("TEST_SEED");
	unsigned int seed = given ? (unsigned int)strtoul(given, NULL, 0) :
				    (unsigned int)time(NULL);

	printf("seed: TEST_SEED=%u repeats this run\n", seed);
	srand(seed);
	return cmocka_run_group_tests_name("veth", tests, NULL, NULL);
}
