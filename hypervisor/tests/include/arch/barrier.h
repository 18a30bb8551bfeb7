/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: barriers are events that a test can look for.
 */
#pragma once

void fake_barrier(const char *name);

#define dmb_ish()   fake_barrier("dmb ish")
#define dmb_ishst() fake_barrier("dmb ishst")
#define dsb_ish()   fake_barrier("dsb ish")
#define dsb_sy()    fake_barrier("dsb sy")
#define isb()       fake_barrier("isb")
