# SPDX-License-Identifier: GPL-2.0
#
# The drivers, once for each kernel: build/driver/<kernel>/jailhouse.ko, and the
# others of Kbuild beside it. The kernel's build system writes next to its
# sources, so they are linked into the output directory; only there does it run.

DRIVER_SRCS	:= $(wildcard driver/drv_*.[chS] driver/*ivshmem*.[ch]) driver/Kbuild hypervisor/core/config_check.c
DRIVER_HEADERS	:= $(wildcard include/jailhouse/*.h include/arch/arm64/asm/*.h)
DRIVER_KOS	:= $(KERNELS:%=$(B)/driver/%/jailhouse.ko)

.PHONY: driver $(KERNELS:%=driver-%)
driver: $(DRIVER_KOS)
$(KERNELS:%=driver-%): driver-%: $(B)/driver/%/jailhouse.ko

# CONFIG_DEBUG_INFO_BTF_MODULES needs the kernel's vmlinux, which no package has.
DRIVER_KBUILD	= $(MAKE) -C $(abspath $(B)/kernels/$*/headers) M=$(abspath $(@D)) W=1 \
		  ARCH=arm64 CROSS_COMPILE=$(CROSS) DEB_BUILD_ARCH=amd64 DEB_HOST_ARCH=arm64 \
		  DEB_HOST_GNU_TYPE=aarch64-linux-gnu CONFIG_DEBUG_INFO_BTF_MODULES= \
		  CELLBLOCK_TOP=$(abspath .) $(if $(Q),-s,V=1) modules

$(DRIVER_KOS): $(B)/driver/%/jailhouse.ko: $(DRIVER_SRCS) $(DRIVER_HEADERS) driver/build.mk
	@mkdir -p $(@D)
	@find $(@D) -maxdepth 1 -type l -delete
	@ln -sf $(abspath $(DRIVER_SRCS)) $(@D)/
	+$(Q)$(DRIVER_KBUILD)
	@touch $@
