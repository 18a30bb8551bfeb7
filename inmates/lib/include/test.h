/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Expectations of a test inmate: each failure prints a line and is remembered. */
#pragma once

#include <jailhouse/types.h>

extern bool all_passed;

#define EXPECT_EQUAL(a, b) expect_equal((u64)(a), (u64)(b), #a, __FILE__, __LINE__)

void expect_equal(u64 a, u64 b, const char *what, const char *file, int line);
