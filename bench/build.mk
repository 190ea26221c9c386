# bench/build.mk -- programs that measure; not built by `make`.

build/bench-vale build/bench-stress: build/bench-%: build/host/bench/%.o \
    build/host/bench/ports.o build/host/bench/cores.o build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)

build/bench-xcore: build/host/bench/xcore.o build/host/bench/cores.o \
    build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)

# What guests have asked of Xen, in dom0 (bench/xen).
build/bench-xentrace: build/host/bench/xentrace.o
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^

# Creating guests.
BOOT := build/bench/boot/nothing build/bench/boot/start build/bench/boot/crowd \
    build/bench/boot/until

build/bench/boot/nothing: build/host/bench/boot/nothing.o
	@mkdir -p $(@D)
	$(Q)$(CC_host) -static -o $@ $^

build/bench/boot/start: build/host/bench/boot/start.o
	@mkdir -p $(@D)
	$(Q)$(CC_host) -o $@ $^

# XenStore's delay, in dom0 (bench/xenstore).
build/bench/store: build/host/bench/store.o build/libcosmos.so.1
	@mkdir -p $(@D)
	$(call say,LD $@)
	$(Q)$(CC_host) -o $@ $^ -lxenstore

build/bench/boot/until: build/host/bench/boot/until.o
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -lxenctrl -lxenstore

bench-boot-run: all build/clickos $(BOOT)
	@bench/boot/process
	@bench/boot/xen

bench-run: $(BOOT) build/bench/store build/bench-stress build/bench-xentrace \
    build/clickos build/xsctl

bench-memory-run: all build/clickos build/xsctl
	@bench/memory
