// SPDX-License-Identifier: GPL-2.0
/* The root cell's part of the self-test: its own attempts, and whether it was left alone. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

#define WATCHED   (4UL << 20)
#define PAGE      4096UL
#define MAX_CPUS  1024
#define MAX_IRQS  4096
#define FNV_BASIS 0xcbf29ce484222325UL
#define FNV_PRIME 0x100000001b3UL

static sigjmp_buf refused;

static void on_signal(int signal)
{
	siglongjmp(refused, signal);
}

/* --- is all as it was? ------------------------------------------------------- */

static unsigned long hash(const unsigned char *memory)
{
	unsigned long value = FNV_BASIS;

	for (size_t n = 0; n < WATCHED; n++)
		value = (value ^ memory[n]) * FNV_PRIME;
	return value;
}

/* All interrupts of all CPUs; 0 if Linux does not say. */
static unsigned long long count_interrupts(void)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long sum = 0;
	char line[64];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "intr %llu", &sum) == 1)
			break;
	fclose(file);
	return sum;
}

/* What Linux says of an interrupt that came while no device wanted it: how often, and when last. */
struct selftest_unwanted {
	unsigned long times;
	unsigned long last;
};

static struct selftest_unwanted unwanted(unsigned long irq)
{
	struct selftest_unwanted seen = { 0 };
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/irq/%lu/spurious", irq);
	file = fopen(path, "re");
	if (!file)
		return seen;
	if (fscanf(file, "count %*u unhandled %lu last_unhandled %lu", &seen.times, &seen.last) !=
	    2)
		seen = (struct selftest_unwanted){ 0 };
	fclose(file);
	return seen;
}

/* Calls done() for each interrupt of Linux; returns the sum of what it said. */
static int each_interrupt(int (*done)(struct selftest_unwanted *before, unsigned long irq),
			  struct selftest_unwanted *before)
{
	DIR *folder = opendir("/proc/irq");
	const struct dirent *entry;
	int sum = 0;

	while (folder && (entry = readdir(folder))) {
		unsigned long irq = strtoul(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) || irq >= MAX_IRQS)
			continue;
		sum += done(before + irq, irq);
	}
	if (folder)
		closedir(folder);
	return sum;
}

static int remember(struct selftest_unwanted *before, unsigned long irq)
{
	*before = unwanted(irq);
	return 1;
}

static int compare(struct selftest_unwanted *before, unsigned long irq)
{
	struct selftest_unwanted now = unwanted(irq);

	if (now.times == before->times && now.last == before->last)
		return 0;
	printf("HOLE: interrupt %lu of root came, and no device had sent it\n", irq);
	return 1;
}

bool selftest_watch_root(struct selftest_root *root)
{
	root->memory = mmap(NULL, WATCHED, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (root->memory == MAP_FAILED) {
		tool_error("there is no memory left");
		return false;
	}
	for (size_t n = 0; n < WATCHED; n++)
		root->memory[n] = (unsigned char)(n * 2654435761u >> 13);
	root->unwanted = calloc(MAX_IRQS, sizeof(*root->unwanted));
	if (!root->unwanted) {
		munmap(root->memory, WATCHED);
		tool_error("there is no memory left");
		return false;
	}
	root->num_interrupts = each_interrupt(remember, root->unwanted);
	root->hash = hash(root->memory);
	root->interrupts = count_interrupts();
	return true;
}

/* Each CPU that we may use runs us, and wakes us by its timer. */
static unsigned int check_cpus(void)
{
	cpu_set_t *all = CPU_ALLOC(MAX_CPUS), *one = CPU_ALLOC(MAX_CPUS);
	size_t size = CPU_ALLOC_SIZE(MAX_CPUS);
	unsigned int wrong = 0, num = 0;

	if (!all || !one || sched_getaffinity(0, size, all) != 0) {
		CPU_FREE(all);
		CPU_FREE(one);
		return !tool_error("CPUs cannot be checked: %s", strerror(errno));
	}
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		struct timespec pause = { .tv_nsec = 2000000 };

		if (!CPU_ISSET_S(cpu, size, all))
			continue;
		CPU_ZERO_S(size, one);
		CPU_SET_S(cpu, size, one);
		if (sched_setaffinity(0, size, one) != 0)
			continue;
		nanosleep(&pause, NULL);
		num++;
		if (sched_getcpu() != cpu) {
			printf("HOLE: CPU %d of root does not run programs\n", cpu);
			wrong++;
		}
	}
	sched_setaffinity(0, size, all);
	CPU_FREE(all);
	CPU_FREE(one);
	printf("root: %u CPUs run programs and take their timer interrupts\n", num - wrong);
	return wrong;
}

