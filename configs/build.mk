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

.PHONY: configs
configs: $(CONFIG_CELLS) $(USER_CELLS)

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

-include $(CONFIG_CELLS:.cell=.d) $(USER_CELLS:.cell=.d)
