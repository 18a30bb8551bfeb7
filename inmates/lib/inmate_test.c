/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Expectations of test inmates. */
#include <inmate.h>
#include <test.h>

bool all_passed = true;

void expect_equal(u64 a, u64 b, const char *what, const char *file, int line)
{
	if (a == b)
		return;
	printk("FAILED at %s:%d: %s is 0x%llx, expected 0x%llx\n", file, line, what, a, b);
	all_passed = false;
}
