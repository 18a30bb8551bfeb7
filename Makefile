# SPDX-License-Identifier: GPL-2.0
#
# All verbs of the project; `make help` lists them. What a folder builds is described in its own
# build.mk. Everything generated lies below $(B).

B		?= build
KERNELS		:= 6.1 6.12
KERNEL		?= 6.1
# A row of ci/boards.tsv, for demo and run.
BOARD		?= virt-gicv3-$(KERNEL)
CROSS		?= aarch64-linux-gnu-
HYP_CC		?= $(CROSS)gcc
HOSTCC		?= gcc
# Debian's own Python: the packages that the tests use belong to it, whatever else is in the PATH.
PYTHON		:= /usr/bin/python3
prefix		?= /usr
V		?= 0
Q		:= $(if $(filter 1,$(V)),,@)
# say,LABEL: one short line a step, as in the kernel's build.
say		= @printf '  %-7s %s\n' '$(1)' '$(patsubst $(B)/%,%,$@)';

VERSION		:= $(shell cat VERSION)

# clang needs to be told the target; where the variables are used they mean the same for both.
ifneq ($(findstring clang,$(HYP_CC)),)
ifeq ($(findstring --target,$(HYP_CC)),)
override HYP_CC	:= $(HYP_CC) --target=aarch64-linux-gnu
endif
endif

WARN	:= -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	   -Wold-style-definition -Wundef -Wpointer-arith -Wwrite-strings -Wvla \
	   -Wimplicit-fallthrough -Wno-unused-parameter

PYTHONPATH		:= $(CURDIR)
PYTHONDONTWRITEBYTECODE	:= 1
export B PYTHONPATH PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

.PHONY: FORCE
FORCE:

# --- set-up ---------------------------------------------------------------------------------------
#
# The stamps are included, so make brings them up to date before it looks at any other target, in
# any order and under any -j, and does nothing when they exist. They do not depend on B: a second
# build directory shares what was downloaded.

SETUP		:= build/setup
NO_SETUP	:= help clean distclean
STAMPS		:= packages apt $(KERNELS:%=kernel-%) busybox qemu
AUTOCONF	:= $(B)/include/generated/config.h

define stamp
	@mkdir -p $(SETUP)
	@B=build $(1)
	@echo '# $(2)' >$@
endef

# One after the other: they share one apt state.
$(SETUP)/packages.mk: ci/setup/packages.txt ci/setup/packages.sh ci/setup/setup_lib.sh
	$(call stamp,ci/setup/packages.sh,Debian packages are installed)
$(SETUP)/apt.mk: ci/setup/apt_state.sh $(SETUP)/packages.mk
	$(call stamp,ci/setup/apt_state.sh,the private apt state)
$(SETUP)/qemu.mk: ci/setup/qemu.sh | $(SETUP)/apt.mk
	$(call stamp,ci/setup/qemu.sh,QEMU 10)
$(SETUP)/busybox.mk: ci/setup/busybox.sh | $(SETUP)/qemu.mk
	$(call stamp,ci/setup/busybox.sh,busybox)
$(SETUP)/kernel-6.1.mk: ci/setup/kernel.sh | $(SETUP)/busybox.mk
	$(call stamp,ci/setup/kernel.sh 6.1,Debian kernel 6.1)
$(SETUP)/kernel-6.12.mk: ci/setup/kernel.sh | $(SETUP)/kernel-6.1.mk
	$(call stamp,ci/setup/kernel.sh 6.12,Debian kernel 6.12)

# Firmware, which only some rows of ci/boards.tsv need: not among the stamps, so that nothing else
# waits for it, or fails without it.
$(SETUP)/firmware.mk: ci/setup/firmware.sh | $(SETUP)/apt.mk
	$(call stamp,ci/setup/firmware.sh,TF-A for the Raspberry Pi 4)
$(SETUP)/tfa.mk: ci/setup/tfa.sh ci/setup/fip.py | $(SETUP)/firmware.mk
	$(call stamp,ci/setup/tfa.sh,TF-A for the machine virt)
# Likewise, for `make soak` alone.
$(SETUP)/load.mk: ci/setup/load.sh | $(SETUP)/apt.mk
	$(call stamp,ci/setup/load.sh,stress-ng and hackbench)

