// SPDX-License-Identifier: GPL-2.0
/*
 * Issues hypercalls and words their errors.
 */
#include "drv_hypercall.h"

#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "drv_reason.h"
#include "drv_state.h"

/* From the first pause to the longest between two attempts. */
#define PAUSE_FIRST_US 1000
#define PAUSE_LAST_US  10000

long drv_hypercall_query(u64 code, u64 argument1, u64 argument2)
{
	if (!drv.enabled || WARN_ON_ONCE(code < JAILHOUSE_HC_HYPERVISOR_GET_INFO))
		return -ENODEV;
	return (long)jailhouse_call_arg2(code, argument1, argument2);
}

int drv_hypercall_failed(const struct jailhouse_console_page *page, int code, u32 sequence_before,
			 struct jailhouse_reason *why)
{
	if (READ_ONCE(page->reason_seq) == sequence_before || !page->reason[0])
		return drv_reason_set(why, code, "%s", drv_reason_of_code(code));
	return drv_reason_set(why, code, "%.*s", JAILHOUSE_REASON_SIZE - 1, page->reason);
}

int drv_hypercall_manage(u64 code, u64 argument, unsigned int timeout_ms,
			 struct jailhouse_reason *why)
{
	unsigned long end = jiffies + msecs_to_jiffies(timeout_ms);
	unsigned long pause = PAUSE_FIRST_US;
	u32 sequence;
	long result;

	lockdep_assert_held(&drv_lock);
	if (WARN_ON_ONCE(!drv.enabled))
		return drv_reason_set(why, -ENODEV, "the hypervisor is not enabled");
	for (;;) {
		sequence = READ_ONCE(drv.console->reason_seq);
		result = (long)jailhouse_call_arg1(code, argument);
		if (result != -EAGAIN)
			break;
		if (timeout_ms && time_after(jiffies, end))
			return drv_reason_set(why, -ETIMEDOUT,
					      "the cell has not answered within %u ms", timeout_ms);
		if (!timeout_ms && fatal_signal_pending(current))
			return drv_reason_set(
				why, -EINTR,
				"the request was interrupted while the cell had not answered");
		usleep_range(pause, pause + pause / 4);
		pause = min(pause * 2, (unsigned long)PAUSE_LAST_US);
	}
	if (result >= 0)
		return 0;
	if (result < -MAX_ERRNO)
		return drv_reason_set(why, -EIO,
				      "the hypervisor answered 0x%lx, which is not an error code",
				      result);
	return drv_hypercall_failed(drv.console, (int)result, sequence, why);
}
