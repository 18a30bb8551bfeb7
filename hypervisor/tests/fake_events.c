/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened on the fake machine, in order; and random numbers whose seed
 * is printed, so that a failure can be repeated.
 */
#include "fake.h"

#include <string.h>

#include <stdlib.h>
#include <time.h>

#define MAX_EVENTS 65536u

static struct fake_event events[MAX_EVENTS];
static u32 num_events;

void fake_record(struct fake_event event)
{
	/* Long property tests look at none of them; CPUs may be threads. */
	u32 n = __atomic_fetch_add(&num_events, 1, __ATOMIC_RELAXED);

	if (n < MAX_EVENTS)
		events[n] = event;
	else
		__atomic_store_n(&num_events, MAX_EVENTS, __ATOMIC_RELAXED);
}

void fake_events_clear(void)
{
	num_events = 0;
}

u32 fake_events_total(void)
{
	return num_events;
}

const struct fake_event *fake_event_at(u32 n)
{
	return n < num_events ? &events[n] : NULL;
}

const struct fake_event *fake_event(enum fake_event_kind kind, u32 n)
{
	for (u32 i = 0; i < num_events; i++)
		if (events[i].kind == kind && n-- == 0)
			return &events[i];
	return NULL;
}

u32 fake_event_count(enum fake_event_kind kind)
{
	u32 count = 0;

	for (u32 i = 0; i < num_events; i++)
		count += events[i].kind == kind;
	return count;
}

static u64 random_state;

void fake_random_seed(void)
{
	const char *given = getenv("TEST_SEED");

	random_state = given ? strtoull(given, NULL, 0) : (u64)time(NULL);
	printf("seed: TEST_SEED=%llu repeats this run\n", random_state);
}

/* splitmix64 */
u64 fake_random(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

u64 fake_random_below(u64 n)
{
	return fake_random() % n;
}

const char *fake_barrier_after(const char *sysreg)
{
	const struct fake_event *e;
	u32 at = fake_events_total();

	if (sysreg) {
		while (at-- > 0) {
			e = fake_event_at(at);
			if (e->kind == EV_SYSREG_WRITE && strcmp(e->name, sysreg) == 0)
				break;
		}
		at += 2;
	}
	if (at == 0 || at > fake_events_total())
		return "none";
	e = fake_event_at(at - 1);
	return e->kind == EV_BARRIER ? e->name : "none";
}
