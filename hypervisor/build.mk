# SPDX-License-Identifier: GPL-2.0
#
# The EL2 image: $(B)/hypervisor/jailhouse.bin (and .elf for tools).

HYP_SRCS := $(wildcard hypervisor/core/*.c hypervisor/irqchip/*.c hypervisor/uart/*.c) \
	    $(wildcard hypervisor/arch/arm64/*.c hypervisor/arch/arm64/*.S)
HYP_SRCS := $(filter-out %.lds.S,$(HYP_SRCS))
HYP_OBJS := $(patsubst %,$(B)/%.o,$(basename $(HYP_SRCS)))
HYP_LDS := $(B)/hypervisor/hypervisor.lds

HYP_CPPFLAGS := -Iinclude -Iinclude/arch/arm64 -Ihypervisor/include \
		-Ihypervisor/arch/arm64/include -include $(B)/include/generated/config.h \
		-DCELLBLOCK_VERSION='"$(VERSION)"'
# No vector registers: they belong to the cells. x18 belongs to Linux, too. The
# image is less than 1 MiB (tiny), and small before it is aligned.
HYP_CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-common -fno-builtin-printf -fno-pie \
	      -fno-asynchronous-unwind-tables -fno-jump-tables \
	      -fno-strict-aliasing -mcmodel=tiny -mgeneral-regs-only -ffixed-x18 -mno-outline-atomics -march=armv8-a $(WARN)
HYP_CC_IS_CLANG := $(findstring clang,$(HYP_CC))
HYP_CFLAGS += $(if $(HYP_CC_IS_CLANG),--target=aarch64-linux-gnu,\
	      -fno-tree-loop-distribute-patterns -fno-ipa-cp-clone -flto -flto-partition=one \
	      -falign-functions=4 -falign-jumps=1 -falign-loops=1)
HYP_CFLAGS += $(if $(CONFIG_SANITIZE),-fsanitize=undefined -fsanitize-undefined-trap-on-error \
	      -fstack-protector-all -mstack-protector-guard=global,-fno-stack-protector)

.PHONY: hypervisor
hypervisor: $(B)/hypervisor/jailhouse.bin

$(B)/hypervisor/%.o: hypervisor/%.c $(AUTOCONF)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(HYP_CC) $(HYP_CPPFLAGS) $(HYP_CFLAGS) -MMD -MP -c $< -o $@

$(B)/hypervisor/%.o: hypervisor/%.S $(AUTOCONF)
	@mkdir -p $(@D)
	@echo "  AS      $<"
	$(Q)$(HYP_CC) $(HYP_CPPFLAGS) $(HYP_CFLAGS) -D__ASSEMBLY__ -MMD -MP -c $< -o $@

$(HYP_LDS): hypervisor/arch/arm64/hypervisor.lds.S hypervisor/arch/arm64/layout.h
	@mkdir -p $(@D)
	$(Q)$(CROSS)gcc -E -P -x c $< -o $@

$(B)/hypervisor/jailhouse.elf: $(HYP_OBJS) $(HYP_LDS)
	@echo "  LD      $@"
	$(Q)$(HYP_CC) $(HYP_CFLAGS) -nostdlib -static -Wl,-z,max-page-size=4096,--no-warn-rwx-segments,--build-id=none \
		-Wl,-Map=$@.map,-T,$(HYP_LDS) $(HYP_OBJS) -o $@

$(B)/hypervisor/jailhouse.bin: $(B)/hypervisor/jailhouse.elf
	@echo "  OBJCOPY $@"
	$(Q)$(CROSS)objcopy -O binary $< $@

-include $(HYP_OBJS:.o=.d)

# What runs at life-cycle operations only is built for size.
HYP_COLD := core/config_check core/cell_config core/cell core/cell_create core/ownership core/setup \
	    core/format core/console core/page_alloc core/comm core/vpci arch/arm64/violation arch/arm64/enter \
	    arch/arm64/el2_state irqchip/gicv3 irqchip/gicv2 irqchip/gic_spi
$(HYP_COLD:%=$(B)/hypervisor/%.o): HYP_CFLAGS += -Os

# Runs with the MMU off, where every access is to Device memory.
$(B)/hypervisor/arch/arm64/stage1_early.o: HYP_CFLAGS += -mstrict-align -Os

# The compiler may call these after the link-time optimiser has dropped them.
$(B)/hypervisor/core/string.o $(B)/hypervisor/arch/arm64/stack_check.o: HYP_CFLAGS += -fno-lto
