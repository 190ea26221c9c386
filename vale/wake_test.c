/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wake_test.c -- a worker puts off waking its peers while there is much to do
 * (worker.c): whoever sleeps is woken all the same, soon, whatever happens
 * meanwhile; turn by turn, and with threads that really sleep.
 */
#include <poll.h>
#include <pthread.h>

#include "test/ring.h"
#include "vale/internal.h"

enum { FULL = 16 /* frames that make a round a full one */ };

static struct tguest guest;

/* Whether the guest has been told since the last look. */
static bool
told(void)
{
	uint64_t count;

	return read(guest.host.event, &count, sizeof(count)) == sizeof(count);
}

/* The worker puts off what it can, from now on for ever. */
static void
put_off(struct vtest *t)
{
	t->vale->workers[0].woken_ns = INT64_MAX / 2;
}

static void
send_many(struct vtest *t, unsigned int port, const char *text, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		vtest_send(t, port, text, 60);
}

/* Ports p0, p1 and the guest's port "g", which sleeps in both directions. */
static void
start(struct vtest *t)
{
	uint8_t got[NETRING_BUFFER];

	vtest_start(t, "mac 02:00:00:00:00:01=g 02:00:00:00:00:02=p1", 2);
	tguest_start(&guest, t->vale, 64, 0);
	tguest_open(&guest, 0, "g");
	vtest_run(t);
	while (tguest_receive(&guest, 0, got) >= 0)
		continue;
	is_num(netring_arm(&guest.port[0].rx, 0), 0, "the guest sleeps");
	(void)told();
	put_off(t);
}

static void
stop(struct vtest *t)
{
	vtest_stop(t);
	tguest_stop(&guest);
}

/* Frames for it in a full round, then nothing more. */
static void
test_then_nothing(void)
{
	struct vtest t;

	start(&t);
	send_many(&t, 0, "2>1", FULL);
	is_num(vale_round(t.vale), FULL, "a full round");
	ok(!told(), "is no time to wake");
	is_num(vale_round(t.vale), 0, "an empty one");
	ok(told(), "is");
	stop(&t);
}

/* A little more comes, for somebody else. */
static void
test_then_little(void)
{
	struct vtest t;

	start(&t);
	send_many(&t, 0, "2>1", FULL);
	vale_round(t.vale);
	vtest_send(&t, 0, "1>2", 60);
	is_num(vale_round(t.vale), 1, "a round that is not full");
	ok(told(), "wakes all");
	stop(&t);
}

/* Full rounds without end: it is not put off for ever. */
static void
test_load(void)
{
	struct vtest t;

	start(&t);
	t.vale->workers[0].woken_ns = 0; /* long ago */
	send_many(&t, 0, "2>1", FULL);
	is_num(vale_round(t.vale), FULL, "a full round, long after a wake-up");
	ok(told(), "wakes");
	ok(t.vale->workers[0].woken_ns > 0, "and remembers when");
	stop(&t);
}

/* Somebody's port goes before the next round. */
static void
test_then_detached(void)
{
	struct vtest t;

	start(&t);
	send_many(&t, 0, "2>1", FULL);
	vale_round(t.vale);
	ok(vale_detach(t.vale, STR("v"), STR("p1"), NULL) == 0, "a port goes");
	ok(told(), "whoever sleeps is woken first");
	stop(&t);
}

/*
 * It waits for room to send: its frames go in a full round, it has none in the
 * next, which is full of others', and its port is not polled any longer.
 */
static void
test_room(void)
{
	struct vtest t;
	int64_t poll_ns;

	start(&t);
	poll_ns = t.vale->options.poll_ns;
	t.vale->options.poll_ns = 0;
	vtest_make(&t, "1>2");
	for (unsigned int i = 0; i < FULL; i++)
		tguest_send(&guest, 0, t.frame, 60);
	(void)netring_arm(&guest.port[0].tx, 0);
	is_num(vale_round(t.vale), FULL, "a full round, of its frames");
	ok(!told(), "is no time to wake");
	send_many(&t, 0, "3>2", FULL);
	is_num(vale_round(t.vale), FULL, "another, of others'");
	ok(!told(), "is not, either");
	is_num(vale_round(t.vale), 0, "an empty one");
	ok(told(), "wakes: there is room");
	t.vale->options.poll_ns = poll_ns;
	stop(&t);
}

/* ---- how long a port is polled ---- */

