/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every file of the hypervisor may rely on: integer types, errors,
 * small macros, addresses as types, and ranges that cannot wrap.
 */
#pragma once

#include <jailhouse/types.h>

#define EPERM     1
#define ENOENT    2
#define EIO       5
#define E2BIG     7
#define EAGAIN    11
#define ENOMEM    12
#define EBUSY     16
#define EEXIST    17
#define ENODEV    19
#define EINVAL    22
#define ERANGE    34
#define ENOSYS    38
#define ENODATA   61
#define ETIMEDOUT 110

#define PAGE_SHIFT 12
#define PAGE_SIZE  0x1000ULL
#define PAGE_MASK  (PAGE_SIZE - 1)
#define SZ_2M      0x200000ULL
#define SZ_1G      0x40000000ULL

#define BIT(n)    (1ULL << (n))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#define __must_check   __attribute__((warn_unused_result))
#define __noreturn     __attribute__((noreturn))
#define __printf(f, a) __attribute__((format(printf, f, a)))
#define __unused_arg   __attribute__((unused))
/* Seldom taken: kept out of the way of what is. */
#define __cold_path    __attribute__((cold, noinline))
#define __hot_path     inline __attribute__((always_inline))
/* Bounded waiting for another CPU; counted apart from work. */
#define __spin         __attribute__((noinline, section(".text.spin")))

/* IS_ENABLED(CONFIG_X): 1 if the option is set to y, else 0. */
#define IS_ENABLED_ARG_1                 0,
#define IS_ENABLED_SECOND(ign, val, ...) val
#define IS_ENABLED_PICK(arg)             IS_ENABLED_SECOND(arg 1, 0, 0)
#define IS_ENABLED_PASTE(value)          IS_ENABLED_PICK(IS_ENABLED_ARG_##value)
#define IS_ENABLED(option)               IS_ENABLED_PASTE(option)

/** A physical address. */
typedef struct {
	u64 v;
} pa_t;

/** An intermediate physical address: what a cell believes to be physical. */
typedef struct {
	u64 v;
} ipa_t;

static inline pa_t pa_of(u64 v)
{
	return (pa_t){ v };
}

static inline ipa_t ipa_of(u64 v)
{
	return (ipa_t){ v };
}

/** [base, base + size); empty if size is 0; must not wrap. */
struct range {
	u64 base;
	u64 size;
};

static inline struct range range_of(u64 base, u64 size)
{
	return (struct range){ base, size };
}

static inline bool range_contains(struct range r, u64 addr)
{
	return addr >= r.base && addr - r.base < r.size;
}

/** True if `inner` is not empty and lies wholly in `outer`. */
static inline bool range_covers(struct range outer, struct range inner)
{
	return inner.size != 0 && inner.base >= outer.base &&
	       inner.base - outer.base < outer.size &&
	       inner.size <= outer.size - (inner.base - outer.base);
}

/** The common part; size 0 if there is none. */
static inline struct range range_intersect(struct range a, struct range b)
{
	u64 base = MAX(a.base, b.base);

	if (a.size == 0 || b.size == 0 || base - a.base >= a.size || base - b.base >= b.size)
		return range_of(0, 0);
	return range_of(base, MIN(a.size - (base - a.base), b.size - (base - b.base)));
}

static inline bool range_overlaps(struct range a, struct range b)
{
	return range_intersect(a, b).size != 0;
}