unsigned int selftest_check_root(struct selftest_root *root)
{
	unsigned int wrong = check_cpus();

	if (root->num_interrupts > 0) {
		int came = each_interrupt(compare, root->unwanted);

		printf("root: %d of %d interrupts came without a device\n", came,
		       root->num_interrupts);
		wrong += (unsigned int)came;
	} else {
		printf("root: interrupts are not watched: /proc/irq has none\n");
	}
	if (hash(root->memory) != root->hash) {
		printf("HOLE: memory of root has changed\n");
		wrong++;
	}
	if (root->interrupts && count_interrupts() <= root->interrupts) {
		printf("HOLE: root took no interrupt meanwhile\n");
		wrong++;
	}
	munmap(root->memory, WATCHED);
	free(root->unwanted);
	return wrong;
}

/* --- attempts ---------------------------------------------------------------- */

enum { WIDTHS = 4 };

static void access_at(volatile unsigned char *where, unsigned int width, bool store)
{
	switch (width) {
	case 0:
		store ? (void)(*where = 1) : (void)*where;
		break;
	case 1:
		store ? (void)(*(volatile unsigned short *)where = 1) :
			(void)*(volatile unsigned short *)where;
		break;
	case 2:
		store ? (void)(*(volatile unsigned int *)where = 1) :
			(void)*(volatile unsigned int *)where;
		break;
	default:
		store ? (void)(*(volatile unsigned long *)where = 1) :
			(void)*(volatile unsigned long *)where;
	}
}

struct counts {
	unsigned int refused[2][WIDTHS];
	unsigned int holes[2][WIDTHS];
};

/* True if it was refused. */
static bool is_refused(volatile unsigned char *where, unsigned int width, bool store)
{
	/* With the mask of signals, since this leaves the handler. */
	if (sigsetjmp(refused, 1) != 0)
		return true;
	access_at(where, width, store);
	return false;
}

static void attack_page(struct counts *counts, volatile unsigned char *page)
{
	for (unsigned int width = 0; width < WIDTHS; width++)
		for (unsigned int store = 0; store < 2; store++)
			if (is_refused(page + 64, width, store))
				counts->refused[store][width]++;
			else
				counts->holes[store][width]++;
}

static unsigned int print(const struct selftest_range *range, const struct counts *counts)
{
	unsigned int holes = 0, tried = 0;

	for (unsigned int width = 0; width < WIDTHS; width++)
		tried += counts->refused[0][width] + counts->holes[0][width];
	if (!tried)
		return 0;
	printf("root %s EL0", range->name);
	for (unsigned int store = 0; store < 2; store++)
		for (unsigned int width = 0; width < WIDTHS; width++) {
			unsigned int hole = counts->holes[store][width];

			printf(" %s%u=%ua", store ? "str" : "ldr", 8u << width,
			       counts->refused[store][width]);
			if (hole)
				printf("%un!", hole);
			holes += hole;
		}
	putchar('\n');
	return holes;
}

unsigned int selftest_attack_from_root(const struct selftest_range *range, unsigned long seed,
				       unsigned long probes)
{
	const struct sigaction action = { .sa_handler = on_signal },
			       ignored = { .sa_handler = SIG_DFL };
	static struct counts counts;
	int fd = device_open("/dev/mem", O_RDWR | O_SYNC);
	unsigned int pages = (unsigned int)(range->size / PAGE);

	memset(&counts, 0, sizeof(counts));
	if (fd < 0) {
		printf("root %s EL0 not tried: /dev/mem: %s\n", range->name, strerror(errno));
		return 0;
	}
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	for (unsigned long n = 0; n < 2 + probes; n++) {
		unsigned long page = n == 0 ? 0 : n == 1 ? pages - 1 : (seed += FNV_PRIME) % pages;
		void *where = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				   (off_t)(range->start + page * PAGE));

		if (where == MAP_FAILED) {
			printf("root %s EL0 not tried: /dev/mem: %s\n", range->name,
			       strerror(errno));
			break;
		}
		attack_page(&counts, where);
		munmap(where, PAGE);
	}
	sigaction(SIGBUS, &ignored, NULL);
	sigaction(SIGSEGV, &ignored, NULL);
	close(fd);
	return print(range, &counts);
}
