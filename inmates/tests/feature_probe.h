/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Uses features of newer CPUs, and says what came of it, in words that do not
 * depend on where it runs: an inmate in a cell, the same one without a
 * hypervisor, and a program of Linux. Whoever includes it has set the vector
 * length and the keys, and defines say() with the arguments of printf().
 */
#pragma once

/* Of the vector length that is asked for, in bytes. */
#define FEATURE_VL 32

/* Silent where nobody says how. */
#ifndef say
#define say(...) ((void)0)
#endif

#define feature_id(reg)                                          \
	({                                                       \
		unsigned long long value_;                       \
		__asm__ volatile("mrs %0, " reg : "=r"(value_)); \
		value_;                                          \
	})

/* ID_AA64ISAR0_EL1 and on, by encoding, since not all assemblers know all. */
#define FEATURE_PFR0  feature_id("S3_0_C0_C4_0")
#define FEATURE_ISAR0 feature_id("S3_0_C0_C6_0")
#define FEATURE_ISAR1 feature_id("S3_0_C0_C6_1")
#define FEATURE_ISAR2 feature_id("S3_0_C0_C6_2")

static inline int feature_has_sve(void)
{
	return (FEATURE_PFR0 >> 32 & 0xf) != 0;
}

static inline int feature_has_pauth(void)
{
	return (FEATURE_ISAR1 & 0xff0) || (FEATURE_ISAR2 & 0xf000);
}

/* Signed pointers authenticate. There may be as few as three bits of signature,
 * so that one pointer may keep its value by chance; many do not. */
static inline void feature_pauth(void)
{
	unsigned long pointer = 0x12345678, changed = 0, good = 0, plain = 0;

	if (!feature_has_pauth()) {
		say("FEATURE pauth: no\n");
		return;
	}
	for (unsigned long modifier = 0; modifier < 64; modifier++) {
		unsigned long sign = pointer, back, bare;

		__asm__(".arch_extension pauth\n\tpacda %0, %1" : "+r"(sign) : "r"(modifier));
		back = bare = sign;
		__asm__(".arch_extension pauth\n\tautda %0, %1" : "+r"(back) : "r"(modifier));
		__asm__(".arch_extension pauth\n\txpacd %0" : "+r"(bare));
		changed += sign != pointer;
		good += back == pointer;
		plain += bare == pointer;
	}
	say("FEATURE pauth: signed %d, authentic %lu, stripped %lu of 64\n", changed > 32, good,
	    plain);
}

static inline void feature_sve(void)
{
	unsigned long length, sum;

	if (!feature_has_sve()) {
		say("FEATURE sve: no\n");
		return;
	}
	__asm__ volatile(".arch_extension sve\n\t"
			 "cntb %0\n\t"
			 "ptrue p0.d\n\t"
			 "index z0.d, #5, #3\n\t"
			 "mul z0.d, z0.d, #7\n\t"
			 "uaddv d1, p0, z0.d\n\t"
			 ".arch_extension fp\n\t"
			 "fmov %1, d1"
			 : "=r"(length), "=r"(sum)
			 :
			 : "v0", "v1");
	say("FEATURE sve: length %lu, sum %lu\n", length, sum);
}

/* Atomic instructions of Armv8.1. */
static inline void feature_lse(void)
{
	unsigned long word = 40, old;

	if (!(FEATURE_ISAR0 >> 20 & 0xf)) {
		say("FEATURE lse: no\n");
		return;
	}
	__asm__ volatile(".arch_extension lse\n\tldadd %2, %1, %0"
			 : "+Q"(word), "=r"(old)
			 : "r"(2UL));
	say("FEATURE lse: %lu, then %lu\n", old, word);
}

/* Copies memory by one instruction sequence, Armv8.8. */
static inline void feature_mops(void)
{
	static char from[] = "copied by CPYP, CPYM, CPYE", to[sizeof(from)];
	void *d = to;
	const void *s = from;
	unsigned long n = sizeof(from);

	if (!(FEATURE_ISAR2 >> 16 & 0xf)) {
		say("FEATURE mops: no\n");
		return;
	}
	/* CPYP [x0]!, [x1]!, x2!; CPYM; CPYE: assemblers of today lack them. */
	register void *x0 __asm__("x0") = d;
	register const void *x1 __asm__("x1") = s;
	register unsigned long x2 __asm__("x2") = n;

	__asm__ volatile(".inst 0x1d010440\n\t.inst 0x1d410440\n\t.inst 0x1d810440"
			 : "+r"(x0), "+r"(x1), "+r"(x2)
			 :
			 : "memory", "cc");
	say("FEATURE mops: %s\n", to);
}

static inline void feature_probe(void)
{
	feature_pauth();
	feature_sve();
	feature_lse();
	feature_mops();
}
