/* SPDX-License-Identifier: BSD-3-Clause */
/* netfront_test.c -- a vif whose backend and store are the test's own. */
#include "minios/xen/netfront.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "click/batch.h"
#include "minios/arch.h"
#include "minios/fiber.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"
#include "test/fake_minios.h"
#include "test/fake_netback.h"
#include "test/fake_store.h"
#include "test/fake_xen.h"
#include "test/run.h"
#include "test/tap.h"

enum { STACK = 65536 };

struct bench {
	struct fake_netback back;
	struct trun run; /* for its thread */
	struct thread *t;
	struct netdev *dev;
	unsigned int ready[3];
	uint64_t pages;
};

static void
bench_ready(void *arg, unsigned int what)
{
	((struct bench *)arg)->ready[what]++;
}

/* Store and backend as a toolstack leaves them. */
static void
bench_init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	fake_store_init((void *)(uintptr_t)xen.store_page);
	xenbus_init();
	fake_netback_init(&b->back);
	trun_start(&b->run, "Idle -> Discard");
	b->t = master_thread(b->run.m, 0);
	b->pages = fake_pages_used();
	fake_console_clear();
}

static int
bench_connect(struct bench *b, struct diag *why)
{
	struct os_port_request req = { .what = NETDEV_RX | NETDEV_TX,
		.waiter = (void *)1 };
	int err = netfront_open(0, &req, &b->dev, why);

	if (err != 0)
		return err;
	b->dev->ready[NETDEV_RX] = b->dev->ready[NETDEV_TX] = bench_ready;
	b->dev->ready_arg[NETDEV_RX] = b->dev->ready_arg[NETDEV_TX] = b;
	return 0;
}

static void
bench_open(struct bench *b)
{
	struct diag why = { "" };

	bench_init(b);
	if (bench_connect(b, &why) != 0)
		tap_note("%s", why.text);
	fiber_yield();
	fiber_yield();
}

static void
bench_home(struct bench *b, const char *what)
{
	fake_xen_peer(NULL, NULL);
	is_num(trun_stop(&b->run), 0, "%s: every packet is back", what);
	is_num(fake_pages_used() - b->pages, 0, "%s: every page", what);
	is_num(fake_xen_grants(), 0, "%s: every grant", what);
	is_num(fake_xen_ports(), 0, "%s: every event channel", what);
}

static void
bench_close(struct bench *b, const char *what)
{
	netdev_close(b->dev);
	bench_home(b, what);
}

static void
make_frame(uint8_t *frame, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		frame[i] = (uint8_t)(i * 7);
	memcpy(frame, "\2\0\0\0\0\7", 6);
}

static int
receive(struct bench *b, struct batch **out)
{
	*out = batch_new(b->t, 32);
	return netdev_rx(b->dev, *out, 32);
}

static void
test_receive(bool split)
{
	const char *what = split ? "split" : "one channel";
	struct bench b;
	struct batch *in;
	struct scratch_mark m;
	uint8_t frame[9000];
	uint32_t n;

	bench_init(&b);
	fake_store_set(
	    FAKE_BACK "/feature-split-event-channels", split ? "1" : "0");
	is_num(bench_connect(&b, NULL), 0, "%s: connects", what);
	is_num(fake_xen_ports(), split ? 2 : 1, "%s: channels", what);
	is_cstr(fake_store_get(FAKE_FRONT "/state"), "4", "%s: says so", what);
	is_num(b.dev->mac[5], 7, "%s: the address of the store", what);
	m = scratch_mark(b.t);
	is_num(receive(&b, &in), 0, "%s: nothing yet", what);
	ok(!netdev_arm(b.dev, NETDEV_RX), "%s: it may sleep", what);
	for (n = 60; n <= 9000; n += 1490) {
		scratch_release(b.t, m);
		make_frame(frame, n);
		ok(fake_netback_put(&b.back, frame, n, 0) > 0,
		    "%s: there is room", what);
		fiber_yield();
		fake_deliver();
		is_num(receive(&b, &in), 1, "%s: %u bytes come", what, n);
		ok(in->packet[0]->length == n &&
		        memcmp(in->packet[0]->data, frame, n) == 0,
		    "%s: as they were", what);
		batch_kill(in);
		netdev_arm(b.dev, NETDEV_RX);
	}
	is_num(b.ready[NETDEV_RX], 7, "%s: the port was woken each time", what);
	scratch_release(b.t, m);
	bench_close(&b, what);
}

