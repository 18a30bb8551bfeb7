/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The windows of a cell, and the handler of sub-page regions. Not here: what a
 * violation leads to.
 */
#include <hyp/mmio.h>

#include <arch/paging.h>
#include <hyp/cell.h>
#include <jailhouse/io.h>

static bool overlaps(const struct mmio_map *map, struct range range)
{
	for (const struct mmio_window *w = map->windows; w->range.size; w++)
		if (range_overlaps(w->range, range))
			return true;
	return false;
}

struct mmio_window *mmio_append(struct mmio_map *map, struct range range, mmio_handler handler,
				u64 arg)
{
	struct mmio_window *w = map->windows;

	while (w->range.size)
		w++;
	if (w == &map->windows[MMIO_MAX_WINDOWS])
		return NULL;
	*w = (struct mmio_window){ range, handler, arg };
	return w;
}

int mmio_add(struct mmio_map *map, struct range range, mmio_handler handler, u64 arg)
{
	if (overlaps(map, range))
		return -EINVAL;
	return mmio_append(map, range, handler, arg) ? 0 : -ENOMEM;
}

const struct mmio_window *mmio_find(const struct mmio_map *map, u64 ipa)
{
	/* Few windows, those that are met often first. */
	for (const struct mmio_window *w = map->windows; w->range.size; w++)
		if (ipa - w->range.base < w->range.size)
			return w;
	return NULL;
}

static void access_bytes(volatile void *va, struct mmio_access *access)
{
	volatile u8 *byte = va;
	u64 value = 0;

	for (u32 i = 0; i < access->size; i++) {
		if (access->write)
			io_write8(byte + i, (u8)(access->value >> (8 * i)));
		else
			value |= (u64)io_read8(byte + i) << (8 * i);
	}
	if (!access->write)
		access->value = value;
}

enum mmio_result mmio_subpage(struct cell *cell, u64 region, struct mmio_access *access)
{
	const struct jailhouse_memory *mem = jailhouse_cell_mem_regions(cell->config) + region;
	u64 width = (u64)access->size << JAILHOUSE_MEM_IO_WIDTH_SHIFT;
	u64 pa = mem->phys_start + access->offset;
	volatile void *va;
	bool unaligned;

	if (access->size > mem->size - access->offset || !(mem->flags & width) ||
	    !(mem->flags & (access->write ? JAILHOUSE_MEM_WRITE : JAILHOUSE_MEM_READ)))
		return MMIO_REFUSED;
	unaligned = pa & (access->size - 1);
	if (unaligned && !(mem->flags & JAILHOUSE_MEM_IO_UNALIGNED))
		return MMIO_REFUSED;

	va = map_temporary_device(pa_of(pa), access->size);
	if (unaligned) {
		/* Device memory faults on unaligned accesses: byte by byte. */
		access_bytes(va, access);
		return MMIO_DONE;
	}
	switch (access->size) {
	case 1:
		if (access->write)
			io_write8(va, (u8)access->value);
		else
			access->value = io_read8(va);
		break;
	case 2:
		if (access->write)
			io_write16(va, (u16)access->value);
		else
			access->value = io_read16(va);
		break;
	case 4:
		if (access->write)
			io_write32(va, (u32)access->value);
		else
			access->value = io_read32(va);
		break;
	default:
		if (access->write)
			io_write64(va, access->value);
		else
			access->value = io_read64(va);
		break;
	}
	return MMIO_DONE;
}
