# ClickOS: one Makefile, no recursion, no configure step.
# Each flavour builds the same files with its own flags under build/<flavour>/:
#   host (what runs), asan (what is tested), tsan, fuzz, free (portable folders
#   against musl's headers alone).  Folders that need more than compiling add
#   their rules in <folder>/build.mk.

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
SHELL := /bin/sh
V ?= 0
ifeq ($(V),0)
Q = @
say = @echo '  $(1)'
endif

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
WERROR ?= $(if $(CI),-Werror,)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla $(WERROR)
CFLAGS_all := -std=gnu11 -I. $(WARN) -fno-common -fstrict-aliasing -g

CC_host := $(CC)
CFLAGS_host := -O2 -fno-semantic-interposition -fno-plt
LDFLAGS_host :=
CC_asan := $(CC)
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -DCHECK_HOT_ON
LDFLAGS_asan := -fsanitize=address,undefined
CC_tsan := $(CC)
# The sanitizer does not see fences; all that ours order are atomic words.
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-tsan
LDFLAGS_tsan := -fsanitize=thread
CC_fuzz := $(CLANG)
CFLAGS_fuzz := -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -DCHECK_HOT_ON
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
FLAVOURS := host asan tsan fuzz

sources = $(filter-out %_test.c %_fuzz.c,$(wildcard $(addsuffix /*.c,$(1))))

# elements/ipsec is left out where nettle (nettle-dev) is not installed.
NETTLE_INCLUDE ?= /usr/include
NETTLE_LIB ?= $(firstword $(wildcard /usr/lib/x86_64-linux-gnu/libnettle.a \
	/usr/lib64/libnettle.a /usr/lib/libnettle.a))
ifeq ($(and $(NETTLE_LIB),$(wildcard $(NETTLE_INCLUDE)/nettle/aes.h)),)
NETTLE_LIB :=
NO_ELEMENTS := elements/ipsec
endif
ELEMENT_DIRS := $(filter-out $(NO_ELEMENTS),\
	$(patsubst %/,%,$(wildcard elements/*/)))