/* What the backend left to hardware is done before elements see it. */
static void
test_checksum(void)
{
	static const uint8_t udp[] = { 0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17, 0, 0,
		10, 0, 0, 1, 10, 0, 0, 2, 0, 9, 0, 9, 0, 13, 0x14, 0x24, 'h',
		'e', 'l', 'l', 'o' };
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 1, 8, 0 };
	struct scratch_mark m;
	struct batch *in;
	struct bench b;

	memcpy(frame + 14, udp, sizeof(udp));
	bench_open(&b);
	m = scratch_mark(b.t);
	fake_netback_put(&b.back, frame, 14 + sizeof(udp), NETIF_RX_CSUM_BLANK);
	is_num(receive(&b, &in), 1, "blank checksum: comes");
	/* By hand: pseudo header, ports, length and "hello" (RFC 768). */
	is_num(get_be16(in->packet[0]->data + 14 + 26), 0xa7ed,
	    "blank checksum: is filled in");
	batch_kill(in);
	scratch_release(b.t, m);
	bench_close(&b, "blank checksum");
}

/* Its state changes while the store answers what it was. */
static void
test_ready_meanwhile(void)
{
	struct diag why = { "" };
	struct bench b;

	bench_init(&b);
	fake_store_set(FAKE_BACK "/state", "1");
	fake_store_after(FAKE_BACK "/state", "2");
	is_num(bench_connect(&b, &why), 0, "ready meanwhile: it is seen: %s",
	    why.text);
	bench_close(&b, "ready meanwhile");
}

static void
test_send(bool sg)
{
	const char *what = sg ? "gather" : "one slot a frame";
	static const uint32_t sizes[] = { 60, 1514, 2000, 1, 64 };
	struct netdev_stats s;
	struct scratch_mark m;
	struct batch *out;
	struct bench b;
	uint8_t frame[9000], got[9000];
	unsigned int i, same = 0;

	bench_init(&b);
	fake_store_set(FAKE_BACK "/feature-sg", sg ? "1" : "0");
	bench_connect(&b, NULL);
	m = scratch_mark(b.t);
	for (i = 0; i < 500; i++) {
		uint32_t n = sizes[i % ARRAY_SIZE(sizes)];

		scratch_release(b.t, m);
		out = batch_new(b.t, 1);
		make_frame(frame, n);
		batch_add(out, packet_new(b.t, i % 90, frame, n, 0));
		netdev_tx(b.dev, out);
		same += fake_netback_get(&b.back, got) == (int)n &&
		        memcmp(got, frame, n) == 0;
	}
	is_num(same, 500, "%s: each frame arrives whole", what);
	netdev_stats(b.dev, &s);
	is_num((long)s.tx_packets, 500, "%s: and is counted", what);
	is_num((long)s.tx_dropped, 0, "%s: none dropped", what);
	scratch_release(b.t, m);
	bench_close(&b, what);
}

/* The backend does not answer: the ring fills, room wakes the port. */
static void
test_full(void)
{
	struct scratch_mark m;
	struct netdev_stats s;
	struct batch *out;
	struct bench b;
	uint8_t frame[60], got[2000];
	unsigned int i, sent = 0;
	int n = 1;

	bench_open(&b);
	m = scratch_mark(b.t);
	make_frame(frame, sizeof(frame));
	for (i = 0; i < 1000 && n > 0; i++) {
		scratch_release(b.t, m);
		out = batch_new(b.t, 1);
		batch_add(out, packet_new(b.t, 64, frame, sizeof(frame), 0));
		n = netdev_tx(b.dev, out);
		sent += n > 0;
	}
	is_num(sent, NETFRONT_SLOTS, "full: so many fit");
	is_num(out->count, 1, "full: the next stays ours");
	batch_kill(out);
	ok(!netdev_arm(b.dev, NETDEV_TX), "full: it may sleep");
	for (i = 0; i < sent; i++)
		fake_netback_get(&b.back, got);
	fiber_yield();
	fake_deliver();
	is_num(b.ready[NETDEV_TX], 1, "full: room wakes it");
	/* What is not answered at the end is counted. */
	for (i = 0; i < 10; i++) {
		scratch_release(b.t, m);
		out = batch_new(b.t, 1);
		batch_add(out, packet_new(b.t, 64, frame, sizeof(frame), 0));
		netdev_tx(b.dev, out);
	}
	fake_store_set(FAKE_BACK "/state", "5");
	for (i = 0; i < 20; i++)
		fiber_yield();
	netdev_stats(b.dev, &s);
	is_num((long)s.tx_dropped, 10, "full: what was lost is counted");
	scratch_release(b.t, m);
	bench_close(&b, "full");
}