/* g has just been sent a frame by its peer, and polling it was so long ago. */
static void
polled_since(struct vtest *t, struct vale_slot *g, int64_t ns)
{
	vtest_make(t, "1>2");
	tguest_send(&guest, 0, t->frame, 60);
	vale_round(t->vale);
	vale_round(t->vale); /* the peer is told */
	g->busy_ns = t->vale->workers[0].now_ns - ns;
	vale_round(t->vale);
}

static void
test_patience(void)
{
	const int64_t poll_ns = INT64_C(1) << 40;
	struct vale_slot *g;
	struct vtest t;

	start(&t);
	t.vale->options.poll_ns = poll_ns;
	g = vale_port_find(t.vale, STR("v"), STR("g"))->slot;
	vale_port_activate(g->port);
	g->vain = 0;
	polled_since(&t, g, poll_ns * 3 / 4);
	ok(g->active, "a port is polled for poll_ns");
	polled_since(&t, g, poll_ns);
	ok(!g->active, "and then sleeps");
	g->left_ns = -poll_ns;
	vale_port_activate(g->port);
	polled_since(&t, g, poll_ns * 3 / 4);
	ok(!g->active, "where that was in vain, it is polled for half of it");
	vale_port_activate(g->port);
	polled_since(&t, g, poll_ns * 3 / 4);
	ok(g->active, "all of it, if an event came soon after");
	t.vale->options.poll_ns = VALE_POLL_NS;
	stop(&t);
}

/* ---- with threads ---- */

struct sleeper {
	uint32_t got; /* atomic */
	uint32_t wanted;
	int missed; /* atomic: it was not woken in 10 seconds */
};

/* Takes frames, and sleeps whenever there is none. */
static void *
sleeper_run(void *arg)
{
	struct sleeper *s = arg;
	uint8_t frame[NETRING_BUFFER];

	while (load_relaxed(&s->got) < s->wanted &&
	       load_relaxed(&s->missed) == 0) {
		struct pollfd p = { .fd = guest.host.event, .events = POLLIN };

		if (tguest_receive(&guest, 0, frame) > 0) {
			store_release(&s->got, load_relaxed(&s->got) + 1);
			continue;
		}
		if (netring_arm(&guest.port[0].rx, 0) > 0)
			continue;
		store_relaxed(&s->missed, poll(&p, 1, 10000) == 0);
		(void)told();
	}
	return NULL;
}

/* Bursts of all sizes; after each both sides come to rest. */
static void
test_sleeper(unsigned int workers)
{
	struct vale_options o = { .workers = workers, .poll_ns = 1000 };
	struct sleeper s = { .wanted = 6 * 60 * 61 / 2 };
	struct vale_attach a = { .switch_name = STR("v"),
		.name = STR("m"),
		.with = &vale_kind_mem,
		.worker = 0 };
	struct vtest t = { .vale = vale_new(&o, NULL) };
	struct vale_port *m = NULL;
	uint32_t sent = 0;
	pthread_t thread;

	ok(vale_switch_add(t.vale, STR("v"), STR("wire"), NULL) == 0 &&
	        vale_attach(t.vale, &a, &m, NULL) == 0,
	    "%u workers", workers);
	tguest_start(&guest, t.vale, 64, 0);
	guest.host.worker = (int)workers - 1;
	tguest_open(&guest, 0, "g");
	vtest_make(&t, "2>1");
	if (pthread_create(&thread, NULL, sleeper_run, &s) != 0)
		ok(false, "no thread");
	for (unsigned int k = 0; k < 6 * 60; k++) {
		for (unsigned int i = 0; i <= k % 60; i++, sent++)
			while (!vale_mem_put(m, t.frame, 60))
				sched_yield();
		while (load_acquire(&s.got) != sent &&
		       load_relaxed(&s.missed) == 0)
			sched_yield();
	}
	pthread_join(thread, NULL);
	is_num(s.got, sent, "all frames have come");
	ok(s.missed == 0, "and no wake-up was missed");
	is_num(balance_of(t.vale, STR("v")), 0, "every frame is accounted for");
	is_num(balance_wrong(m), 0, "and counted where it went");
	vale_free(t.vale);
	tguest_stop(&guest);
}

int
main(void)
{
	test_then_nothing();
	test_then_little();
	test_load();
	test_then_detached();
	test_room();
	test_patience();
	test_sleeper(1);
	test_sleeper(2);
	return tap_done();
}
