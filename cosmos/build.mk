# cosmos/build.mk -- libcosmos and the command.
#
# libcosmos.so.1 exports what cosmos.h declares (libcosmos.map) and needs libc
# alone.  The command links the same objects statically, so that it can be copied anywhere;
# guests under Xen come from a shared object that is loaded on Xen hosts only,
# since libxenctrl and libxenguest are there alone (and are the only stable way
# to the hypervisor: their versions go with it).  jansson makes the command's
# JSON.

COSMOS_COMMON := $(call sources,base) control/message.c \
	$(addprefix cosmos/,assert.c control.c cpus.c fail.c fd_io.c \
	keep.c paths.c spec.c stage.c)
COSMOS_LIB := $(COSMOS_COMMON) $(addprefix cosmos/,cosmos.c images.c move.c \
	 router.c router_state.c saved.c stream_fd.c xen_load.c xl_parse.c xl_spec.c) \
	$(wildcard cosmos/process*.c cosmos/kvm*.c)
COSMOS_XEN := $(filter-out cosmos/xen_load.c cosmos/xen_linked.c,$(wildcard \
	cosmos/xen*.c))
COSMOS_CMD := cosmos/main.c cosmos/cmd.c $(wildcard cosmos/cmd_*.c)
CLICKOS_LIBEXEC ?= $(PREFIX)/lib/clickos

COSMOS_DEFINES := -DCLICKOS_LIBEXEC='"$(CLICKOS_LIBEXEC)"'
CFLAGS_lint += $(COSMOS_DEFINES)

# Static, with the xen platform inside (libxenguest's loaders of kernels register
# themselves, so all of it).  getaddrinfo() warns of the name services
# that are not in it; numbers, the hosts file and DNS are.
COSMOS_LINKED_host := $(COSMOS_XEN) cosmos/xen_linked.c
COSMOS_LDFLAGS_host := -static -Wl,--no-warnings
COSMOS_LDLIBS_host := -ljansson -Wl,--whole-archive -lxenguest \
	-Wl,--no-whole-archive -lxenctrl -lxencall -lxenevtchn \
	-lxengnttab -lxenforeignmemory -lxendevicemodel -lxentoolcore \
	-lxentoollog -lz -llzma -lzstd -lpthread
COSMOS_LDLIBS_asan := -ljansson -ldl

define cosmos_rules
build/$(1)/cosmos/%.o: CFLAGS_EXTRA += $(COSMOS_DEFINES)

build/$(1)/bin/cosmos: $$(COSMOS_LIB:%.c=build/$(1)/%.o) \
    $$(COSMOS_CMD:%.c=build/$(1)/%.o) $$(COSMOS_LINKED_$(1):%.c=build/$(1)/%.o)
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) \
		$$(COSMOS_LDFLAGS_$(1)) -o $$@ $$(if $$(COSMOS_LINKED_$(1)),$$(filter-out \
		%/xen_load.o,$$^),$$^) $$(COSMOS_LDLIBS_$(1))

build/$(1)/cosmos/%_test: build/$(1)/cosmos/%_test.o \
    $$(COSMOS_LIB:%.c=build/$(1)/%.o)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ -ldl

# Position-independent, and with nothing but the platform's table to be seen.
build/$(1)/pic/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC $(1) pic $$<)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_all) $$(CFLAGS_$(1)) -fPIC \
		-fvisibility=hidden $(COSMOS_DEFINES) -MMD -MP -c -o $$@ $$<

build/$(1)/bin/libcosmos-xen.so: \
    $$(COSMOS_COMMON:%.c=build/$(1)/pic/%.o) \
    $$(COSMOS_XEN:%.c=build/$(1)/pic/%.o)
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) -shared $(if $(filter host,$(1)),-Wl$$(comma)-z$$(comma)defs) \
		-o $$@ $$^ -lxenguest -lxenctrl -lxentoollog