/* Sends frames of several pages until there is no room: how many. */
static unsigned int
send_long(struct bench *b)
{
	static uint8_t frame[9000];
	struct scratch_mark m = scratch_mark(b->t);
	unsigned int sent = 0;
	struct batch *out;
	int n = 1;

	make_frame(frame, sizeof(frame));
	while (n > 0) {
		scratch_release(b->t, m);
		out = batch_new(b->t, 1);
		batch_add(out, packet_new(b->t, 64, frame, sizeof(frame), 0));
		n = netdev_tx(b->dev, out);
		sent += n > 0;
	}
	batch_kill(out);
	scratch_release(b->t, m);
	return sent;
}

/*
 * Frames of several parts whose first ones alone are answered: the ring has
 * room again, but a frame's first id is in use until all of it is answered.
 */
static void
test_half_answered(void)
{
	static uint8_t got[9000];
	uint16_t id[NETFRONT_SLOTS];
	bool begins[NETFRONT_SLOTS];
	unsigned int sent, n, i, whole = 0;
	struct netdev_stats s;
	struct bench b;

	bench_open(&b);
	sent = send_long(&b);
	n = fake_netback_take(&b.back, id, begins);
	ok(sent > 50 && n > 2 * sent, "half answered: the ring is full");
	for (i = 0; i < n; i++)
		if (begins[i])
			fake_netback_answer_tx(&b.back, id[i]);
	is_num(send_long(&b), 0, "half answered: no room yet");
	for (i = 0; i < n; i++)
		if (!begins[i])
			fake_netback_answer_tx(&b.back, id[i]);
	is_num(send_long(&b), sent, "half answered: then for as many again");
	while (fake_netback_get(&b.back, got) == (int)sizeof(got))
		whole++;
	is_num(whole, sent, "half answered: which arrive whole");
	netdev_stats(b.dev, &s);
	is_num((long)s.tx_packets, 2 * sent, "half answered: all are counted");
	bench_close(&b, "half answered");
}

/* The backend goes away, and another comes. */
static void
test_reconnect(void)
{
	struct scratch_mark m;
	struct batch *in;
	struct bench b;
	uint8_t frame[60];
	unsigned int i;

	bench_open(&b);
	m = scratch_mark(b.t);
	fake_store_set(FAKE_BACK "/state", "5");
	for (i = 0; i < 20; i++)
		fiber_yield();
	is_cstr(fake_store_get(FAKE_FRONT "/state"), "6", "closing: closed");
	ok(!b.dev->link && link_changes(b.dev) == 2,
	    "closing: the link is down");
	is_num(receive(&b, &in), 0, "closing: nothing comes");
	fake_store_set(FAKE_BACK "/state", "6");
	for (i = 0; i < 20; i++)
		fiber_yield();
	is_cstr(fake_store_get(FAKE_FRONT "/state"), "1",
	    "closed: asks to begin again");
	fake_netback_init(&b.back);
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link && link_changes(b.dev) == 3, "a new backend: connected");
	make_frame(frame, sizeof(frame));
	fake_netback_put(&b.back, frame, sizeof(frame), 0);
	is_num(receive(&b, &in), 1, "a new backend: frames come");
	batch_kill(in);
	scratch_release(b.t, m);
	bench_close(&b, "reconnect");
}

