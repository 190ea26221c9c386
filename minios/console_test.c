/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * console_test.c -- writers and a console that takes nothing: threads wait a
 * little, event handlers not at all.
 */
#include "minios/console.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "minios/arch.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "test/tap.h"

enum { STACK = 65536, MS = 1000000, SECONDS = 20 };

static struct {
	int64_t now_ns;
	char console[4096];
	uint32_t shown, room;
	const char *event; /* what the next poll's handler says */
	struct waitq q;
	bool woken;
} bench;

/* ---- the machine ---- */

static int64_t
bench_now(void)
{
	return bench.now_ns;
}

static bool
bench_poll(void)
{
	const char *event = bench.event;

	bench.event = NULL;
	if (event != NULL)
		console_printf("%s\n", event);
	return event != NULL;
}

static void
bench_idle(int64_t deadline_ns)
{
	if (bench.now_ns < deadline_ns)
		bench.now_ns = deadline_ns;
}

static uint32_t
bench_write(const char *s, uint32_t n)
{
	if (n > bench.room)
		n = bench.room;
	memcpy(bench.console + bench.shown, s, n);
	bench.shown += n;
	bench.room -= n;
	return n;
}

static const struct machine_ops bench_machine = {
	.steady_ns = bench_now,
	.run_ns = bench_now,
	.poll = bench_poll,
	.idle = bench_idle,
	.console_write = bench_write,
};

const struct machine_ops *machine = &bench_machine;

void *
pages_alloc(size_t count)
{
	return aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);
}

void
pages_free(void *p)
{
	free(p);
}

int
paging_protect(const void *va, size_t count, enum paging_access access)
{
	(void)va, (void)count, (void)access;
	return 0;
}

/* ---- tests ---- */

static void
begin(uint32_t room)
{
	memset(bench.console, 0, sizeof(bench.console));
	bench.shown = 0;
	bench.room = room;
}

static void
test_thread(void)
{
	int64_t start = bench.now_ns;

	begin(5);
	console_printf("a line\n");
	is_cstr(bench.console, "a lin", "full: what there is room for");
	ok(bench.now_ns - start >= 500 * MS,
	    "full: a thread waits until a reader may be there");
	ok(bench.now_ns - start < 600 * MS, "full: and not for each part");
	begin(100);
	console_printf("more\n");
	is_cstr(bench.console, "[3 bytes lost]\r\nmore\r\n",
	    "room: what was lost is told");
	start = bench.now_ns;
	begin(0);
	console_printf("again\n");
	ok(bench.now_ns - start >= 20 * MS && bench.now_ns - start < 100 * MS,
	    "full again: it waits a little");
	begin(100);
	console_printf("more\n");
}

static void
waker(void *arg)
{
	(void)arg;
	waitq_wake(&bench.q);
}

/* The thread that sleeps meanwhile is on its queue, and stays there. */
static void
test_handler(void)
{
	begin(0);
	bench.event = "said by a handler";
	fiber_new("waker", STACK, waker, NULL);
	bench.woken = waitq_sleep(&bench.q, bench.now_ns + INT64_C(1000) * MS);
	ok(bench.woken, "handler: who slept meanwhile is woken");
	begin(100);
	console_printf("more\n");
	is_cstr(bench.console, "[19 bytes lost]\r\nmore\r\n",
	    "handler: its words are lost, which is told");
}

/* The thread that gave up the processor has ended: no stack to wait on. */
static void
test_handler_ended(void)
{
	begin(0);
	fiber_new("short", STACK, waker, NULL);
	fiber_yield();
	bench.event = "said by a handler";
	fiber_yield();
	fiber_yield();
	ok(true, "handler: none is left behind");
}

int
main(void)
{
	alarm(SECONDS); /* a list that has become a ring is walked for ever */
	fiber_init();
	waitq_init(&bench.q);
	test_thread();
	test_handler();
	test_handler_ended();
	return tap_done();
}
