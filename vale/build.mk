# vale/build.mk -- the switch: a library and the program.

VALE_MAIN := $(wildcard vale/main*.c)
# AF_XDP where its libraries are.
ifneq ($(wildcard /usr/include/xdp/xsk.h),)
VALE_NOT := vale/open_xdp_none.c
VALE_LIBS := -lxdp -lbpf
else
VALE_NOT := vale/open_xdp.c
endif
VALE_SRC := $(filter-out $(VALE_MAIN) $(VALE_NOT),\
	$(call sources,vale netring xen base))
VALE_XEN := vale/xen/xenlibs.c base/arena.c base/diag.c base/err.c base/strbuf.c \
    base/str.c
CLICKOS_LIBEXEC ?= $(PREFIX)/lib/clickos

VALE_DEFINES := -DVALE_LIBEXEC='"$(CLICKOS_LIBEXEC)"'
CFLAGS_lint += $(VALE_DEFINES)

define vale_rules
build/$(1)/vale/xenhost.o: CFLAGS_EXTRA += $(VALE_DEFINES)

build/$(1)/libvale.a: $$(VALE_SRC:%.c=build/$(1)/%.o) build/gen/vale_sources
	@rm -f $$@
	$$(call say,AR $$@)
	$$(Q)ar rcs $$@ $$(filter %.o,$$^)

build/$(1)/bin/vale: $$(VALE_MAIN:%.c=build/$(1)/%.o) build/$(1)/libvale.a
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) -o $$@ $$^ \
		$$(VALE_LIBS) -lpthread -ldl

build/$(1)/vale/%_test: build/$(1)/vale/%_test.o build/$(1)/libvale.a \
    build/$(1)/host/assert_host.o
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(VALE_LIBS) -lpthread

build/$(1)/vale/%_fuzz: build/$(1)/vale/%_fuzz.o build/$(1)/libvale.a \
    build/$(1)/host/assert_host.o
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(VALE_LIBS) -lpthread -ldl

# The part that needs Xen's libraries, loaded on Xen hosts only: position-
# independent, and with nothing but its table to be seen.  What it lacks is found
# here and not by dlopen(); only sanitizers leave theirs to the program.  libgcc_s is
# what pthread_cancel() would load, by which libxenstore ends its thread, when the
# switch may not open files any more.
build/$(1)/bin/libvale-xen.so: $$(VALE_XEN) $$(wildcard vale/*.h base/*.h) \
    vale/build.mk
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_all) $$(CFLAGS_$(1)) -fPIC -shared \
		-fvisibility=hidden $(if $(filter host,$(1)),-Wl$$(comma)-z$$(comma)defs) \
		-o $$@ $$(VALE_XEN) -lxenstore -lxengnttab \
		-lxenevtchn -Wl,--no-as-needed -lgcc_s
endef
$(foreach f,$(FLAVOURS),$(eval $(call vale_rules,$(f))))

build/gen/vale_sources: force
	@mkdir -p $(@D)
	@echo $(VALE_SRC) | cmp -s - $@ || echo $(VALE_SRC) > $@

build/vale: build/host/bin/vale
	$(Q)ln -f $< $@

build/libvale-xen.so: build/host/bin/libvale-xen.so
	$(Q)ln -f $< $@

all: build/libvale-xen.so
check-run: build/libvale-xen.so
