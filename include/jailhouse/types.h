/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The integer types that every binary interface of Cellblock is written in.
 *
 * Serves four worlds: EL2 and inmates (freestanding), config files (never
 * run), user space, and the kernel module (which brings its own types).
 */
#pragma once

#ifdef __KERNEL__

#include <linux/types.h>

#else

#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;

#ifndef BITS_PER_LONG
#define BITS_PER_LONG 64
#endif

/* Accepted by old user files; a config's CPU bitmap is a plain u64 array. */
struct cpu_set;

#endif