ifneq ($(or $(filter-out $(NO_SETUP),$(MAKECMDGOALS)),$(if $(MAKECMDGOALS),,all)),)
include $(STAMPS:%=$(SETUP)/%.mk)
include $(B)/include/config/auto.mk
endif

# --- configuration --------------------------------------------------------------------------------

KCONFIG		:= hypervisor/Kconfig
DEFCONFIG	?= hypervisor/defconfig
DOTCONFIG	:= $(B)/.config
kconf		= KCONFIG_CONFIG=$(abspath $(DOTCONFIG)) \
		  KCONFIG_AUTOCONFIG=$(abspath $(B))/include/config/auto.conf \
		  KCONFIG_AUTOHEADER=$(abspath $(B))/include/generated/kconfig.h \
		  KCONFIG_TRISTATE=$(abspath $(B))/include/config/tristate.conf \
		  CONFIG_=CONFIG_ kconfig-$(1) $(2) $(abspath $(KCONFIG))
# kconfig writes its dependency files below the current folder.
in_build	= mkdir -p $(B)/include/config $(B)/include/generated && cd $(B)
# Another build folder shares what was downloaded.
shared		= $(foreach d,kernels busybox qemu load,[ -e $(B)/$(d) ] || \
			ln -sfn $(CURDIR)/build/$(d) $(B)/$(d);)

$(DOTCONFIG): | $(STAMPS:%=$(SETUP)/%.mk)
	@mkdir -p $(B); $(shared)
	$(Q)$(in_build) && $(call kconf,conf,--defconfig=$(abspath $(DEFCONFIG))) >/dev/null

$(B)/include/config/auto.mk: $(DOTCONFIG) $(KCONFIG) Makefile | $(SETUP)/packages.mk
	$(Q)$(in_build) && $(call kconf,conf,--olddefconfig) >/dev/null && \
		$(call kconf,conf,--silentoldconfig) >/dev/null
	$(Q){ echo '/* Generated from $(KCONFIG) and .config. */'; echo '#pragma once'; \
	      echo '#define JAILHOUSE_VERSION_STRING "$(VERSION)"'; \
	      grep '^#define' $(B)/include/generated/kconfig.h; } >$(AUTOCONF).new
	$(Q)cmp -s $(AUTOCONF).new $(AUTOCONF) && rm $(AUTOCONF).new || mv $(AUTOCONF).new $(AUTOCONF)
	$(Q)cp $(B)/include/config/auto.conf $@

$(AUTOCONF): $(B)/include/config/auto.mk
	@:

.PHONY: defconfig menuconfig olddefconfig savedefconfig
defconfig:
	$(Q)$(in_build) && $(call kconf,conf,--defconfig=$(abspath $(DEFCONFIG)))
menuconfig:
	$(Q)$(in_build) && $(call kconf,mconf,)
olddefconfig:
	$(Q)$(in_build) && $(call kconf,conf,--olddefconfig)
savedefconfig:
	$(Q)$(in_build) && $(call kconf,conf,--savedefconfig=$(abspath $(B))/defconfig)
	$(Q){ sed -n '/^#/p;/^[^#]/q' hypervisor/defconfig; cat $(B)/defconfig; } >$(B)/defconfig.new
	$(Q)mv $(B)/defconfig.new hypervisor/defconfig; rm -f $(B)/defconfig

# --- the folders ----------------------------------------------------------------------------------

FRAGMENTS := $(wildcard $(addsuffix /build.mk, \
		hypervisor hypervisor/tests driver tools tools/tests configs inmates ci/plugin))

# Host programs that are unit tests, and host pytest files; the fragments add to both.
UNIT_TESTS	:=
UNIT_PYTESTS	:= ci/gates/test_gates.py ci/test_check.py ci/test_rpi4_boot.py \
		   ci/models/test_models.py

include $(FRAGMENTS)

has = $(if $(filter $(1)/build.mk,$(FRAGMENTS)),$(2))
PARTS := $(call has,hypervisor,hypervisor) $(call has,driver,$(KERNELS:%=driver-%)) \
	 $(call has,tools,tools) $(call has,configs,configs) $(call has,inmates,inmates)

.PHONY: all setup firmware
all: $(PARTS)
firmware: $(SETUP)/firmware.mk $(SETUP)/tfa.mk
setup: firmware
	@echo '  SETUP   complete'

# --- the guest ------------------------------------------------------------------------------------

