/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory barriers (Arm ARM B2.7). Every use names what it orders.
 */
#pragma once

#define dmb_ish()   __asm__ volatile("dmb ish" ::: "memory")
#define dmb_ishst() __asm__ volatile("dmb ishst" ::: "memory")
#define dsb_ish()   __asm__ volatile("dsb ish" ::: "memory")
#define dsb_sy()    __asm__ volatile("dsb sy" ::: "memory")
#define isb()       __asm__ volatile("isb" ::: "memory")
