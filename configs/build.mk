# SPDX-License-Identifier: GPL-2.0
#
# Cell configs: each C file under configs/<board>/ becomes build/configs/<board>/<name>.cell.
# USER_CONFIGS names further files, anywhere; they become build/configs/user/<name>.cell.
# The include path and the flags are those that users' own files are written for.

CONFIG_SRCS	:= $(sort $(wildcard configs/*/*.c))
CONFIG_CELLS	:= $(CONFIG_SRCS:configs/%.c=$(B)/configs/%.cell)
USER_CONFIGS	?=
USER_CELLS	:= $(patsubst %.c,$(B)/configs/user/%.cell,$(notdir $(USER_CONFIGS)))

CONFIG_CFLAGS	:= -Werror -Wall -Wextra -D__LINUX_COMPILER_TYPES_H \
		   -Ihypervisor/arch/arm64/include -Ihypervisor/include -Iinclude \
		   $(addprefix -include ,$(wildcard include/jailhouse/config.h))

# Device trees of boards that Debian has one for. <board>-cells.dtso is what Linux must leave to cells,
# for users too; <board>-qemu.dtso is what QEMU lacks. With both, Debian's device tree becomes
# build/dtb/<board>-<kernel>.dtb, which QEMU is booted with.
CONFIG_DTBOS	:= $(patsubst configs/%.dtso,$(B)/configs/%.dtbo,$(sort $(wildcard configs/*/*.dtso)))
DTB_zcu102	:= xilinx/zynqmp-zcu102-rev1.0.dtb
DTB_imx8mp-evk	:= freescale/imx8mp-evk.dtb
DTB_rpi4	:= broadcom/bcm2711-rpi-4-b.dtb
DTB_BOARDS	:= zcu102 imx8mp-evk rpi4
CONFIG_DTBS	:= $(foreach b,$(DTB_BOARDS),$(KERNELS:%=$(B)/dtb/$(b)-%.dtb))

.PHONY: configs
configs: $(CONFIG_CELLS) $(USER_CELLS) $(CONFIG_DTBOS) $(CONFIG_DTBS)

define CONFIG_COMPILE
@mkdir -p $(@D)
$(Q)$(HYP_CC) $(CONFIG_CFLAGS) -MMD -MF $(@:.cell=.d) -MT $@ -c $< -o $(@:.cell=.o)
$(Q)$(CROSS)objcopy -O binary --remove-section=.note.gnu.property $(@:.cell=.o) $@
endef

$(B)/configs/%.cell: configs/%.c configs/build.mk
	$(CONFIG_COMPILE)

define USER_CONFIG_RULE
$(B)/configs/user/$(notdir $(1:.c=.cell)): $(1) configs/build.mk
	$$(CONFIG_COMPILE)
endef
$(foreach f,$(USER_CONFIGS),$(eval $(call USER_CONFIG_RULE,$(f))))

# dtc sees no use of the root's cell sizes in an overlay, but warns when they are missing, too.
$(B)/configs/%.dtbo: configs/%.dtso configs/build.mk
	@mkdir -p $(@D)
	$(Q)dtc -W no-avoid_unnecessary_addr_size -I dts -O dtb -o $@ $<

# Not $(file <...): GNU Make 4.3 leaves the newline there now and then, by the length of what it holds.
define DTB_RULE
$(B)/dtb/$(1)-$(2).dtb: $(filter $(B)/configs/$(1)/%,$(CONFIG_DTBOS)) $(SETUP)/kernel-$(2).mk
	@mkdir -p $$(@D)
	$(Q)fdtoverlay -o $$@ $$(filter %.dtbo,$$^) \
		-i $(B)/kernels/$(2)/root/usr/lib/linux-image-$$$$(cat $(B)/kernels/$(2)/release)/$(DTB_$(1))
endef
$(foreach b,$(DTB_BOARDS),$(foreach k,$(KERNELS),$(eval $(call DTB_RULE,$(b),$(k)))))

UNIT_PYTESTS	+= configs/tests/test_boards.py

-include $(CONFIG_CELLS:.cell=.d) $(USER_CELLS:.cell=.d)