/* A backend that looks for the keys of two channels first, as Linux' does. */
static void
test_other_channels(void)
{
	struct bench b;
	unsigned int i;

	bench_open(&b);
	for (i = 0; i < 2; i++) {
		bool split = i == 1;

		fake_store_set(FAKE_BACK "/state", "6");
		for (int k = 0; k < 20; k++)
			fiber_yield();
		fake_netback_init(&b.back);
		fake_store_set(FAKE_BACK "/feature-split-event-channels",
		    split ? "1" : "0");
		for (int k = 0; k < 40; k++)
			fiber_yield();
		ok(b.dev->link, "other channels: connected");
		ok((fake_store_get(FAKE_FRONT "/event-channel-tx") != NULL) ==
		            split &&
		        (fake_store_get(FAKE_FRONT "/event-channel-rx") !=
		            NULL) == split &&
		        (fake_store_get(FAKE_FRONT "/event-channel") != NULL) ==
		            !split,
		    "other channels: no key is left of those before");
	}
	bench_close(&b, "other channels");
}

/* It wakes on another machine: Xen and the store have forgotten all. */
static void
bench_suspend(void)
{
	xenbus_suspend();
	fake_xen_fresh();
	fake_store_fresh();
	netfront_lose();
}

/* As shutdown.c does it, to a host where the same backend waits. */
static void
move(struct bench *b)
{
	bench_suspend();
	fake_netback_init(&b->back);
	xenbus_resume(true);
	netfront_resume();
}

/* On another host: it says once where its address is now (RFC 903). */
static void
test_resume(void)
{
	static const uint8_t head[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,
		0, 0, 0, 0, 0, 0x80, 0x35, 0, 1, 8, 0, 6, 4, 0, 3 };
	struct scratch_mark m;
	struct batch *in;
	struct bench b;
	uint8_t got[2000] = { 0 };
	unsigned int i;

	bench_open(&b);
	m = scratch_mark(b.t);
	is_num(receive(&b, &in), 0, "resume: nothing is said before");
	is_num(fake_netback_get(&b.back, got), -1, "resume: by nobody");
	move(&b);
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link, "resume: connected again");
	is_num(receive(&b, &in), 0, "resume: nothing has come");
	is_num(fake_netback_get(&b.back, got), 60, "resume: it says a frame");
	ok(memcmp(got, head, 6) == 0 && memcmp(got + 6, b.dev->mac, 6) == 0 &&
	        memcmp(got + 12, head + 12, sizeof(head) - 12) == 0,
	    "resume: to all: who am I?");
	ok(memcmp(got + 22, b.dev->mac, 6) == 0 &&
	        memcmp(got + 32, b.dev->mac, 6) == 0,
	    "resume: of its own address");
	is_num(receive(&b, &in), 0, "resume: and goes on");
	is_num(fake_netback_get(&b.back, got), -1, "resume: it said it once");
	scratch_release(b.t, m);
	bench_close(&b, "resume");
}

/*
 * On another host, before it is the vif's turn: its backend's state is looked
 * at, and others are given the numbers that its channels and grants had.
 */
static void
test_resume_meanwhile(bool gone)
{
	const char *what = gone ? "resume, no backend" : "resume, a backend";
	static char others[PAGE_SIZE] __attribute__((aligned(4096)));
	struct scratch_mark m;
	uint32_t port[2], ref[2];
	struct batch *out;
	struct bench b;
	uint8_t frame[60];
	unsigned int i;

	bench_open(&b);
	m = scratch_mark(b.t);
	make_frame(frame, sizeof(frame));
	bench_suspend();
	fake_netback_init(&b.back);
	fake_store_set(FAKE_BACK "/state", gone ? NULL : "2");
	for (i = 0; i < 2; i++)
		ok(event_open(0, NULL, NULL, &port[i]) == 0 &&
		        grant_page(0, others, true, &ref[i]) == 0,
		    "%s: somebody else's channel and grant", what);
	xenbus_resume(true);
	for (i = 0; i < 20; i++)
		fiber_yield();
	for (i = 0; i < 5; i++) {
		out = batch_new(b.t, 1);
		batch_add(out, packet_new(b.t, 64, frame, sizeof(frame), 0));
		is_num(netdev_tx(b.dev, out), 1, "%s: frames are taken", what);
		scratch_release(b.t, m);
	}
	is_num(receive(&b, &out), 0, "%s: none comes", what);
	fake_store_set(FAKE_BACK "/state", "2");
	netfront_resume();
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link, "%s: connected again", what);
	for (i = 0; i < 2; i++) {
		ok(fake_xen_is_open(port[i]) &&
		        fake_xen_page(ref[i], NULL) == others,
		    "%s: what is others' is untouched", what);
		event_close(port[i]);
		grant_end(ref[i]);
	}
	scratch_release(b.t, m);
	bench_close(&b, what);
}

