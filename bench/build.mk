# bench/build.mk -- programs that measure; not built by `make`.

build/bench-vale: build/host/bench/vale.o build/host/bench/cores.o \
    build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)

build/bench-xcore: build/host/bench/xcore.o build/host/bench/cores.o \
    build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)
# bench/build.mk -- programs that only measurements need.

BOOT := build/bench/boot/nothing build/bench/boot/start build/bench/boot/crowd

build/bench/boot/nothing: build/host/bench/boot/nothing.o
	@mkdir -p $(@D)
	$(Q)$(CC_host) -static -o $@ $^

build/bench/boot/start: build/host/bench/boot/start.o
	@mkdir -p $(@D)
	$(Q)$(CC_host) -o $@ $^

bench-boot: setup-bench all $(BOOT)
	@bench/boot/process
	@bench/boot/xen

bench: $(BOOT)

.PHONY: bench-boot
