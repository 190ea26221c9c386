/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * threads_test.c -- configurations on two threads: nothing is lost or counted
 * twice, whoever must not be shared is refused, tasks move.
 */
#include "click/conf.h"
#include "test/net.h"
#include "test/run_threads.h"

static uint64_t
threads_read(struct trun *t, const char *name)
{
	struct str text = str_of(trun_read(t, name));
	uint64_t n = 0;

	for (size_t i = 0; i < text.n && text.s[i] != '\n'; i++)
		n = n * 10 + (uint64_t)(text.s[i] - '0');
	return n;
}

/* The sum of the handlers named in words. */
static uint64_t
threads_sum(struct trun *t, const char *words)
{
	struct str text = str_of(words), word;
	uint64_t sum = 0;

	for (;;) {
		char name[64];

		word = conf_shift_space(&text);
		if (word.n == 0)
			return sum;
		snprintf(name, sizeof(name), "%.*s", STR_ARG(word));
		sum += threads_read(t, name);
	}
}

/*
 * All that the sources make (made, a sum of handlers) ends where it is counted
 * (ended, likewise): total packets.  It runs until then, or for ten seconds.
 */
struct balance {
	const char *name;
	const char *config;
	const char *made, *ended;
	uint64_t total;
};

/* Any service, RFC 2516, 5.1. */
#define PADI                                                                   \
	"\\<ff ff ff ff ff ff 02 00 00 00 00 09 88 63"                         \
	" 11 09 00 00 00 04 01 01 00 00>"