struct opening {
	struct bench *b;
	int err;
	bool done;
};

static void
open_meanwhile(void *arg)
{
	struct opening *o = arg;

	o->err = bench_connect(o->b, NULL);
	o->done = true;
}

/* After each of its first n turns a vif that connects is moved. */
static void
test_resume_connecting(void)
{
	unsigned int n, i, failed = 0, left = 0;

	for (n = 1; n < 40; n++) {
		struct bench b;
		struct opening o = { &b, 0, false };

		bench_init(&b);
		fiber_new("open", STACK, open_meanwhile, &o);
		for (i = 0; i < n; i++)
			fiber_yield();
		move(&b);
		for (i = 0; i < 60; i++)
			fiber_yield();
		failed += !o.done || o.err != 0 || !b.dev->link ||
		          !fake_netback_holds(&b.back);
		netdev_close(b.dev);
		fake_xen_peer(NULL, NULL);
		left += trun_stop(&b.run) != 0 || fake_xen_grants() != 0 ||
		        fake_xen_ports() != 0 || fake_pages_used() != b.pages;
	}
	is_num(failed, 0, "resume: whoever is connecting connects anew");
	is_num(left, 0, "resume: and everything comes home");
}

/* Its number is another there, and so is its backend's directory. */
static void
test_resume_elsewhere(void)
{
	static const char there[] = "/local/domain/0/backend/vif/9/0";
	struct bench b;
	unsigned int i;

	bench_open(&b);
	bench_suspend();
	fake_store_set("/local/domain/0/backend/vif", NULL);
	fake_netback_init_at(&b.back, there);
	xenbus_resume(true);
	netfront_resume();
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link, "resume elsewhere: connected");
	is_num(fake_store_watches(), 1, "resume elsewhere: one watch");
	fake_store_set("/local/domain/0/backend/vif/9/0/state", "5");
	for (i = 0; i < 20; i++)
		fiber_yield();
	is_cstr(fake_store_get(FAKE_FRONT "/state"), "6",
	    "resume elsewhere: its new backend is followed");
	fake_store_set("/local/domain/0/backend/vif/9/0/state", "6");
	for (i = 0; i < 20; i++)
		fiber_yield();
	fake_netback_init_at(&b.back, there);
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link, "resume elsewhere: to the end");
	bench_close(&b, "resume elsewhere");
}

/* Where the backend is not there in time: the port waits for it. */
static void
test_resume_late(void)
{
	static const char there[] = "/local/domain/0/backend/vif/9/0";
	struct bench b;
	unsigned int i;

	bench_open(&b);
	bench_suspend();
	fake_netback_init_at(&b.back, there);
	fake_store_set("/local/domain/0/backend/vif/9/0/state", "1");
	xenbus_resume(true);
	netfront_resume();
	is_cstr(fake_console(), "vif0: no backend (its state is 1)\n",
	    "resume, late: not yet");
	for (i = 0; i < 20; i++)
		fiber_yield();
	fake_store_set("/local/domain/0/backend/vif/9/0/state", "2");
	for (i = 0; i < 40; i++)
		fiber_yield();
	ok(b.dev->link, "resume, late: then connected");
	bench_close(&b, "resume, late");
}

/* ---- a hostile backend ---- */

static void
hostile_rx_index(struct fake_netback *n)
{
	n->rx->rsp_prod += 1000;
}

static void
hostile_rx_id(struct fake_netback *n)
{
	fake_netback_answer_rx(n, 77, 0, 0, 60);
}

