# cosmos/build.mk -- libcosmos and the command.
#
# The library is one shared object that shows nothing but cosmos.h; the command
# links it statically, so that it can be copied anywhere.  jansson makes the
# command's JSON.

COSMOS_LIB := $(call sources,base) clickos/message.c cosmos/cosmos.c \
	cosmos/control.c cosmos/router.c cosmos/process.c \
	cosmos/process_state.c cosmos/assert.c
COSMOS_CMD := cosmos/main.c cosmos/cmd.c $(wildcard cosmos/cmd_*.c)
CLICKOS_LIBEXEC ?= $(PREFIX)/lib/clickos

build/%/cosmos/process.o: CFLAGS_EXTRA += -DCLICKOS_LIBEXEC='"$(CLICKOS_LIBEXEC)"'

define cosmos_rules
build/$(1)/bin/cosmos: $$(COSMOS_LIB:%.c=build/$(1)/%.o) \
    $$(COSMOS_CMD:%.c=build/$(1)/%.o)
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) -o $$@ $$^ \
		-ljansson
endef
$(foreach f,$(FLAVOURS),$(eval $(call cosmos_rules,$(f))))

build/cosmos: build/host/bin/cosmos
	$(Q)ln -f $< $@

all: build/cosmos
check-run: build/cosmos build/asan/bin/cosmos
