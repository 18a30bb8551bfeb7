/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included first into every file of a host test: device accesses become calls
 * that reach the fake bus (fake_bus.c). The inline accessors get other names.
 */
#pragma once

#define io_read8   raw_read8
#define io_read16  raw_read16
#define io_read32  raw_read32
#define io_read64  raw_read64
#define io_write8  raw_write8
#define io_write16 raw_write16
#define io_write32 raw_write32
#define io_write64 raw_write64
#include <jailhouse/io.h>
#undef io_read8
#undef io_read16
#undef io_read32
#undef io_read64
#undef io_write8
#undef io_write16
#undef io_write32
#undef io_write64

u8 io_read8(const volatile void *address);
u16 io_read16(const volatile void *address);
u32 io_read32(const volatile void *address);
u64 io_read64(const volatile void *address);
void io_write8(volatile void *address, u8 value);
void io_write16(volatile void *address, u16 value);
void io_write32(volatile void *address, u32 value);
void io_write64(volatile void *address, u64 value);
