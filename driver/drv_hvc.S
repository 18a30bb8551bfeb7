/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one instruction that reaches whoever owns EL2 when it is not our
 * hypervisor yet: HVC #0 as the kernel's hyp stub and KVM define it.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>

/*
 * u64 drv_hvc(u64 function, u64 argument1, u64 argument2)
 *
 * A function, so that x1 to x17 may be lost as in any call. x18 is kept here:
 * kernels with a shadow call stack need it, and the switch does not save it.
 */
SYM_FUNC_START(drv_hvc)
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x18, [sp, #16]
	mov	x3, xzr
	mov	x4, xzr
	hvc	#0
	ldr	x18, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
SYM_FUNC_END(drv_hvc)
