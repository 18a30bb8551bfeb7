/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Memory behind the image, handed out once. */
#include <inmate.h>

unsigned long heap_pos = (unsigned long)stack_top;

void *alloc(unsigned long size, unsigned long align)
{
	unsigned long base = (heap_pos + align - 1) & ~(align - 1);

	heap_pos = base + size;
	return (void *)base;
}

void *zalloc(unsigned long size, unsigned long align)
{
	return memset(alloc(size, align), 0, size);
}
