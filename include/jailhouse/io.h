/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Access to device registers, for EL2, inmates and host tests.
 *
 * On arm64 each function is exactly one plain load or store: no pair, no
 * write-back, no vector register, so that a trapped access always carries a
 * syndrome. Elsewhere (host tests) it is a volatile access to memory.
 *
 * No function orders anything against normal memory; who needs that says so
 * with a barrier of his own.
 */
#pragma once

#include <jailhouse/types.h>

#ifdef __aarch64__

#define JAILHOUSE_IO_ACCESSORS(bits, suffix, reg)                                \
	static inline u##bits io_read##bits(const volatile void *address)        \
	{                                                                        \
		u##bits value;                                                   \
                                                                                 \
		__asm__ volatile("ldr" suffix " %" reg "0, [%1]"                 \
				 : "=r"(value)                                   \
				 : "r"(address)                                  \
				 : "memory");                                    \
		return value;                                                    \
	}                                                                        \
                                                                                 \
	static inline void io_write##bits(volatile void *address, u##bits value) \
	{                                                                        \
		__asm__ volatile("str" suffix " %" reg "0, [%1]"                 \
				 :                                               \
				 : "rZ"(value), "r"(address)                     \
				 : "memory");                                    \
	}

#else

#define JAILHOUSE_IO_ACCESSORS(bits, suffix, reg)                                \
	static inline u##bits io_read##bits(const volatile void *address)        \
	{                                                                        \
		return *(const volatile u##bits *)address;                       \
	}                                                                        \
                                                                                 \
	static inline void io_write##bits(volatile void *address, u##bits value) \
	{                                                                        \
		*(volatile u##bits *)address = value;                            \
	}

#endif

JAILHOUSE_IO_ACCESSORS(8, "b", "w")
JAILHOUSE_IO_ACCESSORS(16, "h", "w")
JAILHOUSE_IO_ACCESSORS(32, "", "w")
JAILHOUSE_IO_ACCESSORS(64, "", "x")

#undef JAILHOUSE_IO_ACCESSORS
