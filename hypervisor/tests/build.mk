# SPDX-License-Identifier: GPL-2.0
#
# Host unit tests of the hypervisor's pure core: the sources of core/, of the GIC filters and of a few
# files of arch/arm64, compiled natively with a fake architecture (include/arch) under ASan and UBSan.
# One program per suite, all linked with everything: $(B)/unit/hypervisor/test_<suite>.

HT		:= hypervisor/tests
HT_OUT		:= $(B)/unit/hypervisor
HT_SUITES	:= $(patsubst $(HT)/test_%.c,%,$(wildcard $(HT)/test_*.c))
HT_PROGRAMS	:= $(HT_SUITES:%=$(HT_OUT)/test_%)
UNIT_TESTS	+= $(HT_PROGRAMS)

# Code under test. Some files come through host_*.c; the rest of arch/arm64 needs the real machine.
HT_CORE		:= $(filter-out %/cell.c %/ivshmem.c,$(wildcard hypervisor/core/*.c hypervisor/uart/*.c))
HT_ARCH		:= $(addprefix hypervisor/arch/arm64/,abort_decode.c id_regs.c psci.c smccc.c sysreg.c \
			violation.c)
HT_SRCS		:= $(HT_CORE) $(HT_ARCH) $(filter-out %/gicv2.c %/gicv3.c,$(wildcard hypervisor/irqchip/*.c)) \
		   $(wildcard $(HT)/fake_*.c $(HT)/host_*.c)
HT_OBJS		:= $(HT_SRCS:%.c=$(HT_OUT)/%.o)

HT_CPPFLAGS	:= -D_GNU_SOURCE -I$(HT)/include -Iinclude -Iinclude/arch/arm64 -Ihypervisor/include \
		   -DCONFIG_LOG_TO_UART=1 -DCONFIG_SELFTEST=1 -include $(HT)/fake_io.h
HT_CFLAGS	:= -std=gnu11 -O1 -g $(WARN) -fno-strict-aliasing -fno-omit-frame-pointer \
		   -fsanitize=address,undefined,bounds-strict -fno-sanitize-recover=all $(HT_EXTRA)
HT_LDLIBS	:= -lcmocka -lpthread

# The fake sees what the pool hands out and takes back.
$(HT_OUT)/hypervisor/core/page_alloc.o: \
	HT_CPPFLAGS += -Dpage_pool_init=pool_init -Dpage_free=pool_free -Dmemset=pool_memset
# Compared with the C library's, so under other names.
$(HT_OUT)/hypervisor/core/string.o: HT_CPPFLAGS += -fno-builtin \
	$(foreach f,memcpy memmove memset memcmp strlen strcmp,-D$(f)=hyp_$(f))
$(HT_ARCH:%.c=$(HT_OUT)/%.o): HT_CPPFLAGS += -include $(HT)/fake_private.h

# Configs that are wrong on purpose, compiled as users compile theirs.
HT_BAD		:= $(patsubst $(HT)/%.c,$(HT_OUT)/%.bin,$(wildcard $(HT)/bad_configs/*/*.c))
$(HT_OUT)/bad_configs/%.bin: $(HT)/bad_configs/%.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 $(WARN) -Wno-override-init -Iinclude -Iinclude/arch/arm64 \
		-MMD -MP -MT $@ -MF $(@:.bin=.d) -c $< -o $(@:.bin=.o)
	$(Q)objcopy -O binary -j .rodata $(@:.bin=.o) $@
$(HT_OUT)/test_config_check: $(HT_BAD)
$(HT_OUT)/$(HT)/test_config_check.o: \
	HT_CPPFLAGS += -DBAD_CONFIGS='"$(abspath $(HT_OUT))/bad_configs"'

$(HT_OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	$(Q)$(HOSTCC) $(HT_CPPFLAGS) $(HT_CFLAGS) -MMD -MP -c $< -o $@

$(HT_PROGRAMS): $(HT_OUT)/test_%: $(HT_OUT)/$(HT)/test_%.o $(HT_OBJS)
	@echo "  HOSTLD  $@"
	$(Q)$(HOSTCC) $(HT_CFLAGS) $(filter %.o,$^) $(HT_LDLIBS) -o $@

# On request only, see fuzz_config.c.
$(HT_OUT)/fuzz_config: $(HT)/fuzz_config.c hypervisor/core/config_check.c $(HT_BAD)
	@mkdir -p $(@D)
	$(Q)clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Iinclude -Iinclude/arch/arm64 $(filter %.c,$^) -o $@

-include $(HT_OBJS:.o=.d) $(HT_SUITES:%=$(HT_OUT)/$(HT)/test_%.d) $(HT_BAD:.bin=.d)
