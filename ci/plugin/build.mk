# SPDX-License-Identifier: GPL-2.0
#
# What `make bench` needs beside the product: the plugin that counts, for QEMU on this machine, and
# the program that takes a cell through its life, for the guest. And the plugin of `make coverage`.

BENCH_B		:= $(B)/bench

$(BENCH_B)/%.so: ci/plugin/%.c ci/plugin/qemu_plugin_api.h ci/plugin/build.mk
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(HOSTCC) -std=gnu11 -O2 -g $(WARN) -shared -fPIC -pthread -o $@ $<

$(B)/guest/bench-cell: ci/plugin/bench_cell.c $(wildcard include/jailhouse/*.h) ci/plugin/build.mk
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CROSS)gcc -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -Iinclude -Iinclude/arch/arm64 \
		-static -s -o $@ $<

.PHONY: bench-plugin
bench-plugin: $(BENCH_B)/count_el2.so $(BENCH_B)/cover_el2.so
bench: bench-plugin
$(KERNELS:%=$(B)/initramfs/%.cpio.gz): $(B)/guest/bench-cell
