/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * queues_test.c -- queues, and what moves packets in and out of them, in small
 * configurations: what the handlers say when all is done.
 */
#include "test/run.h"
#include "test/tap.h"

struct outcome {
	const char *name, *text, *handler, *want;
};

static const struct outcome outcomes[] = {
	/* The ring grows beyond its first 1024 slots, wrapped or not. */
	{ "a long queue",
	    "InfiniteSource(LIMIT 5000, BURST 200) -> q :: Queue(5000)"
	    " -> Idle; DriverManager(wait 1ms, stop)",
	    "q.length", "5000" },
	{ "a long queue in one push too many",
	    "InfiniteSource(LIMIT 5000, BURST 100) -> q :: SimpleQueue(4950)"
	    " -> Idle; DriverManager(wait 1ms, stop)",
	    "q.drops", "50" },
	{ "a ring that wraps and grows",
	    "i :: InfiniteSource(LIMIT 1000, BURST 100) -> q :: Queue(3000)"
	    " -> u :: Unqueue(50, LIMIT 900) -> c :: Counter -> Discard;"
	    "DriverManager(wait 1ms, write i.limit 3000, wait 1ms,"
	    " write u.limit 99999, wait 1ms, stop)",
	    "c.count", "3000" },
	{ "a queue that never ends costs what it holds",
	    "InfiniteSource(LIMIT 3000) -> q :: Queue(4294967295) -> Idle;"
	    "DriverManager(wait 1ms, stop)",
	    "q.length", "3000" },
	{ "the highest mark",
	    "InfiniteSource(LIMIT 70, BURST 7) -> q :: Queue(100)"
	    " -> Unqueue(70) -> Discard; DriverManager(wait 1ms, stop)",
	    "q.highwater_length", "7" },
	{ "a smaller capacity keeps the oldest",
	    "InfiniteSource(a, LIMIT 3) -> q :: Queue(10);"
	    "b :: InfiniteSource(bbb, LIMIT 3, ACTIVE false) -> q;"
	    "q -> u :: Unqueue(ACTIVE false) -> c :: Counter -> Discard;"
	    "DriverManager(wait 1ms, write b.active true, wait 1ms,"
	    " write q.capacity 1,"
	    " write u.active true, wait 1ms, stop)",
	    "c.byte_count", "1" },
	{ "that of a FrontDropQueue the newest",
	    "InfiniteSource(a, LIMIT 3) -> q :: FrontDropQueue(10);"
	    "b :: InfiniteSource(bbb, LIMIT 3, ACTIVE false) -> q;"
	    "q -> u :: Unqueue(ACTIVE false) -> c :: Counter -> Discard;"
	    "DriverManager(wait 1ms, write b.active true, wait 1ms,"
	    " write q.capacity 1,"
	    " write u.active true, wait 1ms, stop)",
	    "c.byte_count", "3" },
	{ "a FrontDropQueue grows",
	    "InfiniteSource(LIMIT 4000, BURST 64) -> q :: FrontDropQueue(2500)"
	    " -> Idle; DriverManager(wait 1ms, stop)",
	    "q.drops", "1500" },
	{ "a MixedQueue grows at the front",
	    "InfiniteSource(a, LIMIT 2000, BURST 64) -> [0] q ::"
	    " MixedQueue(3000) -> Idle;"
	    "InfiniteSource(b, LIMIT 2000, BURST 64) -> [1] q;"
	    "DriverManager(wait 1ms, stop)",
	    "q.drops", "1000" },
	{ "what a FrontDropQueue drops can be had",
	    "InfiniteSource(LIMIT 9) -> q :: FrontDropQueue(4) -> Idle;"
	    "q [1] -> c :: Counter -> Discard; DriverManager(wait 1ms, stop)",
	    "c.count", "5" },
	{ "reset empties by way of output 1",
	    "InfiniteSource(LIMIT 9) -> q :: Queue -> Idle;"
	    "q [1] -> c :: Counter -> Discard;"
	    "DriverManager(wait 1ms, write q.reset, stop)",
	    "c.count", "9" },
	{ "a CPUQueue",
	    "InfiniteSource(LIMIT 300, BURST 60) -> q :: CPUQueue(100)"
	    " -> Idle; DriverManager(wait 1ms, stop)",
	    "q.drops", "200" },
	/* A call in the middle of a batch comes between two packets. */
	{ "COUNT_CALL splits a batch",
	    "InfiniteSource(LIMIT 20, BURST 20)"
	    " -> Counter(COUNT_CALL 6 s.switch 1) -> s :: Switch;"
	    "s [0] -> c :: Counter -> Discard; s [1] -> Discard;"
	    "DriverManager(wait 1ms, stop)",
	    "c.count", "5" },
	{ "both calls in one batch",
	    "InfiniteSource(abcd, LIMIT 20, BURST 20)"
	    " -> Counter(COUNT_CALL 6 s.switch 1,"
	    " BYTE_COUNT_CALL 41 s.switch 0) -> s :: Switch;"
	    "s [0] -> c :: Counter -> Discard; s [1] -> Discard;"
	    "DriverManager(wait 1ms, stop)",
	    "c.count", "15" },
	{ "counts go on from what is written",
	    "i :: InfiniteSource(abcd, LIMIT 3, ACTIVE false)"
	    " -> c :: Counter -> Discard;"
	    "DriverManager(write c.counts 5 100, write i.active true,"
	    " wait 1ms, stop)",
	    "c.counts", "8 112" },
	{ "a call whose time was before is not made",
	    "i :: InfiniteSource(abcd, LIMIT 3, ACTIVE false)"
	    " -> c :: Counter(COUNT_CALL 5 s.switch 1,"
	    " BYTE_COUNT_CALL 41 s.switch 1) -> s :: Switch -> Discard;"
	    "s [1] -> Discard; DriverManager(write c.counts 5 100,"
	    " write i.active true, wait 1ms, stop)",
	    "s.switch", "0" },
	{ "one whose time is to come is",
	    "i :: InfiniteSource(abcd, LIMIT 3, ACTIVE false)"
	    " -> c :: Counter(COUNT_CALL 7 s.switch 1) -> s :: Switch"
	    " -> Discard; s [1] -> Discard;"
	    "DriverManager(write c.counts 5 100, write i.active true,"
	    " wait 1ms, stop)",
	    "s.switch", "1" },
	{ "tickets: the outermost counts, compounds multiply",
	    "d :: { e :: { i :: InfiniteSource(ACTIVE false) -> Discard;"
	    " ScheduleInfo(i 3) };"
	    " ScheduleInfo(e/i 0.25, e/ 5) }; ScheduleInfo(d/ 7); Idle -> "
	    "Discard; DriverManager(stop)",
	    "d/e/i.tickets", "8960" },
	{ "tickets: what is said further out makes up for compounds",
	    "d :: { i :: InfiniteSource(ACTIVE false) -> Discard;"
	    " ScheduleInfo(i 3) }; ScheduleInfo(d/i 2);"
	    "DriverManager(stop)",
	    "d/i.tickets", "2048" },
	{ "a lock is given back as often as taken",
	    "SpinlockInfo(l); InfiniteSource(LIMIT 50, BURST 10)"
	    " -> SpinlockAcquire(l) -> r :: RoundRobinSwitch;"
	    "r [0] -> s :: SpinlockRelease(l) -> SpinlockPush(l)"
	    " -> c :: Counter -> Discard; r [1] -> s;"
	    "DriverManager(wait 1ms, stop)",
	    "c.count", "50" },
	/* Simulated time is Click's to the nanosecond. */
	{ "of two waits that end together, Click's first is first",
	    "Idle -> q :: Queue(9) -> Idle;"
	    "Script(write q.reset, wait 1, write q.reset, wait 1);"
	    "Script(write q.reset, wait 1s, write q.reset, wait 0.5,"
	    " write q.capacity 1); Script(wait 2.5, stop);"
	    "Script(write q.reset, wait 500ms, write q.reset, wait 1000 ms,"
	    " write q.capacity 2)",
	    "q.capacity", "1" },
	{ "a source sends one at a time, and the other tasks have their turns",
	    "RatedSource(RATE 20) -> Queue -> TimedUnqueue(.5, 4)"
	    " -> q :: Counter -> Discard; Script(wait 1.1, stop)",
	    "q.count", "9" },
};

static void
test_outcome(const struct outcome *o)
{
	struct trun t;

	if (ok(trun_start(&t, o->text) == 0, "%s: starts", o->name)) {
		trun_run(&t);
		is_cstr(trun_read(&t, o->handler), o->want, "%s", o->name);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: all packets are back", o->name);
}

/* More tickets than a task can have. */
static void
test_too_many_tickets(void)
{
	struct trun t;

	ok(trun_start(&t, "i :: InfiniteSource(ACTIVE false) -> Discard;"
	                  "ScheduleInfo(i 33)") == 0,
	    "33 times the tickets: starts");
	is_cstr(trun_log(&t),
	    "test:1: While initializing 'i :: InfiniteSource':\n"
	    "  warning: ScheduleInfo too high; reduced to 32\n",
	    "with a warning");
	is_cstr(trun_read(&t, "i.tickets"), "32768", "as many as it can have");
	is_num(trun_stop(&t), 0, "all packets are back");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
		test_outcome(&outcomes[i]);
	test_too_many_tickets();
	return tap_done();
}
