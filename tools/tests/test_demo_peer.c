// SPDX-License-Identifier: GPL-2.0
/*
 * The peers of the ivshmem demo: round trips, restarts of either side, and peers that
 * lie.
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

#include <jailhouse/ivshmem-demo.h>

#define PEERS   2u
#define SECTION 0x1000u

/* The shared memory, with nothing behind it, and the peers. */
static char *outputs;
static uint32_t states[PEERS], registers[PEERS][IVSHMEM_REG_STATE / 4 + 1];
static struct ivshmem_demo peers[PEERS];
static char printed[4096];
static uint64_t now;

__attribute__((format(printf, 1, 2))) static void keep_text(const char *format, ...)
{
	size_t at = strlen(printed);
	va_list args;

	va_start(args, format);
	vsnprintf(printed + at, sizeof(printed) - at, format, args);
	va_end(args);
}

static struct ivshmem_demo_section *section(uint32_t peer)
{
	return (void *)(outputs + peer * SECTION);
}

/* What the hypervisor does: states are what the peers wrote into their registers. */
static void publish_states(void)
{
	for (uint32_t n = 0; n < PEERS; n++)
		states[n] = registers[n][IVSHMEM_REG_STATE / 4];
}

/* A peer whose program was started again. */
static void fresh(uint32_t n)
{
	peers[n] = (struct ivshmem_demo){
		.registers = registers[n],
		.states = states,
		.inputs = outputs,
		.own = (void *)section(n),
		.output_size = SECTION,
		.id = n,
		.peers = PEERS,
		.print = keep_text,
	};
	ivshmem_demo_begin(&peers[n]);
	publish_states();
}

/* Its end, which the other sees or not. */
static void leave(uint32_t n)
{
	registers[n][IVSHMEM_REG_STATE / 4] = 0;
	publish_states();
}

static bool look(uint32_t n)
{
	publish_states();
	return ivshmem_demo_look(&peers[n], ++now, true);
}

static int setup(void **state)
{
	(void)state;
	outputs = aligned_alloc(64, PEERS * SECTION);
	memset(outputs, 0xa5, PEERS * SECTION);
	memset(registers, 0, sizeof(registers));
	for (uint32_t n = 0; n < PEERS; n++)
		fresh(n);
	for (uint32_t n = 0; n < PEERS; n++)
		assert_false(look(n));
	printed[0] = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(outputs);
	return 0;
}

static void test_round_trip(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		printed[0] = 0;
		registers[0][IVSHMEM_REG_DOORBELL / 4] = ~0u;
		ivshmem_demo_send(&peers[0], 1, "good morning", now);
		assert_int_equal(registers[0][IVSHMEM_REG_DOORBELL / 4], IVSHMEM_DOORBELL(1, 0));
		/* Nobody has answered. */
		assert_false(look(0));
		registers[1][IVSHMEM_REG_DOORBELL / 4] = ~0u;
		assert_false(look(1));
		assert_int_equal(registers[1][IVSHMEM_REG_DOORBELL / 4], IVSHMEM_DOORBELL(0, 0));
		assert_string_equal(printed, "peer 0 says: good morning\n");
		assert_true(look(0));
		/* Once. */
		assert_false(look(0));
		assert_false(look(1));
	}
	assert_int_equal(peers[0].trips, 100);
	assert_int_equal(peers[1].messages, 100);
	assert_int_equal(peers[0].shortest, 3);
	assert_int_equal(peers[0].longest, 3);
	assert_int_equal(peers[0].sum, 300);
}

static void test_long_text_is_cut(void **state)
{
	char text[200];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	ivshmem_demo_send(&peers[0], 1, text, now);
	look(1);
	assert_int_equal(strlen(printed), strlen("peer 0 says: \n") + IVSHMEM_DEMO_TEXT);
}

/* Restarts in random order, of which the other sees some: a round trip counts only if
 * the other has read the message in this life of the sender. */
static void test_restarts(void **state)
{
	uint64_t read = 0;
	uint32_t trips = 0, unseen = 0;
	bool waits = false;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		uint32_t who = (uint32_t)rand() % PEERS;

		printed[0] = 0;
		switch (rand() % 8) {
		case 0:
			leave(who);
			if (rand() % 2)
				look(!who);
			else
				unseen++;
			fresh(who);
			if (who == 0)
				waits = false;
			else
				read = 0;
			break;
		case 1:
		case 2:
		case 3:
			if (!waits) {
				ivshmem_demo_send(&peers[0], 1, "hello", now);
				read = peers[1].messages;
				waits = true;
			}
			break;
		default:
			if (!look(who))
				break;
			assert_int_equal(who, 0);
			assert_true(waits && peers[1].messages > read);
			trips++;
		}
		/* The sender has given up, since the other came back, or has its answer. */
		if (!peers[0].waiting_for)
			waits = false;
	}
	assert_true(trips > 1000 && unseen > 1000);
}

/* A peer that writes anything at all: what is printed is short and harmless. */
static void test_hostile_peer(void **state)
{
	uint32_t read = 0, answered = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct ivshmem_demo_section *lies = section(1);

		printed[0] = 0;
		lies->sequence = (uint32_t)rand();
		lies->target = rand() % 4 ? 0 : (uint32_t)rand();
		lies->length = rand() % 2 ? (uint32_t)rand() : (uint32_t)rand() % 128;
		for (int n = 0; n < IVSHMEM_DEMO_TEXT; n++)
			lies->text[n] = (char)rand();
		lies->answered[0] = rand() % 2 ? (uint32_t)rand() : peers[0].sequence;
		if (rand() % 64 == 0)
			registers[1][IVSHMEM_REG_STATE / 4] = rand() % 2 ? (uint32_t)rand() :
									   IVSHMEM_DEMO_READY;
		if (!peers[0].waiting_for)
			ivshmem_demo_send(&peers[0], 1, "hello", now);
		answered += look(0);
		read += strstr(printed, "says") != NULL;
		assert_true(strlen(printed) < 256);
		for (const char *c = printed; *c; c++)
			assert_true((*c >= ' ' && *c <= '~') || (*c == '\n' && c[1] != '\n'));
	}
	assert_true(read > 1000 && answered > 1000);
	assert_int_equal(peers[0].trips, answered);
	assert_int_equal(peers[0].messages, read);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(round_trip),
		TEST(long_text_is_cut),
		TEST(restarts),
		TEST(hostile_peer),
	};
	const char *given = getenv("TEST_SEED");
	unsigned int seed = given ? (unsigned int)strtoul(given, NULL, 0) :
				    (unsigned int)time(NULL);

	printf("seed: TEST_SEED=%u repeats this run\n", seed);
	srand(seed);
	return cmocka_run_group_tests_name("demo_peer", tests, NULL, NULL);
}
