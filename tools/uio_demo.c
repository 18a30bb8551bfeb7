// SPDX-License-Identifier: GPL-2.0
/*
 * ivshmem-demo: a peer of a channel, as a program of Linux, through the UIO driver
 * uio_ivshmem. Shows the states of the others, sends one of them messages, answers
 * those that arrive, and measures the round trips.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <jailhouse/ivshmem-demo.h>

#define MAX_MAPS 5

struct options {
	const char *device;
	long target;
	/* Messages to send, 0: without end. */
	unsigned long count;
	int period_ms;
	bool quiet;
};

struct map {
	char name[32];
	void *start;
	uint64_t size;
};

static struct map maps[MAX_MAPS];

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("ivshmem-demo: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void __attribute__((format(printf, 1, 2))) print_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fflush(stdout);
}

static void __attribute__((noreturn)) usage(int status)
{
	fputs("Usage: ivshmem-demo [-d DEV] [-t TARGET] [-n COUNT] [-p MS] [-q]\n"
	      "  -d DEV     UIO device (default /dev/uio0)\n"
	      "  -t TARGET  number of the peer to send to (default: the next)\n"
	      "  -n COUNT   end after so many round trips (default: never)\n"
	      "  -p MS      time between messages (default 1000; 0: one after the other)\n"
	      "  -q         do not print messages\n",
	      status ? stderr : stdout);
	exit(status);
}

static long number(const char *text, long max)
{
	char *end;
	long value = strtol(text, &end, 0);

	if (end == text || *end || value < 0 || value > max)
		die("`%s` is not a number from 0 to %ld", text, max);
	return value;
}

static struct options parse(int argc, char **argv)
{
	struct options o = { .device = "/dev/uio0", .target = -1, .period_ms = 1000 };
	int c;

	while ((c = getopt(argc, argv, "d:t:n:p:qh")) != -1) {
		switch (c) {
		case 'd':
			o.device = optarg;
			break;
		case 't':
			o.target = number(optarg, IVSHMEM_MAX_PEERS - 1);
			break;
		case 'n':
			o.count = (unsigned long)number(optarg, INT32_MAX);
			break;
		case 'p':
			o.period_ms = (int)number(optarg, 1000000);
			break;
		case 'q':
			o.quiet = true;
			break;
		case 'h':
			usage(0);
		default:
			usage(1);
		}
	}
	if (optind != argc)
		usage(1);
	return o;
}

static bool read_sysfs(dev_t device, unsigned int n, const char *file, char *text, int size)
{
	char path[128];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/maps/map%u/%s", major(device),
		 minor(device), n, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(text, size, f);
	fclose(f);
	text[strcspn(text, "\n")] = 0;
	return ok;
}

static void map_all(int fd, const char *device)
{
	char size[32] = "";
	struct stat st;

	if (fstat(fd, &st) || !S_ISCHR(st.st_mode))
		die("%s is no device", device);
	for (unsigned int n = 0; n < MAX_MAPS; n++) {
		bool writable;

		if (!read_sysfs(st.st_rdev, n, "name", maps[n].name, sizeof(maps[n].name)) ||
		    !read_sysfs(st.st_rdev, n, "size", size, sizeof(size)))
			break;
		writable = strcmp(maps[n].name, "state_table") != 0 &&
			   strcmp(maps[n].name, "input_sections") != 0;
		maps[n].size = strtoull(size, NULL, 0);
		maps[n].start = mmap(NULL, maps[n].size,
				     writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd,
				     (off_t)n * sysconf(_SC_PAGESIZE));
		if (maps[n].start == MAP_FAILED)
			die("%s: cannot map %s: %s", device, maps[n].name, strerror(errno));
	}
}

static const struct map *find_map(const char *device, const char *name, uint64_t size)
{
	for (unsigned int n = 0; n < MAX_MAPS; n++)
		if (strcmp(maps[n].name, name) == 0 && maps[n].size >= size)
			return &maps[n];
	die("%s has no map `%s` of %llu bytes: is its driver uio_ivshmem, and has the channel output sections?",
	    device, name, (unsigned long long)size);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void enable_interrupt(int fd, const char *device)
{
	int32_t on = 1;

	if (write(fd, &on, sizeof(on)) != sizeof(on))
		die("%s: cannot enable the interrupt: %s", device, strerror(errno));
}

/* False if the time is over before an interrupt arrives. */
static bool wait_interrupt(int fd, const char *device, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int32_t count;

	if (poll(&p, 1, ms) == 0)
		return false;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		die("%s is gone: %s", device, strerror(errno));
	enable_interrupt(fd, device);
	return true;
}

static void report(const struct ivshmem_demo *d)
{
	if (d->trips)
		print_line("%llu round trips, %llu messages; ns: min %llu, avg %llu, max %llu\n",
			   d->trips, d->messages, d->shortest, d->sum / d->trips, d->longest);
}

static void serve(struct ivshmem_demo *d, const struct options *o, int fd, uint32_t target)
{
	uint64_t due = 0;
	char text[IVSHMEM_DEMO_TEXT];

	while (!o->count || d->trips < o->count) {
		int ms = 100;

		if (now_ns() >= due && d->known_state[target] == IVSHMEM_DEMO_READY) {
			snprintf(text, sizeof(text), "message %04u from Linux", d->sequence + 1);
			ivshmem_demo_send(d, target, text, now_ns());
			due = now_ns() + (o->period_ms ? (uint64_t)o->period_ms : 1000) * 1000000;
		}
		if (o->period_ms && o->period_ms < ms)
			ms = o->period_ms;
		wait_interrupt(fd, o->device, ms);
		if (ivshmem_demo_look(d, now_ns(), !o->quiet) && !o->period_ms)
			due = 0;
	}
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	int fd = open(o.device, O_RDWR | O_CLOEXEC);
	struct ivshmem_demo demo = { .print = print_line };
	uint32_t target;

	if (fd < 0)
		die("%s: %s; `modprobe uio_ivshmem`, and see /sys/class/uio", o.device,
		    strerror(errno));
	map_all(fd, o.device);
	demo.registers = find_map(o.device, "registers", 0x14)->start;
	demo.states = find_map(o.device, "state_table", 4 * IVSHMEM_MAX_PEERS)->start;
	demo.id = demo.registers[IVSHMEM_REG_ID / 4];
	demo.peers = demo.registers[IVSHMEM_REG_MAX_PEERS / 4];
	demo.own = find_map(o.device, "output_section", sizeof(*demo.own))->start;
	demo.output_size = find_map(o.device, "output_section", 1)->size;
	demo.inputs = find_map(o.device, "input_sections", demo.output_size * demo.peers)->start;
	target = o.target < 0 ? (demo.id + 1) % demo.peers : (uint32_t)o.target;
	if (target >= demo.peers)
		die("%s has no peer %u, the last is %u", o.device, target, demo.peers - 1);
	if (target == demo.id)
		die("%s is peer %u itself; -t takes another one", o.device, target);
	print_line("%s: peer %u of %u, output sections 0x%llx bytes\n", o.device, demo.id,
		   demo.peers, demo.output_size);
	enable_interrupt(fd, o.device);
	ivshmem_demo_begin(&demo);
	ivshmem_demo_look(&demo, now_ns(), !o.quiet);
	serve(&demo, &o, fd, target);
	report(&demo);
	return 0;
}