static const struct balance balances[] = {
	{ "a Queue between two threads",
	    "s :: InfiniteSource(LIMIT 100000, BURST 32) -> q :: Queue(64)"
	    " -> u :: Unqueue(32) -> c :: Counter -> Discard;"
	    " StaticThreadSched(s 0, u 1)",
	    "s.count", "c.count q.drops", 100000 },
	{ "one packet at a time",
	    "s :: InfiniteSource(LIMIT 100000) -> q :: Queue(3)"
	    " -> u :: Unqueue -> c :: Counter -> Discard;"
	    " StaticThreadSched(s 0, u 1)",
	    "s.count", "c.count q.drops", 100000 },
	{ "one that drops",
	    "s :: InfiniteSource(LIMIT 100000, BURST 8)"
	    " -> q :: SimpleQueue(16) -> u :: Unqueue -> c :: Counter"
	    " -> Discard; StaticThreadSched(u 1);",
	    "s.count", "c.count q.drops", 100000 },
	{ "two that push into one queue",
	    "s :: InfiniteSource(LIMIT 50000, BURST 32) -> q :: Queue(64);"
	    "r :: InfiniteSource(LIMIT 50000, BURST 5) -> q -> u :: Unqueue(7)"
	    " -> c :: Counter -> Discard; StaticThreadSched(s 0, r 1, u 1)",
	    "s.count r.count", "c.count q.drops", 100000 },
	{ "two that push into a ThreadSafeQueue, three threads",
	    "s :: InfiniteSource(LIMIT 50000, BURST 3)"
	    " -> q :: ThreadSafeQueue(100);"
	    "r :: InfiniteSource(LIMIT 50000, BURST 5) -> q -> u :: Unqueue(7)"
	    " -> c :: Counter -> Discard; StaticThreadSched(s 0, r 1, u 2)",
	    "s.count r.count", "c.count q.drops", 100000 },
	{ "two that pull from one queue",
	    "s :: InfiniteSource(LIMIT 100000, BURST 32) -> q :: Queue(64);"
	    "q -> u :: Unqueue(3) -> c :: Counter -> Discard;"
	    "q -> v :: Unqueue(4) -> c; StaticThreadSched(s 0, u 0, v 1)",
	    "s.count", "c.count q.drops", 100000 },
	{ "a MixedQueue pushed into by both inputs",
	    "s :: InfiniteSource(LIMIT 50000) -> q :: MixedQueue(10);"
	    "r :: InfiniteSource(LIMIT 50000, BURST 9) -> [1] q"
	    " -> u :: Unqueue(7) -> c :: Counter -> Discard;"
	    " StaticThreadSched(s 0, r 1, u 0)",
	    "s.count r.count", "c.count q.drops", 100000 },
	{ "a FrontDropQueue",
	    "s :: InfiniteSource(LIMIT 50000, BURST 9)"
	    " -> q :: FrontDropQueue(10) -> u :: Unqueue(7) -> c :: Counter"
	    " -> Discard; StaticThreadSched(s 0, u 1)",
	    "s.count", "c.count q.drops", 50000 },
	{ "elements that two threads run",
	    "s :: InfiniteSource(LIMIT 50000, BURST 32) -> p :: Paint(1)"
	    " -> UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) -> CheckIPHeader"
	    " -> c :: Counter -> t :: Tee(2) -> a :: Counter -> Discard;"
	    "t [1] -> b :: Counter -> Discard;"
	    "r :: InfiniteSource(LIMIT 50000, BURST 32) -> p;"
	    " StaticThreadSched(r 1)",
	    "s.count r.count s.count r.count", "a.count b.count", 200000 },
	{ "packets born on one thread, changed and cloned on another",
	    "s :: InfiniteSource(LENGTH 100, LIMIT 30000, BURST 32)"
	    " -> t :: Tee(2) -> q :: Queue(64) -> u :: Unqueue(8)"
	    " -> StoreData(0, x) -> c :: Counter -> Discard;"
	    " t [1] -> r :: Queue(64) -> v :: Unqueue(8)"
	    " -> Strip(10) -> e :: Counter -> Discard;"
	    " StaticThreadSched(u 1)",
	    "s.count s.count", "c.count q.drops e.count r.drops", 60000 },
	{ "a lock around what both threads run",
	    "SpinlockInfo(l); s :: InfiniteSource(LIMIT 50000, BURST 32)"
	    " -> k :: SpinlockAcquire(l) -> c :: Counter"
	    " -> SpinlockRelease(l) -> Discard;"
	    "r :: InfiniteSource(LIMIT 50000, BURST 3) -> SpinlockPush(l)"
	    " -> k; StaticThreadSched(r 1)",
	    "s.count r.count", "c.count", 100000 },
	{ "handlers read and written while both threads run",
	    "s :: InfiniteSource(LIMIT 100000, BURST 32) -> q :: Queue(64)"
	    " -> u :: Unqueue(32) -> c :: Counter -> Discard;"
	    " StaticThreadSched(s 0, u 1);"
	    " g :: Script(TYPE ACTIVE, label x, set a $(c.count),"
	    " set a $(q.length), set a $(c.rate),"
	    " write u.active false, write u.active true, wait 0.001, goto x);"
	    " h :: Script(TYPE ACTIVE, label x, set a $(q.drops),"
	    " write s.burst 20, wait 0.001, goto x);"
	    " StaticThreadSched(h 1)",
	    "s.count", "c.count q.drops", 100000 },
	/* Thousands of mappings, and blocks that are given and logged. */
	{ "CGNAT: two threads inside, one of them outside, too",
	    "n :: CGNAT(9.0.0.0/24, BLOCK 64, UDP_TIMEOUT 1, HOLD 1);"
	    " s :: InfiniteSource(LIMIT 20000, BURST 8)"
	    " -> DynamicUDPIPEncap(10.0.0.1, 1000, 2.0.0.2, 2, true, 1)"
	    " -> SetIPAddress(2.0.0.3) -> [0] n;"
	    " r :: InfiniteSource(LIMIT 20000, BURST 8)"
	    " -> w :: RoundRobinSwitch;"
	    " w [0] -> DynamicUDPIPEncap(10.0.0.2, 1000, 2.0.0.2, 2, true, 1)"
	    " -> [0] n; w [1] -> UDPIPEncap(2.0.0.2, 2, 9.0.0.9, 5000)"
	    " -> [1] n; n [0] -> a :: Counter -> Discard;"
	    " n [1] -> b :: Counter -> Discard;"
	    " n [2] -> c :: Counter -> Discard; n [3] -> Discard;"
	    " StaticThreadSched(r 1)",
	    "s.count r.count", "a.count b.count c.count", 40000 },
	{ "CGNAT: its timer runs where its packets do",
	    "n :: CGNAT(9.0.0.0/24, BLOCK 64, UDP_TIMEOUT 1, HOLD 1);"
	    " s :: RatedSource(RATE 20000, LIMIT 10000)"
	    " -> DynamicUDPIPEncap(10.0.0.1, 1000, 2.0.0.2, 2, true, 1)"
	    " -> [0] n; Idle -> [1] n; n [0] -> a :: Counter -> Discard;"
	    " n [1] -> Discard; n [2] -> c :: Counter -> Discard;"
	    " StaticThreadSched(s 1)",
	    "s.count", "a.count c.count", 10000 },
	{ "Policer: one bucket for two threads",
	    "p :: Policer(1000, 1000, PACKETS true);"
	    " s :: InfiniteSource(LIMIT 50000, BURST 8) -> p;"
	    " r :: InfiniteSource(LIMIT 50000, BURST 3) -> p;"
	    " p [0] -> a :: Counter -> Discard;"
	    " p [1] -> b :: Counter -> Discard; StaticThreadSched(r 1)",
	    "p.green p.red", "a.count b.count", 100000 },
	{ "Policer: buckets of two threads",
	    "p :: Policer(1000, 1000, PACKETS true, BY dst);"
	    " s :: InfiniteSource(LIMIT 20000, BURST 8)"
	    " -> UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) -> p;"
	    " r :: InfiniteSource(LIMIT 20000, BURST 3)"
	    " -> UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) -> p;"
	    " p [0] -> a :: Counter -> Discard;"
	    " p [1] -> b :: Counter -> Discard; StaticThreadSched(r 1)",
	    "p.green p.red", "a.count b.count", 40000 },
	{ "GREDecap: numbers that two threads look at",
	    "d :: GREDecap(SEQUENCE true); s :: InfiniteSource(LIMIT 30000,"
	    " BURST 8) -> g :: GREEncap(0x0800, SEQUENCE true) -> d;"
	    " r :: InfiniteSource(LIMIT 30000, BURST 3) -> g;"
	    " d [0] -> a :: Counter -> Discard;"
	    " d [1] -> b :: Counter -> Discard; StaticThreadSched(r 1)",
	    "s.count r.count", "a.count d.drops", 60000 },
	/* Each is answered by an offer. */
	{ "PPPoEServer: asked by two threads",
	    "p :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24);"
	    " s :: InfiniteSource(DATA " PADI ", LIMIT 3000, BURST 8) -> [0] p;"
	    " r :: InfiniteSource(DATA " PADI ", LIMIT 3000, BURST 3) -> [0] p;"
	    " Idle -> [1] p; p [0] -> a :: Counter -> Discard;"
	    " p [1] -> Discard; StaticThreadSched(r 1)",
	    "s.count r.count", "a.count", 6000 },
};

