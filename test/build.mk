# test/build.mk -- programs that tests run beside ours.

# A tool of the control protocol's version 2 in dom0 (test/xen/control.sh).
build/xsctl: build/host/test/xen/xsctl.o build/host/control/message.o \
    $(patsubst %.c,build/host/%.o,$(call sources,base)) \
    build/host/host/assert_host.o
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ -lxenstore

# What scripts in dom0 wait with (test/xen/*.sh).
build/await: build/host/test/xen/await.o
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ -lxenstore

# A vif's backend that breaks the protocol (test/xen/faults.sh).
build/badback: build/host/test/xen/badback.o
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ -lxenstore -lxengnttab -lxenevtchn

# Datagrams through a guest (test/xen/traffic.sh).
build/udp: build/host/test/xen/udp.o
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^

check-run: build/xsctl build/await build/badback build/udp

# Memory runs out in it at a chosen moment (test/nomem.h).
NOMEM_LD := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=aligned_alloc,--wrap=os_buffers_alloc \
	-Wl,--wrap=arena_alloc,--wrap=arena_str,--wrap=arena_printf
build/host/test/nomem_test build/host/test/nomem_calls_test: \
    LDFLAGS_host += $(NOMEM_LD)
build/asan/test/nomem_test build/asan/test/nomem_calls_test: \
    LDFLAGS_asan += $(NOMEM_LD)
