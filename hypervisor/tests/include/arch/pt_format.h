/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: stage-2 descriptors with other bits than Arm's, on
 * purpose, so that core code which knows the bits by heart fails its tests.
 * As on Arm: a descriptor of 0 is invalid, and the address stands in place.
 */
#pragma once

#include <hyp/base.h>

#define PT_VALID       BIT(61)
#define PT_TABLE       BIT(3)
#define PT_ADDR_MASK   0x0000fffffffff000ULL
#define PT_AF          BIT(50)
#define PT_SH_INNER    (5ULL << 52)
#define PT_S2_READ     BIT(1)
#define PT_S2_WRITE    BIT(58)
#define PT_S2_XN       BIT(6)
#define PT_SEPARATE    BIT(2)
#define PT_S2_MEM_MASK (0x7ULL << 7)
#define PT_S2_NORMAL   (0x5ULL << 7)
#define PT_S2_DEVICE   (0x2ULL << 7)