/* Appends to the configuration the script that stops it. */
static void
balance_config(const struct balance *b, struct strbuf *out)
{
	struct str words = str_of(b->ended), word;

	sb_printf(out,
	    "%s; Script(TYPE ACTIVE, wait 10, stop);"
	    " Script(TYPE ACTIVE, label x, wait 0.01, goto x $(lt $(add",
	    b->config);
	for (;;) {
		word = conf_shift_space(&words);
		if (word.n == 0)
			break;
		sb_printf(out, " $(%.*s)", STR_ARG(word));
	}
	sb_printf(out, ") %llu), stop)", (unsigned long long)b->total);
}

static void
test_balance(const struct balance *b)
{
	struct strbuf config = STRBUF_INIT;
	struct trun t;

	balance_config(b, &config);
	if (ok(trun_start_threads(&t, sb_cstr(&config), 3) == 0, "%s: starts",
	        b->name)) {
		trun_run(&t);
		is_num((int64_t)threads_sum(&t, b->made), (int64_t)b->total,
		    "%s: all were made", b->name);
		is_num((int64_t)threads_sum(&t, b->ended), (int64_t)b->total,
		    "%s: none is lost", b->name);
	}
	if (*trun_log(&t) != '\0')
		tap_note("%s", trun_log(&t));
	is_num(trun_stop(&t), 0, "%s: every packet is back", b->name);
	sb_fini(&config);
}