PORTABLE_ELEMENTS := $(filter-out elements/host,$(ELEMENT_DIRS))
PORTABLE_SRC := $(call sources,base netring control click clickos $(PORTABLE_ELEMENTS))
LIB_SRC := $(PORTABLE_SRC) $(call sources,elements/host host)
MAIN_SRC := $(wildcard host/main_*.c)
LIB_SRC := $(filter-out $(MAIN_SRC),$(LIB_SRC))
ELEMENT_SRC := $(call sources,$(ELEMENT_DIRS))
PORTABLE_ELEMENT_SRC := $(call sources,$(PORTABLE_ELEMENTS))
TEST_SRC := $(filter-out $(addsuffix /%,$(NO_ELEMENTS) host/musl),\
	$(wildcard */*_test.c */*/*_test.c))
FUZZ_SRC := $(wildcard */*_fuzz.c */*/*_fuzz.c)
LIBS_host := $(NETTLE_LIB) -lm -lpthread

all: build/click build/clickos-process build/vale

# Said at once, not by a compiler in the middle.
ifneq ($(filter all install %-run,$(or $(MAKECMDGOALS),all)),)
MISSING := $(shell command -v $(CC) >/dev/null || echo $(CC); \
	for h in stdio.h jansson.h xenctrl.h; do \
		$(CC) -E -include $$h -x c /dev/null >/dev/null 2>&1 || echo $$h; \
	done)
ifneq ($(MISSING),)
$(error not there: $(MISSING); run "tools/setup build", which installs what \
	is needed by package name)
endif
endif

# Changes when a source file comes or goes.
build/gen/sources: force
	@mkdir -p $(@D)
	@echo $(LIB_SRC) | cmp -s - $@ || echo $(LIB_SRC) > $@
force:

# The table of elements, made from the files in elements/.
build/gen/elements_all.c: $(ELEMENT_SRC) tools/gen-elements build/gen/sources
	@mkdir -p $(@D)
	$(Q)tools/gen-elements $(ELEMENT_SRC) > $@

define flavour_rules
build/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC $(1) $$<)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_all) $$(CFLAGS_$(1)) $$(CFLAGS_EXTRA) \
		-MMD -MP -c -o $$@ $$<

build/$(1)/gen/%.o: build/gen/%.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_all) $$(CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<

build/$(1)/libclick.a: $$(LIB_SRC:%.c=build/$(1)/%.o) \
    build/$(1)/gen/elements_all.o build/gen/sources
	@rm -f $$@
	$$(call say,AR $$@)
	$$(Q)ar rcs $$@ $$(filter %.o,$$^)

build/$(1)/bin/click: build/$(1)/host/main_click.o build/$(1)/libclick.a
	@mkdir -p $$(@D)
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(subst fuzzer$$(comma),,$$(LDFLAGS_$(1))) -o $$@ $$^ \
		$$(LIBS_host)

build/$(1)/%_test: build/$(1)/%_test.o build/$(1)/libclick.a
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(LIBS_host)

build/$(1)/%_fuzz: build/$(1)/%_fuzz.o build/$(1)/libclick.a
	$$(call say,LD $$@)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(LIBS_host)
endef
comma := ,
$(foreach f,$(FLAVOURS),$(eval $(call flavour_rules,$(f))))

build/click: build/host/bin/click
	$(Q)ln -f $< $@

# ---- the portable folders against musl's headers alone ----
# A stray Linux header does not compile; what they leave undefined must lie
# within test/symbols.allowed; with a fake os/ they link and run.

MUSL := /usr/include/x86_64-linux-musl
CFLAGS_free := -O2 -ffreestanding -fno-builtin-printf -nostdinc \
	-isystem $(MUSL) -idirafter build/gen/nettle-include -idirafter \
	$(shell $(CC) -print-file-name=include 2>/dev/null) -fno-stack-protector
FREE_OBJ := $(PORTABLE_SRC:%.c=build/free/%.o) \
	build/free/gen/elements_portable.o

build/gen/elements_portable.c: $(PORTABLE_ELEMENT_SRC) tools/gen-elements \
    build/gen/sources
	@mkdir -p $(@D)
	$(Q)tools/gen-elements $(PORTABLE_ELEMENT_SRC) > $@

# Only nettle's own headers: they ask for nothing but the language's.
build/gen/nettle-include/nettle:
	@mkdir -p $(@D)
	$(Q)ln -sfn $(NETTLE_INCLUDE)/nettle $@

build/free/%.o: %.c | build/gen/nettle-include/nettle
	@mkdir -p $(@D)
	$(call say,CC free $<)
	$(Q)$(CC) $(CFLAGS_all) $(CFLAGS_free) -MMD -MP -c -o $@ $<

build/free/gen/%.o: build/gen/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_all) $(CFLAGS_free) -MMD -MP -c -o $@ $<

build/free/portable.o: $(FREE_OBJ)
	$(Q)ld -r -o $@ $^

build/free/portable: build/free/test/fake_os.o build/free/portable.o \
    build/free/minios/nettle.o build/free/minios/fprintf_chk.o
	$(call say,LD $@)
	$(Q)musl-gcc -static -o $@ $^ $(NETTLE_LIB)

# ---- tests ----

# Those that run several threads run on the thread sanitizer too.
THREAD_TEST_SRC := $(shell grep -lse test/run_threads.h -e '<pthread.h>' \
	$(TEST_SRC))
TESTS := $(TEST_SRC:%.c=build/asan/%) $(THREAD_TEST_SRC:%.c=build/tsan/%) \
	build/process/host/musl/heap_test \
	$(wildcard test/*.t test/*/*.t)
FUZZERS := $(FUZZ_SRC:%.c=build/fuzz/%)

# ---- one element emptied, at the start, by MUTANT in the environment ----

MUTANT_LD := -Wl,--wrap=task_init,--wrap=task_init_scheduled,--wrap=timer_init
MUTANT_OBJ := build/host/test/mutant.o build/mutant/elements.o

build/mutant/elements.o: build/host/gen/elements_all.o
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-sym class_table=real_class_table \
		--redefine-sym class_count=real_class_count $< $@

build/mutant/%_test: build/host/%_test.o $(MUTANT_OBJ) build/host/libclick.a
	@mkdir -p $(@D)
	$(call say,LD $@)
	$(Q)$(CC) $(MUTANT_LD) -o $@ $^ $(LIBS_host)

build/mutant/click: build/host/host/main_click.o \
    build/host/gen/element_docs.o $(MUTANT_OBJ) build/host/libclick.a
	@mkdir -p $(@D)
	$(call say,LD $@)
	$(Q)$(CC) $(MUTANT_LD) -o $@ $^ $(LIBS_host)

MUTANT_TESTS := $(patsubst %.c,build/mutant/%,$(filter elements/%,$(TEST_SRC)))

setup-%:
	@tools/setup $*

# Everything is read anew after the set-up: what there is decides what is built.
check fuzz lint mutate: setup-check
run: setup-run
deb: setup-deb
bench bench-boot bench-memory: setup-bench
check fuzz lint mutate run deb bench bench-boot bench-memory:
	@$(MAKE) --no-print-directory -j "$$(nproc)" $@-run

mutate-run: build/mutant/click $(MUTANT_TESTS)
	@tools/mutate $(ONLY)

check-run: $(filter build/%,$(TESTS)) build/click build/asan/bin/click \
    build/clickos-process build/asan/bin/clickos-process \
    build/asan/bin/vale build/vale build/clickos \
    build/tsan/bin/click build/free/portable $(FUZZERS)
	@tools/check $(TESTS)

test: $(filter build/%,$(TESTS))
	@tools/check $(filter build/%,$(TESTS))

soak: all
	@tools/soak --seconds $${SOAK_SECONDS:-3600}

fuzz-run: $(FUZZERS)
	@tools/fuzz $${FUZZ_SECONDS:-60} $(FUZZERS)

lint-run:
	@tools/lint $(CC) $(CFLAGS_all) $(CFLAGS_lint)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

run-run: all build/clickos
	@tools/demo

bench-run: all build/bench-vale build/bench-xcore
	@bench/run

PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
install: all install-cosmos install-units
	install -D -m 755 build/click $(DESTDIR)$(PREFIX)/bin/click
	install -D -m 755 build/vale $(DESTDIR)$(PREFIX)/bin/vale
	install -D -m 755 build/clickos-process \
		$(DESTDIR)$(PREFIX)/bin/clickos-process
	$(Q)for m in docs/man/*.1; do \
		install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man1/$${m##*/}; \
	done