build/$(1)/bin/libcosmos.so.1: $$(COSMOS_LIB:%.c=build/$(1)/pic/%.o) \
    cosmos/libcosmos.map
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) -shared -Wl,-soname,libcosmos.so.1 \
		-Wl,--version-script=cosmos/libcosmos.map -Wl,--no-undefined \
		-o $$@ $$(filter %.o,$$^) $$(LDFLAGS_$(1)) -ldl
endef
$(foreach f,host asan,$(eval $(call cosmos_rules,$(f))))

build/cosmos: build/host/bin/cosmos
	$(Q)ln -f $< $@

build/libcosmos-xen.so: build/host/bin/libcosmos-xen.so
	$(Q)ln -f $< $@

build/libcosmos.so.1: build/host/bin/libcosmos.so.1
	$(Q)ln -f $< $@

COSMOS_VERSION := $(shell sed -n 's/^\#define COSMOS_VERSION "\(.*\)"/\1/p' \
	cosmos/cosmos.h)

PYTHON_DIR ?= $(PREFIX)/lib/python3/dist-packages
install-cosmos: build/cosmos build/libcosmos-xen.so build/libcosmos.so.1 \
    build/libvale-xen.so \
    build/clickos
	install -D -m 755 build/cosmos $(DESTDIR)$(PREFIX)/bin/cosmos
	install -D -m 755 build/libcosmos.so.1 \
		$(DESTDIR)$(PREFIX)/lib/libcosmos.so.1
	ln -sf libcosmos.so.1 $(DESTDIR)$(PREFIX)/lib/libcosmos.so
	install -D -m 755 build/libcosmos-xen.so \
		$(DESTDIR)$(CLICKOS_LIBEXEC)/libcosmos-xen.so
	install -D -m 755 build/libvale-xen.so \
		$(DESTDIR)$(CLICKOS_LIBEXEC)/libvale-xen.so
	install -D -m 644 build/clickos $(DESTDIR)$(CLICKOS_LIBEXEC)/clickos
	ln -sf $(PREFIX)/bin/clickos-process $(DESTDIR)$(CLICKOS_LIBEXEC)
	install -D -m 644 cosmos/cosmos.h \
		$(DESTDIR)$(PREFIX)/include/cosmos/cosmos.h
	$(Q)mkdir -p $(DESTDIR)$(PREFIX)/lib/pkgconfig
	$(Q)sed 's,@PREFIX@,$(PREFIX),; s,@VERSION@,$(COSMOS_VERSION),' \
		cosmos/cosmos.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/cosmos.pc
	install -D -m 644 docs/cosmos.schema.json \
		$(DESTDIR)$(PREFIX)/share/clickos/cosmos.schema.json
	install -D -m 644 docs/completion/cosmos.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/cosmos
	install -D -m 644 docs/completion/_cosmos \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_cosmos
	$(Q)for f in cosmos/python/cosmos/*; do \
		[ -f $$f ] || continue; \
		install -D -m 644 $$f $(DESTDIR)$(PYTHON_DIR)/cosmos/$${f##*/}; \
	done

# The manual page and the completions, from what the command says.
man: build/cosmos
	@mkdir -p docs/completion
	tools/gen-cosmos man > docs/man/cosmos.1
	tools/gen-cosmos bash > docs/completion/cosmos.bash
	tools/gen-cosmos zsh > docs/completion/_cosmos

# Creates guests by thousands, for bench/boot/process.
build/bench/boot/crowd: build/host/bench/boot/crowd.o \
    $(COSMOS_LIB:%.c=build/host/%.o)
	@mkdir -p $(@D)
	$(Q)$(CC_host) -o $@ $^ -ldl

all: build/cosmos build/libcosmos-xen.so build/libcosmos.so.1
check-run: build/cosmos build/libcosmos-xen.so build/libcosmos.so.1 \
    build/asan/bin/cosmos
.PHONY: install-cosmos man
