# host/build.mk -- the element reference, from the heads of the elements' files;
# the guest as a process.

build/gen/element_docs.c: $(ELEMENT_SRC) tools/gen-docs build/gen/sources
	@mkdir -p $(@D)
	$(Q)tools/gen-docs c $(ELEMENT_SRC) > $@

$(foreach f,$(FLAVOURS),$(eval \
    build/$(f)/bin/click: build/$(f)/gen/element_docs.o))

# A guest begins in little more than an exec takes: nothing to be linked or moved
# at its start, one text for all guests, few pages of data to be copied.  What
# the sanitizers need is not there statically.
LDFLAGS_process_host := -static

# Even so glibc asks the processor what it can do in thirty ways before main(),
# and each cpuid is a trap in a virtual machine: a quarter of a millisecond, as
# is half of what a program that does nothing takes.  musl does not ask; hence
# flavour process, as static and fixed in place, with a heap and copies of its
# own (host/musl).  Nettle's constructor asks, too: it is not run, for nettle
# chooses at the first use as well, and nothing else has any.  Where musl is not
# installed the program is what the host flavour links.
MUSL_GCC ?= $(if $(wildcard $(MUSL)/stdio.h),$(shell command -v musl-gcc))
CFLAGS_process := -O2 -nostdinc -isystem $(MUSL) \
	-idirafter build/gen/linux-include \
	-idirafter build/gen/nettle-include \
	-idirafter $(shell $(CC) -print-file-name=include 2>/dev/null) -fno-pic
LDFLAGS_process := -static -no-pie -Wl,-z,norelro \
	-Wl,--defsym=__init_array_end=__init_array_start
PROCESS_SRC := $(filter-out host/libc_gnu.c,$(LIB_SRC)) $(wildcard host/musl/*.c)
PROCESS_SRC := $(filter-out %_test.c,$(PROCESS_SRC))

# Only Linux' own headers.
LINUX_INCLUDE ?= /usr/include
build/gen/linux-include/linux:
	@mkdir -p $(@D)
	$(Q)ln -sfn $(firstword $(wildcard $(LINUX_INCLUDE)/asm \
		$(LINUX_INCLUDE)/$(shell $(CC) -print-multiarch 2>/dev/null)/asm)) $(@D)/asm
	$(Q)ln -sfn $(LINUX_INCLUDE)/asm-generic $(@D)/asm-generic
	$(Q)ln -sfn $(LINUX_INCLUDE)/linux $@

build/process/%.o: %.c | build/gen/linux-include/linux \
    build/gen/nettle-include/nettle
	@mkdir -p $(@D)
	$(call say,CC process $<)
	$(Q)$(CC) $(CFLAGS_all) $(CFLAGS_process) $(CFLAGS_EXTRA) -MMD -MP \
		-c -o $@ $<

build/process/gen/%.o: build/gen/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_all) $(CFLAGS_process) -MMD -MP -c -o $@ $<

# A copy is not to be made of calls of itself.
build/process/host/musl/copy.o: CFLAGS_EXTRA += -fno-builtin \
	-fno-tree-loop-distribute-patterns

build/process/libclick.a: $(PROCESS_SRC:%.c=build/process/%.o) \
    build/process/gen/elements_all.o build/gen/sources
	@rm -f $@
	$(call say,AR $@)
	$(Q)ar rcs $@ $(filter %.o,$^)

build/process/clickos-process: build/process/host/main_process.o \
    build/process/libclick.a build/process/minios/fprintf_chk.o
	$(call say,LD $@)
	$(Q)$(MUSL_GCC) $(LDFLAGS_process) -o $@ $^ $(NETTLE_LIB)

build/process/%_test: build/process/%_test.o build/process/libclick.a \
    build/process/minios/fprintf_chk.o
	$(call say,LD $@)
	$(Q)$(MUSL_GCC) $(LDFLAGS_process) -o $@ $^ $(NETTLE_LIB)

define process_rules
build/$(1)/bin/clickos-process: build/$(1)/host/main_process.o \
    build/$(1)/libclick.a
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) \
		$$(LDFLAGS_process_$(1)) -o $$@ $$^ $$(LIBS_host)
endef
$(foreach f,$(FLAVOURS),$(eval $(call process_rules,$(f))))

# The symbols stay with the one that is stripped.
build/clickos-process: \
    $(if $(MUSL_GCC),build/process/clickos-process,build/host/bin/clickos-process)
	$(Q)strip -o $@ $<

build/sandbox-probe: build/host/test/sandbox_probe.o build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC_host) -static -o $@ $^ $(LIBS_host)

check-run: build/sandbox-probe

docs:
	@mkdir -p docs
	tools/gen-docs md $(ELEMENT_SRC) > docs/elements.md

.PHONY: docs