# vale and cosmos watch as services, the user that vale becomes, /run/clickos.
install-units:
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)for u in vale cosmos-watch; do \
		sed 's,/usr/bin/,$(PREFIX)/bin/,; s,/etc/,$(SYSCONFDIR)/,' \
			systemd/$$u.service > \
			$(DESTDIR)$(PREFIX)/lib/systemd/system/$$u.service; \
	done
	install -D -m 644 systemd/clickos.sysusers \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/clickos.conf
	install -D -m 644 systemd/clickos.tmpfiles \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/clickos.conf
	install -D -m 644 systemd/vale.run $(DESTDIR)$(SYSCONFDIR)/clickos/vale.run
	install -D -m 644 systemd/vale.default $(DESTDIR)$(SYSCONFDIR)/default/vale

# Debian packages, into build/deb.
deb-run: all build/clickos
	@rm -rf build/deb
	+debian/rules binary
	@+debian/rules clean
	@ls build/deb

help:
	@echo 'make          build everything (what that needs: tools/setup build)'
	@echo 'make run      see it work'
	@echo 'make check    every test; installs what that needs'
	@echo 'make test     the unit tests alone'
	@echo 'make soak     an hour of everything at once (SOAK_SECONDS=3600)'
	@echo 'make bench    measure, write docs/evaluation.md'
	@echo 'make fuzz     each fuzz target for a minute (FUZZ_SECONDS=60)'
	@echo 'make mutate   each element emptied in turn: some test must fail'
	@echo '              (ONLY="Queue Tee": of these)'
	@echo 'make lint     static analysis'
	@echo 'make format   lay all C out as .clang-format says'
	@echo 'make docs     the element reference, from the elements'
	@echo 'make man      manual page and completions of cosmos, from its --help'
	@echo 'make install  PREFIX=/usr/local DESTDIR='
	@echo 'make deb      Debian packages, into build/deb'
	@echo 'make clean    remove build/'

-include $(wildcard */build.mk)

# build/cache has what tests fetch, and whole systems made of it.
-include $(shell find build -path build/cache -prune -o -name '*.d' -type f \
	-print 2>/dev/null)

clean:
	rm -rf build


.PHONY: force all check test fuzz mutate lint format run bench bench-boot \
	bench-memory deb soak install install-units help clean check-run fuzz-run \
	mutate-run lint-run run-run bench-run bench-boot-run bench-memory-run deb-run
