/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors of stage-2 tables, 4 KiB granule (Arm ARM D8.3).
 */
#pragma once

#include <hyp/base.h>

#define PT_VALID       BIT(0)
/* Levels 1 and 2: a table follows. Level 3: a page. */
#define PT_TABLE       BIT(1)
#define PT_ADDR_MASK   0x0000fffffffff000ULL
#define PT_AF          BIT(10)
#define PT_SH_INNER    (3ULL << 8)
#define PT_S2_READ     BIT(6)
#define PT_S2_WRITE    BIT(7)
#define PT_S2_XN       BIT(54)
/* Ignored by hardware. */
#define PT_SEPARATE    BIT(55)
#define PT_S2_MEM_MASK (0xfULL << 2)
/* Outer and inner write-back. */
#define PT_S2_NORMAL   (0xfULL << 2)
/* Device-nGnRE. */
#define PT_S2_DEVICE   (0x1ULL << 2)
