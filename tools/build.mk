# SPDX-License-Identifier: GPL-2.0
#
# The `jailhouse` command: build/tools/jailhouse (arm64, static) and jailhouse-host (for this
# machine: `config check` works anywhere). tests: the same with a driver made of text files.

TOOL_B		:= $(B)/tools
TOOL_COMMON	:= $(filter-out tools/device_%.c tools/uio_demo.c,$(sort $(wildcard tools/*.c))) \
		   hypervisor/core/config_check.c
TOOL_SRCS	:= $(TOOL_COMMON) tools/device_linux.c
TOOL_FAKE_SRCS	:= $(TOOL_COMMON) tools/device_fake.c
TOOL_HEADERS	:= $(wildcard tools/*.h include/jailhouse/*.h include/arch/arm64/asm/*.h)
TOOL_FAKE	:= $(TOOL_B)/tests/jailhouse-fake

TOOL_CFLAGS	= -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -DTOOL_VERSION='"$(VERSION)"' \
		  -DTOOL_LIBEXECDIR='"$(prefix)/libexec"' -Iinclude -Iinclude/arch/arm64
TOOL_SANITIZE	:= -fsanitize=address,undefined -fno-sanitize-recover=all -O1

.PHONY: tools
tools: $(TOOL_B)/jailhouse $(TOOL_B)/jailhouse-host $(TOOL_B)/ivshmem-demo

# A program of its own, for the root cell.
$(TOOL_B)/ivshmem-demo: tools/uio_demo.c $(TOOL_HEADERS) tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(CROSS)gcc $(TOOL_CFLAGS) -static -s -o $@ $<

$(TOOL_B)/jailhouse: $(TOOL_SRCS) $(TOOL_HEADERS) tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(CROSS)gcc $(TOOL_CFLAGS) -static -s -o $@ $(TOOL_SRCS)

$(TOOL_B)/jailhouse-host: $(TOOL_SRCS) $(TOOL_HEADERS) tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(HOSTCC) $(TOOL_CFLAGS) -o $@ $(TOOL_SRCS)

$(TOOL_FAKE): $(TOOL_FAKE_SRCS) $(TOOL_HEADERS) tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(HOSTCC) $(TOOL_CFLAGS) $(TOOL_SANITIZE) -o $@ $(TOOL_FAKE_SRCS)

# The message ring, for this machine, with each of the sanitizers; the network's queues; the
# demo's peers.
comma := ,
TOOL_RINGS	:= $(TOOL_B)/tests/test_spsc_ring $(TOOL_B)/tests/test_spsc_ring-threads
UNIT_TESTS	+= $(TOOL_RINGS) $(TOOL_B)/tests/test_veth $(TOOL_B)/tests/test_demo_peer
$(TOOL_B)/tests/test_veth: include/jailhouse/ivshmem-net.h
$(TOOL_B)/tests/test_demo_peer: include/jailhouse/ivshmem-demo.h include/jailhouse/ivshmem.h
$(TOOL_B)/tests/test_veth $(TOOL_B)/tests/test_demo_peer: $(TOOL_B)/tests/%: tools/tests/%.c tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(HOSTCC) -std=gnu11 -O1 -g $(WARN) -Iinclude $(TOOL_SANITIZE) -o $@ $< -lcmocka
$(TOOL_RINGS): tools/tests/test_spsc_ring.c include/jailhouse/spsc-ring.h tools/build.mk
	@mkdir -p $(@D)
	$(say CC)
	$(Q)$(HOSTCC) -std=gnu11 -O1 -g $(WARN) -Iinclude \
		$(if $(findstring threads,$@),-fsanitize=thread,-fsanitize=address$(comma)undefined -fno-sanitize-recover=all) \
		-o $@ $< -lcmocka -lpthread

UNIT_PYTESTS	+= tools/tests/test_tool.py
unit unit-tests: $(TOOL_FAKE) configs