.PHONY: initramfs run demo bench
initramfs: $(KERNELS:%=$(B)/initramfs/%.cpio.gz)

$(B)/initramfs/%.cpio.gz: $(PARTS) FORCE
	$(Q)$(PYTHON) ci/mkinitramfs.py --kernel $* --output $@

# Firmware that the board is started with.
board-firmware := $(if $(filter rpi4-% virt-tfa-%,$(BOARD)),firmware)
run: initramfs $(board-firmware)
	$(Q)$(PYTHON) ci/run.py $(BOARD)

demo: initramfs $(board-firmware)
	$(Q)$(PYTHON) ci/demo.py $(BOARD)

bench: all initramfs
	$(Q)$(PYTHON) ci/bench.py $(if $(filter command% environment%,$(origin BOARD)),--board $(BOARD))

# Life cycles at random, for TIME seconds; or ENABLES=, LIVES=, RESTARTS= times the same thing.
.PHONY: soak
soak: all initramfs $(SETUP)/load.mk
	$(Q)$(PYTHON) ci/soak.py $(if $(filter command% environment%,$(origin BOARD)),--board $(BOARD)) \
		$(if $(TIME),--seconds $(TIME)) $(if $(SEED),--seed $(SEED)) \
		$(if $(ENABLES),--enables $(ENABLES)) $(if $(LIVES),--lives $(LIVES)) \
		$(if $(RESTARTS),--restarts $(RESTARTS)) $(if $(LOAD),--load $(LOAD))

# Which lines of the hypervisor no test reaches, by unit tests and the system tests of the rows BOARDS=.
.PHONY: coverage
coverage: initramfs bench-plugin
	$(Q)$(MAKE) B=$(B)/coverage HT_EXTRA="--coverage -O0" unit-tests
	$(Q)$(PYTHON) ci/cover.py $(BOARDS)

# Mistakes in the hypervisor that its unit tests should notice: COUNT= of them, drawn by SEED=. What they do not
# notice is for system tests on the machine TARGET=.
.PHONY: mutants
mutants: $(PARTS) $(if $(TARGET),initramfs)
	$(Q)$(PYTHON) ci/mutate.py $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED)) \
		$(if $(FILES),--files $(FILES)) $(if $(JOBS),--jobs $(JOBS)) $(if $(SKIP),--skip $(SKIP)) \
		$(if $(KINDS),--kinds "$(KINDS)") $(if $(RETRY),--retry $(RETRY)) $(if $(AGAIN),--again $(AGAIN)) \
		$(if $(TARGET),--target $(TARGET)) $(if $(TESTS),--tests "$(TESTS)")

# --- tests ----------------------------------------------------------------------------------------

.PHONY: check check-all unit system gates format
# check builds by itself, so that a build that fails is a failed test and not a missing result.
check:
	$(Q)$(PYTHON) ci/check.py
check-all:
	$(Q)BOARDS=all $(PYTHON) ci/check.py
unit: $(UNIT_TESTS)
	$(Q)$(PYTHON) ci/check.py --no-build --only unit
system: initramfs selftest-image firmware
	$(Q)$(PYTHON) ci/check.py --no-build --only system
gates: $(filter hypervisor,$(PARTS))
	$(Q)$(PYTHON) ci/check.py --no-build --only gates
# The image that checks the ownership invariants by itself, for ci/system/test_selftest.py.
.PHONY: selftest-image
# Configured again each time: a tree may have the options of an earlier ci/selftest.config.
selftest-image:
	$(Q)rm -f $(B)/selftest/.config
	$(Q)$(MAKE) B=$(B)/selftest DEFCONFIG=ci/selftest.config hypervisor
.PHONY: unit-tests unit-list
unit-tests: $(UNIT_TESTS)
	@:
unit-list:
	@printf 'unit %s\n' $(UNIT_TESTS); printf 'pytest %s\n' $(UNIT_PYTESTS)

format:
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | xargs -r clang-format-14 -i --style=file

# --- installation ---------------------------------------------------------------------------------
#
# Onto an arm64 machine's root file system: make install DESTDIR=/mnt. The paths are those that
# scripts rely on.

install := install -D
libexec := $(DESTDIR)$(prefix)/libexec/jailhouse

