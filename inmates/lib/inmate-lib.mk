# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#
# What the library consists of and how inmates are compiled and linked; included by
# inmates/build.mk (this tree) and by Makefile.lib (users' own inmates).
#
# Before: INMATE_TOP, the root of this tree.

INMATE_LIB	:= $(INMATE_TOP)/inmates/lib

INMATE_LIB_SRCS	:= $(addprefix inmates/lib/, \
	arm64/inmate_head.S arm64/inmate_setup.c arm64/inmate_mmu.c arm64/inmate_smp.c \
	arm-common/inmate_gic.c arm-common/inmate_timer.c \
	inmate_alloc.c inmate_cmdline.c inmate_cmdline_buffer.c inmate_comm.c inmate_console.c \
	inmate_ivshmem.c inmate_pci.c inmate_printk.c inmate_string.c inmate_test.c) \
	$(addprefix hypervisor/uart/, uart.c pl011.c xuartps.c imx.c ns8250.c lpuart.c)

INMATE_CPPFLAGS	:= $(addprefix -I$(INMATE_TOP)/, inmates/lib/arm64 inmates/lib/arm64/include \
	inmates/lib/arm-common/include inmates/lib/include include/arch/arm64 include)

# Position independent and self-relocating; no vectorised copies, no unaligned
# accesses, since part of it runs with the MMU off.
INMATE_CFLAGS	:= -std=gnu11 -O2 -g -ffreestanding -fpie -fvisibility=hidden -fno-common \
	-fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections \
	-fdata-sections -mstrict-align \
	$(if $(findstring clang,$(HYP_CC)),,-mno-outline-atomics -fno-tree-loop-distribute-patterns)
# The library itself leaves floating point to the program.
INMATE_LIB_CFLAGS := -mgeneral-regs-only

INMATE_LDFLAGS	:= -T $(INMATE_LIB)/inmate.lds -pie --no-dynamic-linker --gc-sections \
	-z norelro -z notext --no-warn-rwx-segments --hash-style=sysv --build-id=none
