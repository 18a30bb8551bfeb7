/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fake bus: every device access of the code under test arrives here and is
 * recorded, then reaches a model, or plain memory where there is none.
 */
#include "fake.h"

#include <string.h>
#include <sys/mman.h>

#define MAX_MODELS 16

static struct fake_model models[MAX_MODELS];
static u64 model_pa[MAX_MODELS];
static u32 num_models;

/* Addresses that nothing but this file can be reached at: a plain access by
 * mistake ends the test. */
volatile u8 *fake_bus_add(u64 pa, u64 size, u64 (*read)(u64 offset, u32 bytes),
			  void (*write)(u64 offset, u32 bytes, u64 value))
{
	void *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(base, MAP_FAILED);
	assert_true(num_models < MAX_MODELS);
	model_pa[num_models] = pa;
	models[num_models++] = (struct fake_model){ base, size, read, write };
	return base;
}

void fake_bus_reset(void)
{
	for (u32 i = 0; i < num_models; i++)
		munmap((void *)(uintptr_t)models[i].base, models[i].size);
	num_models = 0;
}

volatile u8 *fake_bus_find(u64 pa)
{
	for (u32 i = 0; i < num_models; i++)
		if (range_contains(range_of(model_pa[i], models[i].size), pa))
			return (volatile u8 *)models[i].base + (pa - model_pa[i]);
	return NULL;
}

static const struct fake_model *model_at(const volatile void *address)
{
	for (u32 i = 0; i < num_models; i++)
		if (range_contains(range_of((uintptr_t)models[i].base, models[i].size),
				   (uintptr_t)address))
			return &models[i];
	return NULL;
}

static u64 bus_read(const volatile void *address, u32 bytes)
{
	const struct fake_model *model = model_at(address);
	u64 value = 0;

	/* Device memory faults on unaligned accesses. */
	if ((uintptr_t)address % bytes)
		fail_msg("unaligned device read of %u bytes", bytes);
	if (model)
		value = model->read((u64)((const volatile u8 *)address - model->base), bytes);
	else
		memcpy(&value, (const void *)(uintptr_t)address, bytes);
	fake_record((struct fake_event){ .kind = EV_IO_READ,
					 .a = (uintptr_t)address,
					 .b = bytes,
					 .c = value });
	return value;
}

static void bus_write(volatile void *address, u32 bytes, u64 value)
{
	const struct fake_model *model = model_at(address);

	if ((uintptr_t)address % bytes)
		fail_msg("unaligned device write of %u bytes", bytes);
	fake_record((struct fake_event){ .kind = EV_IO_WRITE,
					 .a = (uintptr_t)address,
					 .b = bytes,
					 .c = value });
	if (model)
		model->write((u64)((volatile u8 *)address - model->base), bytes, value);
	else
		memcpy((void *)(uintptr_t)address, &value, bytes);
}

u8 io_read8(const volatile void *address)
{
	return (u8)bus_read(address, 1);
}

u16 io_read16(const volatile void *address)
{
	return (u16)bus_read(address, 2);
}

u32 io_read32(const volatile void *address)
{
	return (u32)bus_read(address, 4);
}

u64 io_read64(const volatile void *address)
{
	return bus_read(address, 8);
}

void io_write8(volatile void *address, u8 value)
{
	bus_write(address, 1, value);
}

void io_write16(volatile void *address, u16 value)
{
	bus_write(address, 2, value);
}

void io_write32(volatile void *address, u32 value)
{
	bus_write(address, 4, value);
}

void io_write64(volatile void *address, u64 value)
{
	bus_write(address, 8, value);
}
