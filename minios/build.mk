# minios/build.mk -- the guest image, build/clickos.
#
# Flavour guest: our files and the portable folders against musl's headers,
# Xen's (libxen-dev) and the compiler's own; then musl's archive under them.
# No red zone: a hypercall is a call that the compiler does not see.  malloc and
# calloc are our own (heap.c): the compiler must not make one of the other.

MUSL_INCLUDE ?= /usr/include/x86_64-linux-musl
MUSL_LIB ?= /usr/lib/x86_64-linux-musl
XEN_INCLUDE ?= /usr/include

CC_guest := $(CC)
CFLAGS_guest := -O2 -fno-builtin-malloc -fno-builtin-calloc -nostdinc \
	-isystem $(MUSL_INCLUDE) -idirafter build/gen/xen-include \
	-idirafter build/gen/nettle-include \
	-idirafter $(shell $(CC) -print-file-name=include 2>/dev/null) \
	-fno-pic -no-pie -mno-red-zone -fno-stack-protector \
	-fno-omit-frame-pointer \
	-fno-asynchronous-unwind-tables -fcf-protection=none \
	-fstack-clash-protection -ffunction-sections -fdata-sections
LDFLAGS_guest := -nostdlib -static -no-pie -Wl,--gc-sections \
	-Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,-T,minios/clickos.lds

GUEST_SRC := $(filter-out minios/selftest_none.c,$(call sources,base xen \
	netring control click clickos $(PORTABLE_ELEMENTS) \
	minios minios/pv minios/pvh minios/xen minios/virtio))
GUEST_ASM := $(wildcard minios/*.S minios/*/*.S)
# What no packet passes, with the compiler told to make it small: the kernel
# but for its drivers, the control thread, and what reads configurations.
GUEST_QUICK := $(addprefix click/,batch.c element.c master.c notifier.c \
	packet.c pool.c stats.c task.c thread.c timer.c) \
	clickos/ringport.c minios/fiber.c minios/os.c minios/waiter.c \
	minios/pvclock.c \
	minios/pktgen.c minios/xen/clock.c minios/xen/event.c \
	minios/xen/grant.c minios/xen/netfront.c minios/xen/netfront_ring.c \
	minios/xen/netfront_rx.c minios/xen/netfront_tx.c minios/xen/region.c \
	minios/virtio/net.c minios/virtio/vring.c
