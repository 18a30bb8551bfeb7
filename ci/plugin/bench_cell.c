/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs in the guest's Linux: takes a cell through its life, with a marker
 * around each ioctl for the counting plugin. Prints nothing but errors.
 *
 *	bench-cell SYSTEM CELL IMAGE ARGUMENTS ROUNDS
 *
 * loads IMAGE with the command line ARGUMENTS. ROUNDS times, from enable to
 * disable; 0: once up to the start of the cell, which then stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jailhouse/cell-config.h>
#include <jailhouse/ioctl.h>
#include <jailhouse/spsc-ring.h>

/* Numbers of the markers; ci/bench.py reads them here. */
enum {
	MARK_END = 0,
	MARK_ENABLE = 1,
	MARK_CREATE = 2,
	MARK_LOAD = 3,
	MARK_START = 4,
	MARK_SHUTDOWN = 5,
	MARK_DESTROY = 6,
	MARK_DISABLE = 7,
	MARK_LINUX_NOTHING = 8,
	MARK_RING_SEND_64 = 9,
	MARK_RING_RECEIVE_64 = 10,
	MARK_COPY_64 = 11,
	MARK_RING_SEND_1024 = 12,
	MARK_RING_RECEIVE_1024 = 13,
	MARK_COPY_1024 = 14,
	MARK_RING_SEND_4096 = 15,
	MARK_RING_RECEIVE_4096 = 16,
	MARK_COPY_4096 = 17,
};

/* Where an inmate looks for its command line. */
#define CMDLINE_ADDRESS 0x1000

#define MARK(n) __asm__ volatile("hint #(0x60 + %0)" ::"i"(n) : "memory")

/* The message ring against a plain copy: both ends here, because the instructions of
 * each are the same whoever is the other. */
#define RING_ROUNDS 50
#define RING_SLOTS  2
#define RING_BYTES  4096

static struct spsc_end bench_tx, bench_rx;
static struct spsc_tail bench_tail;
static struct {
	struct spsc_ring ring;
	char slots[RING_SLOTS * (RING_BYTES + SPSC_CACHE_LINE)];
} __attribute__((aligned(SPSC_CACHE_LINE))) bench_section;
static char bench_message[RING_BYTES], bench_buffer[RING_BYTES];

#define MEASURE_RING(bytes)                                                      \
	for (int i = 0; i < RING_ROUNDS; i++) {                                  \
		/* Or the compiler would know more of it than of most copies. */ \
		volatile __u32 size = bytes;                                     \
		__u32 n = size;                                                  \
                                                                                 \
		MARK(MARK_RING_SEND_##bytes);                                    \
		spsc_send(&bench_tx, bench_message, n);                          \
		MARK(MARK_END);                                                  \
		MARK(MARK_RING_RECEIVE_##bytes);                                 \
		spsc_receive(&bench_rx, bench_buffer, n);                        \
		MARK(MARK_END);                                                  \
		MARK(MARK_COPY_##bytes);                                         \
		__builtin_memcpy(bench_buffer, bench_message, n);                \
		MARK(MARK_END);                                                  \
	}

/* True if a message arrives. */
static bool measure_rings(void)
{
	if (!spsc_producer_init(&bench_tx, &bench_section, &bench_tail, RING_SLOTS, RING_BYTES,
				0) ||
	    !spsc_consumer_init(&bench_rx, &bench_section, &bench_tail, RING_SLOTS, RING_BYTES, 0))
		return false;
	for (int n = 0; n < 3; n++) {
		spsc_send(&bench_tx, bench_message, 4);
		spsc_receive(&bench_rx, bench_buffer, 4);
	}
	MEASURE_RING(64)
	MEASURE_RING(1024)
	MEASURE_RING(4096)
	return spsc_send(&bench_tx, bench_message, 4) &&
	       spsc_receive(&bench_rx, bench_buffer, 4) == 4;
}

struct load {
	struct jailhouse_cell_load head;
	struct jailhouse_preload_image images[2];
};

static int device;
static struct jailhouse_cell_id id = { .id = JAILHOUSE_CELL_ID_UNUSED };

static void die(const char *what)
{
	struct jailhouse_reason reason = { 0 };
	int err = errno;

	ioctl(device, JAILHOUSE_GET_REASON, &reason);
	fprintf(stderr, "%s: %s: %s\n", what, strerror(err), reason.text);
	exit(1);
}

static void *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat stat;
	void *data;

	if (fd < 0 || fstat(fd, &stat) < 0)
		die(path);
	*size = (size_t)stat.st_size;
	data = malloc(*size);
	if (!data || read(fd, data, *size) != stat.st_size)
		die(path);
	close(fd);
	return data;
}

/* What other CPUs still do because of an operation belongs to it. */
static void settle(void)
{
	usleep(100000);
}

#define MEASURE(mark, name, request, argument)        \
	do {                                          \
		settle();                             \
		MARK(mark);                           \
		if (ioctl(device, request, argument)) \
			die(name);                    \
		settle();                             \
		MARK(MARK_END);                       \
	} while (0)

int main(int argc, char **argv)
{
	struct jailhouse_cell_create create = { 0 };
	struct load load = { 0 }, unload = { 0 };
	struct jailhouse_cell_desc *cell;
	cpu_set_t first_cpu;
	size_t size;
	void *system;
	int rounds;

	if (argc != 6)
		return 2;
	CPU_ZERO(&first_cpu);
	CPU_SET(0, &first_cpu);
	device = open("/dev/jailhouse", O_RDWR);
	if (device < 0 || sched_setaffinity(0, sizeof(first_cpu), &first_cpu))
		die("/dev/jailhouse");

	system = read_file(argv[1], &size);
	cell = read_file(argv[2], &size);
	create.config_address = (uintptr_t)cell;
	create.config_size = (__u32)size;
	memcpy(id.name, cell->name, sizeof(id.name));
	load.images[0].source_address = (uintptr_t)read_file(argv[3], &size);
	load.images[0].size = size;
	load.images[1].source_address = (uintptr_t)argv[4];
	load.images[1].size = strlen(argv[4]) + 1;
	load.images[1].target_address = CMDLINE_ADDRESS;
	load.head.num_preload_images = 2;
	load.head.cell_id = id;
	unload.head.cell_id = id;
	rounds = atoi(argv[5]);
	if (rounds) {
		for (int i = 0; i < RING_ROUNDS; i++) {
			MARK(MARK_LINUX_NOTHING);
			MARK(MARK_END);
		}
		if (!measure_rings())
			die("the ring lost a message");
	}

	do {
		MEASURE(MARK_ENABLE, "enable", JAILHOUSE_ENABLE, system);
		MEASURE(MARK_CREATE, "cell create", JAILHOUSE_CELL_CREATE, &create);
		MEASURE(MARK_LOAD, "cell load", JAILHOUSE_CELL_LOAD, &load);
		MEASURE(MARK_START, "cell start", JAILHOUSE_CELL_START, &id);
		if (rounds == 0)
			break;
		MEASURE(MARK_SHUTDOWN, "cell shutdown", JAILHOUSE_CELL_LOAD, &unload);
		MEASURE(MARK_DESTROY, "cell destroy", JAILHOUSE_CELL_DESTROY, &id);
		MEASURE(MARK_DISABLE, "disable", JAILHOUSE_DISABLE, NULL);
	} while (--rounds);
	return 0;
}
