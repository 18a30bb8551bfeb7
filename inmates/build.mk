# SPDX-License-Identifier: GPL-2.0
#
# Inmates: build/inmates/{demos,tests}/<name>.bin, each of one C file <name>.c or of all those in
# a folder <name>/, and the library. Users' own inmates: see inmates/lib/Makefile.lib.

INMATE_TOP	:= .
include inmates/lib/inmate-lib.mk

INMATE_B	:= $(B)/inmates
INMATE_BINS	:= $(patsubst inmates/%.c,$(INMATE_B)/%.bin,\
			$(sort $(wildcard inmates/demos/*.c inmates/tests/*.c)))
INMATE_FOLDERS	:= $(patsubst %/,%,$(sort $(dir $(wildcard inmates/demos/*/*.c inmates/tests/*/*.c))))
INMATE_BINS	+= $(INMATE_FOLDERS:inmates/%=$(INMATE_B)/%.bin)
inmate_objs	= $(patsubst inmates/%.c,$(INMATE_B)/%.o,$(sort $(wildcard $(1)/*.c)))
INMATE_LIB_OBJS	:= $(addprefix $(INMATE_B)/lib/,$(addsuffix .o,$(basename $(INMATE_LIB_SRCS))))

.PHONY: inmates
inmates: $(INMATE_BINS)

$(INMATE_B)/lib/%.o: %.c inmates/lib/inmate-lib.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(WARN) $(INMATE_CPPFLAGS) $(INMATE_CFLAGS) $(INMATE_LIB_CFLAGS) -MMD -c $< -o $@

$(INMATE_B)/lib/%.o: %.S inmates/lib/inmate-lib.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(INMATE_CPPFLAGS) -MMD -c $< -o $@

$(INMATE_B)/lib.a: $(INMATE_LIB_OBJS)
	$(Q)rm -f $@
	$(Q)$(CROSS)ar rcs $@ $^

$(INMATE_B)/%.o: inmates/%.c inmates/lib/inmate-lib.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(WARN) $(INMATE_CPPFLAGS) $(INMATE_CFLAGS) $(INMATE_LIB_CFLAGS) -MMD -c $< -o $@

define INMATE_LINK
$(Q)$(CROSS)ld $(INMATE_LDFLAGS) -o $@ $(INMATE_B)/lib/inmates/lib/arm64/inmate_head.o \
	$(filter %.o,$^) $(INMATE_B)/lib.a
endef

define INMATE_FOLDER_RULE
$(1:inmates/%=$(INMATE_B)/%.elf): $(call inmate_objs,$(1)) $(INMATE_B)/lib.a inmates/lib/inmate.lds
	$$(INMATE_LINK)
endef
$(foreach f,$(INMATE_FOLDERS),$(eval $(call INMATE_FOLDER_RULE,$(f))))

$(INMATE_B)/%.elf: $(INMATE_B)/%.o $(INMATE_B)/lib.a inmates/lib/inmate.lds
	$(INMATE_LINK)

$(INMATE_B)/%.bin: $(INMATE_B)/%.elf
	$(Q)$(CROSS)objcopy -O binary $< $@

.SECONDARY: $(INMATE_BINS:.bin=.elf) $(INMATE_BINS:.bin=.o)
-include $(INMATE_LIB_OBJS:.o=.d) $(INMATE_BINS:.bin=.d) \
	$(patsubst %.o,%.d,$(foreach f,$(INMATE_FOLDERS),$(call inmate_objs,$(f))))