static void
hostile_rx_length(struct fake_netback *n)
{
	fake_netback_answer_rx(n, -1, 4000, 0, 1000);
}

static void
hostile_rx_parts(struct fake_netback *n)
{
	unsigned int i;

	for (i = 0; i < 25; i++)
		fake_netback_answer_rx(n, -1, 0, NETIF_RX_MORE, 60);
}

static void
hostile_tx_index(struct fake_netback *n)
{
	n->tx->rsp_prod += 1;
}

static void
hostile_tx_id(struct fake_netback *n)
{
	fake_netback_answer_tx(n, 5);
}

/* What is sent is lost; another backend finds a port as good as new. */
static void
test_anew(struct bench *b, const char *what)
{
	unsigned int i, woken = b->ready[NETDEV_RX];
	struct netdev_stats s;
	struct batch *batch = batch_new(b->t, 1);
	uint8_t frame[60];

	make_frame(frame, sizeof(frame));
	batch_add(batch, packet_new(b->t, 64, frame, sizeof(frame), 0));
	is_num(netdev_tx(b->dev, batch), 1, "%s: a frame is taken", what);
	netdev_stats(b->dev, &s);
	ok(s.tx_dropped >= 1, "%s: and lost", what);
	fake_store_set(FAKE_BACK "/state", "5");
	for (i = 0; i < 20; i++)
		fiber_yield();
	fake_store_set(FAKE_BACK "/state", "6");
	for (i = 0; i < 20; i++)
		fiber_yield();
	fake_netback_init(&b->back);
	for (i = 0; i < 40; i++)
		fiber_yield();
	fake_deliver();
	ok(b->dev->link, "%s: a new backend: the link is up", what);
	ok(b->ready[NETDEV_RX] > woken, "%s: the port is woken", what);
	fake_netback_put(&b->back, frame, sizeof(frame), 0);
	is_num(receive(b, &batch), 1, "%s: frames come", what);
	batch_kill(batch);
}

static void
test_hostile(void)
{
	static const struct {
		const char *what, *says;
		void (*does)(struct fake_netback *);
	} cases[] = {
		{ "rx index", "vif0: rx: index beyond the ring: port closed\n",
		    hostile_rx_index },
		{ "rx id", "vif0: rx: answer out of order: port closed\n",
		    hostile_rx_id },
		{ "rx length", "vif0: rx: frame beyond its page: port closed\n",
		    hostile_rx_length },
		{ "rx parts",
		    "vif0: rx: frame of too many parts: port closed\n",
		    hostile_rx_parts },
		{ "tx index", "vif0: tx: index beyond the ring: port closed\n",
		    hostile_tx_index },
		{ "tx id", "vif0: tx: answer to no request: port closed\n",
		    hostile_tx_id },
	};
	struct scratch_mark m;
	struct batch *b32;
	struct bench b;
	uint8_t frame[60];
	unsigned int i;

	make_frame(frame, sizeof(frame));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_open(&b);
		m = scratch_mark(b.t);
		if (cases[i].does == hostile_tx_id) {
			b32 = batch_new(b.t, 1);
			batch_add(
			    b32, packet_new(b.t, 64, frame, sizeof(frame), 0));
			netdev_tx(b.dev, b32);
		}
		cases[i].does(&b.back);
		is_num(
		    receive(&b, &b32), 0, "%s: nothing comes", cases[i].what);
		is_num(receive(&b, &b32), 0, "%s: and nothing will",
		    cases[i].what);
		ok(!b.dev->link && link_changes(b.dev) == 2,
		    "%s: the link is down", cases[i].what);
		is_cstr(fake_console(), cases[i].says, "%s: said once",
		    cases[i].what);
		ok(!netdev_arm(b.dev, NETDEV_RX), "%s: the port may sleep",
		    cases[i].what);
		test_anew(&b, cases[i].what);
		scratch_release(b.t, m);
		bench_close(&b, cases[i].what);
	}
}

/* ---- failures on the way to a connection ---- */