GUEST_SMALL := $(filter-out $(GUEST_QUICK),$(filter \
	click/% clickos/% control/% minios/%,$(GUEST_SRC))) \
	$(wildcard elements/*/*_conf.c elements/*/*_info.c elements/*/*_handlers.c \
	elements/standard/script*.c) \
	$(addprefix elements/standard/,classify_boxes.c classify_dominators.c \
	classify_print.c classify_program.c classify_table.c clickos_control.c \
	driver_manager.c) \
	elements/app/maglev_table.c \
	$(addprefix elements/ip/,ip_arg.c ip_pattern.c ip_primitive.c ip_routes.c \
	rwpattern.c) $(addprefix base/,addr.c addr6.c diag.c stamp.c strbuf.c)
GUEST_OBJ := $(GUEST_SRC:%.c=build/guest/%.o) \
	$(GUEST_ASM:%.S=build/guest/%.o)

# What an image has: all elements, or those of ELEMENTS="Class..." and of the
# configurations ELEMENTS_FROM="FILE..."; the linker leaves out what only
# others need.
ELEMENTS ?=
ELEMENTS_FROM ?=

# Only Xen's own headers: /usr/include as a whole is not for a guest.
build/gen/xen-include/xen:
	@mkdir -p $(@D)
	$(Q)ln -sfn $(XEN_INCLUDE)/xen $@

build/guest/%.o: %.c minios/build.mk | build/gen/xen-include/xen \
    build/gen/nettle-include/nettle
	@mkdir -p $(@D)
	$(call say,CC guest $<)
	$(Q)$(CC_guest) $(CFLAGS_all) $(CFLAGS_guest) $(CFLAGS_size) \
		$(CFLAGS_EXTRA) -MMD -MP -c -o $@ $<

$(GUEST_SMALL:%.c=build/guest/%.o): CFLAGS_size := -Os

build/guest/gen/%.o: build/gen/%.c minios/build.mk
	@mkdir -p $(@D)
	$(Q)$(CC_guest) $(CFLAGS_all) $(CFLAGS_guest) -MMD -MP -c -o $@ $<

build/guest/%.o: %.S minios/build.mk | build/gen/xen-include/xen
	@mkdir -p $(@D)
	$(Q)$(CC_guest) -I. -idirafter build/gen/xen-include -D__ASSEMBLY__ \
		-MMD -MP -c -o $@ $<

# Changes when what is asked for does.
build/gen/elements_guest.c: $(PORTABLE_ELEMENT_SRC) tools/gen-elements \
    build/gen/sources force
	@mkdir -p $(@D)
	$(Q)ELEMENTS='$(ELEMENTS)' FROM='$(ELEMENTS_FROM)' \
		tools/gen-elements $(PORTABLE_ELEMENT_SRC) > $@.new
	@cmp -s $@.new $@ || mv $@.new $@

build/gen/elements_guest_%.c: examples/%.click $(PORTABLE_ELEMENT_SRC) \
    tools/gen-elements
	@mkdir -p $(@D)
	$(Q)FROM=$< tools/gen-elements $(PORTABLE_ELEMENT_SRC) > $@

link_guest = $(CC_guest) $(LDFLAGS_guest) -o $@ $(filter %.o,$^) \
	$(NETTLE_LIB) $(MUSL_LIB)/libc.a $(shell $(CC) -print-libgcc-file-name 2>/dev/null)

build/clickos.debug: $(GUEST_OBJ) build/guest/gen/elements_guest.o \
    minios/clickos.lds
	$(call say,LD $@)
	$(Q)$(link_guest)

# An image with the elements of examples/NAME.click: build/clickos-NAME.  The
# kernel tries itself in the one that has all.
build/clickos-%.debug: \
    $(filter-out %/selftest.o %/selftest_memory.o,$(GUEST_OBJ)) \
    build/guest/minios/selftest_none.o build/guest/gen/elements_guest_%.o \
    minios/clickos.lds
	$(call say,LD $@)
	$(Q)$(link_guest)

build/clickos: build/clickos.debug
	$(Q)strip -o $@ $<
	@size $@ | awk 'NR == 2 { print "  $@: code " $$1 ", data " $$2 \
		", zeroed " $$3 " bytes" }'

build/clickos-%: build/clickos-%.debug
	$(Q)strip -o $@ $<
	@size $@ | awk 'NR == 2 { print "  $@: code " $$1 ", data " $$2 \
		", zeroed " $$3 " bytes" }'

check-run: build/clickos \
    $(patsubst examples/%.click,build/clickos-%,$(wildcard examples/*.click))

# ---- drivers on the host, over a kernel and devices in plain memory ----

HOSTED_virtio := minios/virtio/vring minios/virtio/device minios/virtio/net \
	minios/virtio/link \
	minios/virtio/console test/fake_minios test/fake_virtio
HOSTED_LD_virtio := -Wl,--wrap=vring_arm
HOSTED_xen := minios/xen/xenbus minios/xen/storering minios/xen/netfront \
	minios/xen/netfront_connect minios/xen/netfront_rx \
	minios/xen/netfront_tx minios/xen/netfront_ring minios/xen/region \
	minios/xen/netfront_announce \
	netring/guest netring/layout xen/offload minios/cmdline \
	minios/fiber minios/fiber_switch \
	test/fake_minios test/fake_xen test/fake_store test/fake_netback
HOSTED_console := minios/console minios/fiber minios/fiber_switch
HOSTED_grant := minios/xen/grant test/fake_minios

hosted = $(filter-out minios/xen/grant_test,$(patsubst %.c,%,\
	$(wildcard minios/$(1)/*_test.c minios/$(1)/*_fuzz.c)))

define hosted_rules
build/$(1)/minios/fiber_switch.o: minios/fiber_switch.S
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) -c -o $$@ $$<
$(foreach d,virtio xen,$(call hosted_link,$(1),$(call hosted,$(d)),$(d)))
$(call hosted_link,$(1),minios/console_test,console)
$(call hosted_link,$(1),minios/xen/grant_test,grant)
endef
define hosted_link

$$(patsubst %,build/$(1)/%,$(2)): build/$(1)/%: build/$(1)/%.o \
    $$(HOSTED_$(3):%=build/$(1)/%.o) build/$(1)/libclick.a
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) $$(HOSTED_LD_$(3)) -o $$@ $$^ \
		$$(LIBS_host)

endef
define hosted_vale

# A guest's driver and the switch, in one process; packets' buffers come from
# the guest's region as they do in the guest.
build/$(1)/test/xen_vale_test build/$(1)/test/xen_vale_fuzz: %: %.o \
    $$(HOSTED_xen:%=build/$(1)/%.o) build/$(1)/test/fake_xenhost.o \
    build/$(1)/test/fake_buffers.o \
    build/$(1)/libclick.a build/$(1)/libvale.a
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -Wl,--wrap=os_buffers_alloc \
		-Wl,--wrap=os_buffers_free -o $$@ $$^ $$(LIBS_host) \
		$$(VALE_LIBS) -ldl
endef
$(foreach f,$(FLAVOURS),$(eval $(call hosted_rules,$(f))) \
	$(eval $(call hosted_vale,$(f))))
