/* SPDX-License-Identifier: BSD-3-Clause */
/* selftest.c -- see selftest.h.  What needs Xen is in xen/selftest.c. */
#include "minios/selftest.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "minios/boot.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/heap.h"
#include "minios/image.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/selftest_ok.h"

enum { STACK = 8192, PIECES = 2000, MS = 1000000 };

static unsigned int selftest_count;

void
selftest_ok(bool passed, const char *what)
{
	console_printf(
	    "%sok %u - %s\n", passed ? "" : "not ", ++selftest_count, what);
}

/* Pieces of every size, freed in another order, give every page back. */
static void
selftest_heap(void)
{
	static unsigned char *piece[PIECES];
	struct heap_stats before, after;
	struct pages_stats pages_before, pages_after;
	bool intact = true;
	unsigned int i;

	heap_stats(&before);
	pages_stats(&pages_before);
	for (i = 0; i < PIECES; i++) {
		piece[i] = malloc(i % 700 + 1);
		if (piece[i] == NULL)
			break;
		memset(piece[i], (int)i, i % 700 + 1);
	}
	selftest_ok(i == PIECES, "heap gives pieces of many sizes");
	for (i = 0; i < PIECES; i++)
		if (piece[i] != NULL &&
		    (piece[i][0] != (unsigned char)i ||
		        piece[i][i % 700] != (unsigned char)i))
			intact = false;
	selftest_ok(intact, "they do not overlap");
	for (i = 0; i < PIECES; i++)
		free(piece[i * 7 % PIECES]); /* 7 and PIECES are coprime */
	heap_stats(&after);
	pages_stats(&pages_after);
	selftest_ok(after.used == before.used, "all bytes are back");
	selftest_ok(
	    pages_after.free == pages_before.free, "all pages are back");
}

static void
selftest_aligned(void)
{
	static const size_t sizes[] = { 0, 1, 64, 100, 512, 600, 5000 };
	bool right = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes) * 9; i++) {
		size_t align = (size_t)16 << i % 9; /* up to a page */
		unsigned char *p = aligned_alloc(align, sizes[i / 9]);

		right = right && p != NULL && (uintptr_t)p % align == 0;
		if (p != NULL)
			memset(p, 1, sizes[i / 9]);
		free(p);
	}
	selftest_ok(right, "pieces begin where they shall, empty ones too");
}

/* Asks for all there is, gets NULL, and can go on afterwards. */
static void
selftest_exhaustion(void)
{
	struct pages_stats before, p;
	void *list = NULL, **block, *after;
	uint64_t bytes = 0;

	pages_stats(&before);
	while ((block = malloc(1 << 16)) != NULL) {
		*block = list;
		list = block;
		bytes += 1 << 16;
	}
	pages_stats(&p);
	selftest_ok(bytes / PAGE_SIZE > before.free / 8 * 7,
	    "nearly all that is free can be had");
	selftest_ok(p.failures > before.failures, "exhaustion is counted");
	while ((block = list) != NULL) {
		list = *block;
		free(block);
	}
	after = malloc(1 << 16);
	selftest_ok(after != NULL, "memory is there again afterwards");
	free(after);
	selftest_ok(calloc(SIZE_MAX / 2, 4) == NULL, "calloc sees overflow");
}

struct turns {
	char trace[16];
	unsigned int n;
	struct waitq done;
};

static void
selftest_turn(void *arg)
{
	struct turns *t = arg;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		t->trace[t->n++] = fiber_name()[0];
		fiber_yield();
	}
	waitq_wake(&t->done);
}

static void
selftest_fibers(void)
{
	struct turns t = { .n = 0 };
	struct fiber_stats before, after;
	struct pages_stats p, q;

	fiber_stats(&before);
	pages_stats(&p);
	waitq_init(&t.done);
	fiber_new("a", STACK, selftest_turn, &t);
	fiber_new("b", STACK, selftest_turn, &t);
	while (t.n < 6)
		waitq_sleep(&t.done, machine->steady_ns() + 100 * MS);
	fiber_yield();
	fiber_yield();
	selftest_ok(strcmp(t.trace, "ababab") == 0, "fibers take turns");
	fiber_stats(&after);
	pages_stats(&q);
	selftest_ok(after.fibers == before.fibers, "ended ones are gone");
	selftest_ok(q.free == p.free, "and their stacks");
}

struct hurry {
	unsigned int looks;
	bool other_ran, ended;
	struct waitq done;
};

/* Looks for the other one again and again, each time at once. */
static void
selftest_urgent(void *arg)
{
	struct hurry *h = arg;

	fiber_set_urgent(fiber_self());
	while (!h->other_ran && h->looks < 100) {
		h->looks++;
		fiber_sleep_until(machine->steady_ns());
	}
	h->ended = true;
	waitq_wake(&h->done);
}

static void
selftest_other(void *arg)
{
	struct hurry *h = arg;

	h->other_ran = true;
}