struct refusal {
	const char *name, *config, *log;
};

static const struct refusal refusals[] = {
	{ "a shaper that two threads pull from",
	    "s :: InfiniteSource -> Queue -> n :: Shaper(10);"
	    " n -> u :: Unqueue -> Discard; n -> v :: Unqueue -> Discard;"
	    " StaticThreadSched(u 0, v 1);",
	    "test:1: 'n :: Shaper' is reached by threads 0 and 1 but cannot be "
	    "shared; put a Queue before it\n"
	    "Router could not be initialized!\n" },
	{ "an element that two threads push into",
	    "s :: InfiniteSource -> m :: Meter(10Bps) -> Discard;"
	    " m [1] -> Discard; r :: InfiniteSource -> m;"
	    " StaticThreadSched(s 0, r 1)",
	    "test:1: 'm :: Meter' is reached by threads 0 and 1 but cannot be "
	    "shared; put a Queue before it\n"
	    "Router could not be initialized!\n" },
	{ "a task of such an element itself",
	    "s :: InfiniteSource -> u :: TimedUnqueue(0.1) -> Discard;"
	    " StaticThreadSched(s 1, u 5)",
	    "test:1: While configuring 'StaticThreadSched@4 :: "
	    "StaticThreadSched':\n"
	    "  warning: thread preference 5 out of range\n" },
	{ "a timer on another thread than the packets",
	    "s :: InfiniteSource -> p :: PI(0.01, 0.1, 0.1, 50) -> q :: Queue"
	    " -> Unqueue -> Discard; StaticThreadSched(s 1, p 0)",
	    "test:1: 'p :: PI' is reached by threads 1 and 0 but cannot be "
	    "shared; put a Queue before it\n"
	    "Router could not be initialized!\n" },
	{ "an unknown name", "Idle -> Discard; StaticThreadSched(nosuch 1)",
	    "test:1: While configuring 'StaticThreadSched@3 :: "
	    "StaticThreadSched':\n"
	    "  'nosuch/' does not name an element\n" },
};

static void
test_refusal(const struct refusal *x)
{
	struct trun t;

	(void)trun_start_threads(&t, x->config, 2);
	is_cstr(trun_log(&t), x->log, "%s", x->name);
	is_num(trun_stop(&t), 0, "%s: every packet is back", x->name);
}

/* One thread has all the work; after a few looks the other has some of it. */
static void
test_moving(void)
{
	struct trun t;
	uint64_t moved;

	if (ok(trun_start_threads(&t,
	           "BalancedThreadSched(10);"
	           " a :: InfiniteSource(BURST 32) -> Discard;"
	           " b :: InfiniteSource(BURST 32) -> Discard;"
	           " c :: InfiniteSource(BURST 32) -> Discard;"
	           " d :: InfiniteSource(BURST 32) -> Discard;"
	           " Script(TYPE ACTIVE, wait 0.3, stop)",
	           2) == 0,
	        "balanced: starts")) {
		trun_run(&t);
		moved = threads_sum(&t,
		    "a.home_thread b.home_thread c.home_thread d.home_thread");
		ok(moved > 0 && moved < 4, "balanced: some tasks moved");
	}
	is_num(trun_stop(&t), 0, "balanced: every packet is back");
}

