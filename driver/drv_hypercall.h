/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hypercalls of root, with the hypervisor's reason when they fail.
 *
 * Without the hypervisor the same instruction reaches the kernel's hyp stub,
 * where the numbers 0 to 2 mean something quite different: so each call is
 * made under drv_lock or drv_view, and only while drv.enabled.
 */
#pragma once

#include <linux/types.h>

#include <jailhouse/hypercall.h>
#include <jailhouse/ioctl.h>

/** Ask for a value; negative errno, -ENODEV if not enabled. Under drv_view or drv_lock. */
long drv_hypercall_query(u64 code, u64 argument1, u64 argument2);

/**
 * A management call, under drv_lock. -EAGAIN is answered by sleeping and
 * asking again: for `timeout_ms` (then -ETIMEDOUT), or, if that is 0, until
 * the caller is killed (then -EINTR).
 */
int drv_hypercall_manage(u64 code, u64 argument, unsigned int timeout_ms,
			 struct jailhouse_reason *why);

/** Word the failure `code` of a call made when the page's reason_seq was `sequence_before`. */
int drv_hypercall_failed(const struct jailhouse_console_page *page, int code, u32 sequence_before,
			 struct jailhouse_reason *why);