static void
selftest_hurry(void)
{
	struct hurry h = { .looks = 0 };

	waitq_init(&h.done);
	fiber_new("urgent", STACK, selftest_urgent, &h);
	fiber_new("other", STACK, selftest_other, &h);
	while (!h.ended)
		waitq_sleep(&h.done, machine->steady_ns() + 100 * MS);
	fiber_yield();
	fiber_yield();
	selftest_ok(h.looks < 100, "one in a hurry lets others run");
}

static void
selftest_time(void)
{
	int64_t start, slept, wall;
	struct fiber_stats before, after;
	struct waitq q;
	bool woken;

	/* The console is still read; each line of it wakes us for a moment. */
	fiber_sleep_until(machine->steady_ns() + 200 * MS);
	waitq_init(&q);
	start = machine->steady_ns();
	fiber_stats(&before);
	woken = waitq_sleep(&q, start + 50 * MS);
	slept = machine->steady_ns() - start;
	fiber_stats(&after);
	selftest_ok(!woken && slept >= 50 * MS, "a deadline ends a sleep");
	selftest_ok(slept < 1000 * MS, "not much later");
	selftest_ok(after.idle_ns - before.idle_ns >= slept / 2,
	    "meanwhile the processor was idle");
	wall = machine->wall_ns();
	selftest_ok(wall > INT64_C(1700000000) * 1000 * MS,
	    "the wall clock knows the year");
}

static void
selftest_libc(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%.3f %#x %-4d|", 2.5, 255, 7);
	selftest_ok(strcmp(text, "2.500 0xff 7   |") == 0, "printf");
	selftest_ok(strtod("-1.25e2", NULL) == -125.0, "strtod");
}

/*
 * Eight sums at once, where the processor has AVX and boot_avx() has made it
 * usable: if it had not, the first instruction would end the guest.
 */
static void
selftest_avx(void)
{
	enum { OSXSAVE = 1 << 27, AVX = 1 << 28 };
	float a[8], sum[8];
	bool right = true;
	int i;

	if ((cpuid(1, 0).ecx & (OSXSAVE | AVX)) != (OSXSAVE | AVX)) {
		console_printf("# no AVX on this processor\n");
		return;
	}
	for (i = 0; i < 8; i++)
		a[i] = (float)i;
	__asm__ volatile("vmovups %1, %%ymm0\n\t"
	                 "vaddps %%ymm0, %%ymm0, %%ymm1\n\t"
	                 "vmovups %%ymm1, %0\n\t"
	                 "vzeroupper"
	                 : "=m"(sum)
	                 : "m"(a)
	                 : "xmm0", "xmm1");
	for (i = 0; i < 8; i++)
		right = right && sum[i] == 2.0f * (float)i;
	selftest_ok(right, "AVX adds eight numbers at once");
}

/* Says back what is typed on the console, a line. */
static void
selftest_console(void)
{
	int64_t end = machine->steady_ns() + INT64_C(30000) * MS;
	uint32_t n = 0;
	char line[64];

	console_printf("type a line\n");
	while (n < sizeof(line) && machine->steady_ns() < end) {
		n +=
		    machine->console_read(line + n, (uint32_t)sizeof(line) - n);
		if (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			break;
		fiber_sleep_until(machine->steady_ns() + 20 * MS);
	}
	console_printf("typed: %.*s\n", (int)(n > 0 ? n - 1 : 0), line);
}

/* Recurses until the guard page stops it. */
static NOINLINE int
selftest_overflow(int depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	return depth < 0 ? room[0] : selftest_overflow(depth + 1) + room[0];
}

/* Each of these has to end the guest with a report. */
static void
selftest_fault(struct str name)
{
	static uint8_t code[] = { 0xc3 }; /* ret */
	void (*run)(void) = (void (*)(void))(uintptr_t)code;

	volatile int *null = NULL;

	__asm__("" : "+r"(null)); /* so that nobody knows that it is one */
	if (str_is(name, "null"))
		null[2] = 1;
	else if (str_is(name, "text"))
		*(volatile char *)(uintptr_t)image_text = 1;
	else if (str_is(name, "data"))
		run();
	else if (str_is(name, "stack"))
		console_printf("%d\n", selftest_overflow(0));
	console_printf("not ok - %.*s went unnoticed\n", STR_ARG(name));
}

bool
selftest_main(void)
{
	struct str name;

	if (!cmdline_get("selftest", &name))
		return false;
	guest_listen();
	if (str_is(name, "console")) {
		selftest_console();
		return true;
	}
	if (!str_is(name, "all")) {
		selftest_fault(name);
		return true;
	}
	/* The machine's own fibers begin meanwhile, so that memory is quiet. */
	fiber_sleep_until(machine->steady_ns() + 20 * MS);
	selftest_libc();
	selftest_avx();
	selftest_heap();
	selftest_aligned();
	selftest_exhaustion();
	selftest_memory();
	selftest_fibers();
	selftest_hurry();
	selftest_time();
	if (machine->selftest != NULL)
		machine->selftest();
	console_printf("1..%u\n", selftest_count);
	return true;
}
