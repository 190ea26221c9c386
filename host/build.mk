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

define process_rules
build/$(1)/bin/clickos-process: build/$(1)/host/main_process.o \
    build/$(1)/libclick.a
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) \
		$$(LDFLAGS_process_$(1)) -o $$@ $$^ $$(LIBS_host)
endef
$(foreach f,$(FLAVOURS),$(eval $(call process_rules,$(f))))

# The symbols stay with the one in build/host.
build/clickos-process: build/host/bin/clickos-process
	$(Q)strip -o $@ $<

build/sandbox-probe: build/host/test/sandbox_probe.o build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC_host) -static -o $@ $^ $(LIBS_host)

check-run: build/sandbox-probe

docs:
	@mkdir -p docs
	tools/gen-docs md $(ELEMENT_SRC) > docs/elements.md

.PHONY: docs