/* What must stay with its like stays, by hand and by the balance. */
static void
test_staying(void)
{
	struct trun t;

	if (ok(trun_start_threads(&t,
	           "BalancedThreadSched(10);"
	           " a :: InfiniteSource(BURST 32) -> m :: Meter(1Bps);"
	           " b :: InfiniteSource(BURST 32) -> m -> Discard;"
	           " m [1] -> Discard;"
	           " Script(TYPE ACTIVE, wait 0.1, stop)",
	           2) == 0,
	        "unshareable: starts")) {
		trun_run(&t);
		is_num((int64_t)threads_sum(&t, "a.home_thread b.home_thread"),
		    0, "unshareable: the balance moves none");
		ok(trun_write(&t, "a.home_thread", "1") != 0,
		    "unshareable: a hand moves none");
		is_cstr(trun_log(&t),
		    "thread 1 would run elements that cannot be shared\n",
		    "unshareable: and is told so");
	}
	is_num(trun_stop(&t), 0, "unshareable: every packet is back");
}

/* An element with timers lives where its packets come from. */
static void
test_home(void)
{
	struct trun t;

	if (ok(trun_start_threads(&t,
	           "s :: InfiniteSource(LIMIT 1000) -> p :: PI(0.01, 0.1, 0.1, "
	           "50)"
	           " -> q :: Queue -> Unqueue -> Discard;"
	           " StaticThreadSched(s 1);"
	           " Script(TYPE ACTIVE, wait 0.1, stop)",
	           2) == 0,
	        "a timer: starts")) {
		is_num(router_find(t.r, STR("p"), NULL)->thread->id, 1,
		    "a timer: its element is where the packets are");
		trun_run(&t);
	}
	is_num(trun_stop(&t), 0, "a timer: every packet is back");
}

/* Each thread has an output of its own. */
static void
test_cpu_switch(void)
{
	struct trun t;

	if (ok(trun_start_threads(&t,
	           "s :: InfiniteSource(LIMIT 3000) -> x :: CPUSwitch;"
	           " r :: InfiniteSource(LIMIT 5000, BURST 9) -> x;"
	           " x [0] -> a :: Counter -> Discard;"
	           " x [1] -> b :: Counter -> Discard;"
	           " StaticThreadSched(r 1); DriverManager(wait 5s);"
	           " Script(TYPE ACTIVE, label y, wait 1ms, goto y"
	           " $(lt $(add $(a.count) $(b.count)) 8000), stop)",
	           2) == 0,
	        "CPUSwitch: starts")) {
		trun_run(&t);
		is_cstr(
		    trun_read(&t, "a.count"), "3000", "CPUSwitch: thread 0");
		is_cstr(
		    trun_read(&t, "b.count"), "5000", "CPUSwitch: thread 1");
	}
	is_num(trun_stop(&t), 0, "CPUSwitch: every packet is back");
}

/*
 * Thread 0 holds the lock until the packet that took it is let out of the
 * queue, and that long thread 1 gets nothing through.
 */
static void
test_lock_held(void)
{
	struct trun t;

	if (ok(trun_start_threads(&t,
	           "SpinlockInfo(l); Idle -> k :: SpinlockAcquire(l)"
	           " -> q :: Queue -> u :: Unqueue(ACTIVE false)"
	           " -> SpinlockRelease(l) -> Discard;"
	           " s :: InfiniteSource(LIMIT 100, BURST 4)"
	           " -> SpinlockAcquire(l) -> c :: Counter"
	           " -> SpinlockRelease(l) -> Discard; StaticThreadSched(s 1);"
	           " Script(TYPE ACTIVE, wait 0.05,"
	           " goto end $(gt $(c.count) 0), write u.active true,"
	           " label x, wait 1ms, goto x $(lt $(c.count) 100),"
	           " label end, stop)",
	           2) == 0,
	        "a lock that is held: starts")) {
		net_feed(&t, "k", 0, net_packet(&t, "x", 1, -1));
		trun_run(&t);
		is_cstr(trun_read(&t, "q.length"), "0",
		    "a lock that is held: the others wait");
		is_cstr(trun_read(&t, "c.count"), "100",
		    "a lock that is given back: they go on");
		(void)net_drain(&t, "q");
	}
	is_num(trun_stop(&t), 0, "a lock: every packet is back");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(balances) / sizeof(balances[0]); i++)
		test_balance(&balances[i]);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		test_refusal(&refusals[i]);
	test_moving();
	test_staying();
	test_home();
	test_cpu_switch();
	test_lock_held();
	return tap_done();
}