static void
test_failures(void)
{
	struct diag why = { "" };
	struct bench b;
	unsigned int n, failed = 0;

	for (n = 1; n < 60; n++) {
		bench_init(&b);
		fake_store_fail("EACCES", n, 1);
		if (bench_connect(&b, &why) == 0) {
			netdev_close(b.dev);
			fake_store_fail(NULL, 0, 0);
		} else {
			failed++;
		}
		fake_store_fail(NULL, 0, 0);
		bench_home(&b, "store error");
	}
	ok(failed > 15, "the store failed at many steps: %u", failed);
	for (n = 0; n < 300; n += n < 5 ? 1 : 37) {
		bench_init(&b);
		fake_xen_limit(n, 64);
		is_num(bench_connect(&b, &why), n < 258 ? ERR_NOMEM : 0,
		    "%u grants", n);
		if (n >= 258)
			netdev_close(b.dev);
		bench_home(&b, "grants");
	}
	bench_init(&b);
	fake_xen_limit(4096, 0);
	is_num(bench_connect(&b, &why), ERR_IO, "no event channel");
	bench_home(&b, "events");
	fake_xen_limit(4096, 64);
	bench_init(&b);
	fake_pages_limit(20);
	is_num(bench_connect(&b, &why), ERR_NOMEM, "no memory");
	bench_home(&b, "memory");
	fake_pages_limit(1 << 20);
}

/* Keys that a broken or hostile backend may write. */
static void
test_keys(void)
{
	static const struct {
		const char *path, *value;
		int err;
	} cases[] = {
		{ FAKE_FRONT "/mac", "00:16:3e:00:00", ERR_PEER },
		{ FAKE_FRONT "/mac", NULL, ERR_NOTFOUND },
		{ FAKE_FRONT "/backend", NULL, ERR_NOTFOUND },
		{ FAKE_FRONT "/backend-id", "x", ERR_PEER },
		{ FAKE_BACK "/state", "17", ERR_TIMEDOUT },
		{ FAKE_BACK "/state", "nonsense", ERR_TIMEDOUT },
		{ FAKE_BACK "/feature-sg", "-1", 0 },
	};
	struct diag why;
	struct bench b;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_init(&b);
		b.back.silent = cases[i].err == ERR_TIMEDOUT;
		fake_store_set(cases[i].path, cases[i].value);
		why.text[0] = '\0';
		err = bench_connect(&b, &why);
		is_num(err, cases[i].err, "%s = %s: %s", cases[i].path,
		    cases[i].value != NULL ? cases[i].value : "(none)",
		    why.text);
		if (err == 0)
			netdev_close(b.dev);
		else
			ok(strncmp(why.text, "vif0: ", 6) == 0,
			    "and a sentence");
		bench_home(&b, "keys");
	}
}

/* A switch of another version: the standard protocol, and a word about it. */
static void
test_versions(void)
{
	static const struct {
		const char *offered;
		bool told;
	} all[] = { { NULL, false }, { "0", false }, { "1", true },
		{ "3", true }, { "4000000000", true } };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const char *name =
		    all[i].offered != NULL ? all[i].offered : "(none)";
		struct diag why = { "" };
		struct bench b;

		bench_init(&b);
		fake_console_clear();
		fake_store_set(FAKE_BACK "/feature-netring", all[i].offered);
		is_num(bench_connect(&b, &why), 0, "netring %s: %s", name,
		    why.text);
		ok(fake_store_get(FAKE_FRONT "/tx-ring-ref") != NULL &&
		        fake_store_get(FAKE_FRONT "/netring-refs") == NULL,
		    "netring %s: standard protocol", name);
		is_num(strstr(fake_console(), "speaks netring version") != NULL,
		    all[i].told, "netring %s: said on the console: %s", name,
		    fake_console());
		netdev_close(b.dev);
		bench_home(&b, "versions");
	}
}

int
main(void)
{
	fake_xen_init();
	netfront_init();
	test_receive(true);
	test_receive(false);
	test_checksum();
	test_send(true);
	test_send(false);
	test_full();
	test_half_answered();
	test_ready_meanwhile();
	test_reconnect();
	test_other_channels();
	test_resume();
	test_resume_meanwhile(true);
	test_resume_meanwhile(false);
	test_resume_connecting();
	test_resume_elsewhere();
	test_resume_late();
	test_hostile();
	test_failures();
	test_keys();
	test_versions();
	return tap_done();
}