.PHONY: install
install: all
	$(Q)$(install) -m 755 $(B)/tools/jailhouse $(DESTDIR)$(prefix)/sbin/jailhouse
	$(Q)$(install) -m 755 $(B)/tools/ivshmem-demo $(DESTDIR)$(prefix)/bin/ivshmem-demo
	$(Q)$(install) -m 644 $(B)/hypervisor/jailhouse.bin $(DESTDIR)/lib/firmware/jailhouse.bin
	$(Q)for k in $(KERNELS); do \
		for m in jailhouse uio_ivshmem ivshmem_net; do \
			$(install) -m 644 $(B)/driver/$$k/$$m.ko \
				$(DESTDIR)/lib/modules/$$(cat $(B)/kernels/$$k/release)/extra/$$m.ko; \
		done; \
	done
	$(Q)mkdir -p $(DESTDIR)/etc/jailhouse $(libexec)/demos $(libexec)/tests
	$(Q)install -m 644 $(B)/configs/*/*.cell $(DESTDIR)/etc/jailhouse
	$(Q)install -m 644 $(B)/inmates/demos/*.bin $(libexec)/demos
	$(Q)for f in $(B)/inmates/tests/*.bin; do \
		[ ! -e $$f ] || install -m 644 $$f $(libexec)/tests; done
	$(Q)[ ! -e tools/jailhouse.8 ] || \
		$(install) -m 644 tools/jailhouse.8 $(DESTDIR)$(prefix)/share/man/man8/jailhouse.8
	$(Q)[ ! -e tools/jailhouse-completion.bash ] || \
		$(install) -m 644 tools/jailhouse-completion.bash \
			$(DESTDIR)$(prefix)/share/bash-completion/completions/jailhouse

# --- the rest -------------------------------------------------------------------------------------

.PHONY: clean distclean help
# clean keeps what was downloaded, and the configuration.
clean:
	$(Q)find $(B) -mindepth 1 -maxdepth 1 ! -name setup ! -name kernels ! -name qemu \
		! -name busybox ! -name firmware ! -name tfa ! -name .config -exec rm -rf {} + \
		2>/dev/null || true
distclean:
	$(Q)rm -rf $(B)

help:
	@echo 'Build and try'
	@echo '  all (default)  build hypervisor, driver, tool, configs and inmates'
	@echo '  demo           partition a stock Debian kernel on QEMU, step by step (KERNEL=6.1|6.12,'
	@echo '                 or BOARD=, a row of ci/boards.tsv)'
	@echo '  run            interactive shell in the same guest, with everything installed'
	@echo '  setup          install Debian packages, fetch kernels, QEMU and busybox; every verb'
	@echo '                 does this by itself when it is needed'
	@echo '  firmware       fetch or build TF-A, with which QEMU starts a Raspberry Pi 4 and virt-tfa-*'
	@echo '  initramfs      build the user space of the guest'
	@echo '  soak           random life cycles for TIME= seconds, or ENABLES=, LIVES=, RESTARTS= times; LOAD='
	@echo '  coverage       which lines of the hypervisor do the tests reach? BOARDS= says on which machines'
	@echo '  mutants        plant COUNT= mistakes into the hypervisor: do the unit tests notice?'
	@echo '  install        install onto an arm64 file system (DESTDIR=, prefix=/usr)'
	@echo
	@echo 'Test'
	@echo '  check          everything: unit tests, gates, system tests on the machines that matter most'
	@echo '  check-all      the same on all machines of ci/boards.tsv, with both kernels'
	@echo '  unit           host unit tests with ASan and UBSan'
	@echo '  gates          format, include ranks, headers alone, clang, cppcheck, spelling ...'
	@echo '  system         system tests on QEMU'
	@echo '  bench          count EL2 instructions of each operation'
	@echo '  format         apply .clang-format'
	@echo
	@echo 'Configure (result in build/.config)'
	@echo '  menuconfig     choose options in a menu'
	@echo '  defconfig      all defaults (hypervisor/defconfig)'
	@echo '  olddefconfig   keep the choices, take the default of new options'
	@echo '  savedefconfig  write the choices to hypervisor/defconfig'
	@echo
	@echo 'Clean'
	@echo '  clean          remove what was built, keep downloads and configuration'
	@echo '  distclean      remove build/'
	@echo
	@echo 'Variables: V=1 shows commands, HYP_CC=clang builds with clang, B= another build folder,'
	@echo '  KERNEL=6.1|6.12 or BOARD= for demo and run, USER_CONFIGS= your own cell configs.'
