# bench/build.mk -- programs that measure; not built by `make`.

build/bench-vale: build/host/bench/vale.o build/host/bench/cores.o \
    build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)

build/bench-xcore: build/host/bench/xcore.o build/host/bench/cores.o \
    build/host/libclick.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LIBS_host)
