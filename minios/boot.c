/* SPDX-License-Identifier: BSD-3-Clause */
/* boot.c -- from the entry code to the first thread. */
#include "minios/boot.h"

#include <locale.h>

#include "minios/arch.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "os/os.h"

enum { MAIN_STACK = 65536 };

const struct machine_ops *machine;
struct boot_info boot;

static struct {
	uint64_t tsc[OS_STAGES];
	int64_t drivers_ns; /* by the steady clock, which works from there on */
	uint64_t ticks_per_ms;
	/* What the C library reaches by %fs; its first word is its address. */
	uint64_t fs_block[64];
} stages;

void
boot_add(
    struct page_range range, const struct page_range *hole, unsigned int holes)
{
	struct page_range below = range, above = range;

	if (range.first >= range.end)
		return;
	if (holes == 0) {
		if (boot.usable_count < BOOT_RANGES)
			boot.usable[boot.usable_count++] = range;
		return;
	}
	if (hole->end <= range.first || hole->first >= range.end) {
		boot_add(range, hole + 1, holes - 1);
		return;
	}
	below.end = hole->first;
	above.first = hole->end;
	boot_add(below, hole + 1, holes - 1);
	boot_add(above, hole + 1, holes - 1);
}

void
os_stage(enum os_stage stage)
{
	if (stages.tsc[stage] != 0)
		return;
	stages.tsc[stage] = rdtsc();
	if (stage == OS_STAGE_DRIVERS)
		stages.drivers_ns = machine->steady_ns();
}

/* x thousands in y; y thousand may be more than 64 bits hold. */
static uint64_t
stage_thousands(uint64_t x, uint64_t y)
{
	return (uint64_t)((unsigned __int128)x * 1000 / y);
}

/*
 * The TSC alone counts from the entry on; its rate is what it did since the
 * clock works.  Once: it may be another's after a restore.
 */
int64_t
os_stage_us(enum os_stage stage)
{
	uint64_t tsc = stages.tsc[stage], us;

	if (tsc == 0)
		return -1;
	if (stages.ticks_per_ms == 0) {
		us =
		    (uint64_t)(machine->steady_ns() - stages.drivers_ns) / 1000;
		stages.ticks_per_ms = stage_thousands(
		    rdtsc() - stages.tsc[OS_STAGE_DRIVERS], us + 1);
	}
	return (int64_t)stage_thousands(
	    tsc - boot.entered_tsc, stages.ticks_per_ms + 1);
}

/* musl's functions find locale and errno in what %fs points to. */
static void
boot_libc(void)
{
	stages.fs_block[0] = (uintptr_t)stages.fs_block;
	machine->set_fs(stages.fs_block);
	uselocale(LC_GLOBAL_LOCALE);
}

/*
 * AVX is usable once its state is declared to be saved (SDM 1, 13.3); with
 * cooperative threads nobody has to save it.
 */
static void
boot_avx(void)
{
	enum { XSAVE = 1 << 26, AVX = 1 << 28, OSXSAVE = 1 << 18 };
	struct cpuid c = cpuid(1, 0);

	if ((c.ecx & XSAVE) == 0 || (c.ecx & AVX) == 0)
		return;
	write_cr4(read_cr4() | OSXSAVE);
	__asm__ volatile("xsetbv" : : "a"(7), "d"(0), "c"(0));
}

void
guest_listen(void)
{
	if (machine->listen != NULL)
		machine->listen();
}

static void
boot_main(void *arg)
{
	(void)arg;
	machine->start();
	os_stage(OS_STAGE_DRIVERS);
	guest_main();
	machine->end(MACHINE_POWEROFF);
}

void
kernel_main(void)
{
	struct fiber *first;

	fiber_init();
	boot_libc();
	boot_avx();
	pages_init();
	paging_init();
	if (machine->unmapped != NULL)
		pages_expect(machine->unmapped());
	os_stage(OS_STAGE_MEMORY);
	/* The boot's own stack has no page below it that faults. */
	first = fiber_new("main", MAIN_STACK, boot_main, NULL);
	ASSERT(first != NULL);
	for (;;)
		fiber_sleep_until(INT64_MAX);
}
