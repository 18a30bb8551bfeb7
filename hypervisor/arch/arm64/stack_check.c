// SPDX-License-Identifier: GPL-2.0
/* What -fstack-protector asks for, see CONFIG_SANITIZE. */
#include <hyp/base.h>

#ifdef CONFIG_SANITIZE

/* Known, since it is to find mistakes. A zero ends what string functions copy. */
extern const u64 __stack_chk_guard;
const u64 __stack_chk_guard = 0x6e65657262006b73;

void __stack_chk_fail(void) __attribute__((noreturn));
void __stack_chk_fail(void)
{
	__asm__ volatile("brk #0x5afe");
	__builtin_unreachable();
}

#endif
