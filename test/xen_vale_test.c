/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vale_test.c -- a guest's vifs and the switch: both protocols, restarts
 * of the switch, guests that break the rules or die, whatever fails.
 */
#include <stdlib.h>

#include "minios/xen/event.h"
#include "test/xen_vale.h"
#include "xen/netif.h"

enum { SECOND = 1000000000 };

static struct xv x; /* zeroed by xv_fini() */

static void
open_both(const char *cmdline, bool ring, const char *what)
{
	struct diag why = { "" };

	x.options.no_ring = !ring;
	xv_init(&x, cmdline);
	for (unsigned int i = 0; i < XV_VIFS; i++)
		is_num(xv_open(&x, i, &why), 0, "%s: vif%u opens: %s", what, i,
		    why.text);
	xv_settle();
	for (unsigned int i = 0; i < XV_VIFS; i++)
		is_cstr(xv_get(i, "back", "state"), "4", "%s: connected", what);
}

static const char *
kind_of(const char *name)
{
	struct vale_port *p =
	    vale_port_find(x.vale, STR("vale0"), str_of(name));

	return p != NULL ? p->kind->name : "none";
}

/* Frames of all sizes from the guest to m, and back. */
static void
check_sizes(const char *what, uint32_t most)
{
	uint8_t frame[MEM_SLOT], got[MEM_SLOT];
	unsigned int there = 0, back = 0, sent = 0;

	for (uint32_t n = 60; n <= most; n += 97, sent++) {
		xv_frame(frame, n, 9, 1);
		xv_send(&x, 0, frame, n);
		xv_settle();
		there += vale_mem_get(x.mem, got) == (int)n &&
		         memcmp(frame, got, n) == 0;
		xv_frame(frame, n, 1, 9);
		vale_mem_put(x.mem, frame, n);
		xv_settle();
		back += xv_receive(&x, 0, got) == (int)n &&
		        memcmp(frame, got, n) == 0;
	}
	is_num(there, sent, "%s: all sizes go out", what);
	is_num(back, sent, "%s: and come in", what);
}

/* m -> vif 0 -> the guest -> vif 1 -> m, byte for byte. */
static void
check_forward(const char *what, unsigned int count)
{
	uint8_t frame[1514], got[MEM_SLOT];
	unsigned int same = 0;

	/* The switch learns where the far end is. */
	for (unsigned int i = 0; i < count; i++) {
		uint32_t n = 60 + i * 37 % 1455;

		xv_frame(frame, n, 1, 9);
		vale_mem_put(x.mem, frame, n);
		xv_settle();
		xv_forward(&x, 0, 1);
		xv_settle();
		/* To 02::01, which is vif 0's: learnt, so it goes there. */
		same += xv_receive(&x, 0, got) == (int)n &&
		        memcmp(frame, got, n) == 0;
		while (vale_mem_get(x.mem, got) >= 0)
			;
	}
	is_num(same, count, "%s: forwarded and back, byte for byte", what);
}

static void
test_ring(void)
{
	struct vale_port_stats s;
	struct netdev_stats d;
	struct vale_port *p;
	uint8_t frame[MEM_SLOT];
	unsigned int grants;

	open_both("", true, "ring");
	is_cstr(kind_of("g0"), "xen-ring", "ring: by shared ring");
	/* The switch knows where 02::01 is. */
	xv_frame(frame, 60, 9, 1);
	xv_send(&x, 0, frame, 60);
	xv_settle();
	vale_mem_get(x.mem, frame);
	grants = fake_xen_grants();
	check_sizes("ring", 1514);
	check_forward("ring", 200);
	is_num(fake_xen_grants(), grants, "ring: no grant since");
	is_num(fake_xenhost_copies(), 0, "ring: nor a grant copy");
	p = vale_port_find(x.vale, STR("vale0"), STR("g0"));
	p->ops->stats(p, &s);
	ok(s.swaps > 100, "ring: buffers changed hands between the vifs: %u",
	    (unsigned int)s.swaps);
	netdev_stats(x.dev[1], &d);
	is_num((long)d.copies, 0, "ring: the guest copied nothing");
	xv_fini(&x, "ring");
}

static void
test_standard(const char *cmdline, const char *what)
{
	open_both(cmdline, false, what);
	is_cstr(kind_of("g0"), "xen-vif", "%s: by the standard protocol", what);
	check_sizes(what, 1514);
	ok(fake_xenhost_copies() > 0, "%s: the hypervisor copies", what);
	xv_fini(&x, what);
}

/* Whose choice the protocol is: either side's. */
static void
test_choice(void)
{
	open_both("vif.ring=0", true, "vif.ring=0");
	is_cstr(kind_of("g1"), "xen-vif", "vif.ring=0: standard protocol");
	xv_fini(&x, "vif.ring=0");
}

/* How long the rings are, as the switch has it. */
static void
test_slots(const char *cmdline, const char *slots)
{
	struct strbuf shown = STRBUF_INIT;
	struct vale_port *p;

	open_both(cmdline, true, cmdline);
	p = vale_port_find(x.vale, STR("vale0"), STR("g0"));
	p->ops->show(p, &shown);
	sb_addc(&shown, 0);
	ok(strstr(shown.s, slots) != NULL, "%s: %s: %s", cmdline, slots,
	    shown.s);
	sb_fini(&shown);
	xv_fini(&x, cmdline);
}

/* A burst is one event, or one a frame. */
static unsigned int
events_of_a_burst(const char *cmdline)
{
	struct scratch_mark m;
	struct batch *b;
	uint8_t frame[60];
	uint32_t port;
	unsigned int before;

	open_both(cmdline, true, cmdline);
	port = (uint32_t)atoi(xv_get(0, "front", "event-channel-tx"));
	xv_frame(frame, 60, 9, 1);
	before = fake_xen_signalled(port);
	m = scratch_mark(x.t);
	b = batch_new(x.t, 16);
	for (unsigned int i = 0; i < 16; i++)
		batch_add(b, packet_new(x.t, 64, frame, 60, 0));
	/* The switch sleeps until it is told. */
	vale_port_find(x.vale, STR("vale0"), STR("g0"))
	    ->ops->arm(vale_port_find(x.vale, STR("vale0"), STR("g0")));
	netdev_tx(x.dev[0], b);
	scratch_release(x.t, m);
	before = fake_xen_signalled(port) - before;
	xv_fini(&x, cmdline);
	return before;
}

static void
test_events(void)
{
	struct vale_port *p;
	uint32_t rx;
	uint8_t frame[60];
	unsigned int before;

	is_num(events_of_a_burst("vif.batch=1"), 1, "16 frames, one event");
	is_num(events_of_a_burst("vif.batch=0"), 16, "or 16");

	x.options.no_split = true;
	open_both("", false, "no split");
	ok(xv_get(0, "front", "event-channel") != NULL,
	    "one channel, if the switch offers no more");
	xv_fini(&x, "no split");
	open_both("vif.split=0", false, "vif.split=0");
	ok(xv_get(0, "front", "event-channel") != NULL,
	    "one channel, if the guest wants no more");
	xv_fini(&x, "vif.split=0");

	for (int one = 0; one < 2; one++) {
		x.options.one_event = one;
		open_both("", true, "switch's events");
		rx = (uint32_t)atoi(xv_get(0, "front", "event-channel-rx"));
		p = vale_port_find(x.vale, STR("vale0"), STR("g0"));
		xv_frame(frame, 60, 1, 9);
		netdev_arm(x.dev[0], NETDEV_RX);
		before = p->ops->stats == NULL;
		for (unsigned int i = 0; i < 8; i++)
			vale_mem_put(x.mem, frame, 60);
		vale_round(x.vale);
		vale_round(x.vale);
		{
			struct vale_port_stats s;

			p->ops->stats(p, &s);
			is_num((long)s.wakeups_out, one ? 8 : 1,
			    "the switch tells the guest %s",
			    one ? "of each frame" : "once a burst");
		}
		(void)rx, (void)before;
		xv_fini(&x, "switch's events");
	}
}

/* A grant for each frame, or pages that stay granted. */
static void
test_persistent(void)
{
	uint8_t frame[60], got[MEM_SLOT];
	uint32_t grants;

	for (int on = 0; on < 2; on++) {
		open_both(on ? "vif.persistent=1" : "", false, "persistent");
		xv_frame(frame, 60, 9, 1);
		xv_send(&x, 0, frame, 60);
		xv_settle();
		while (xv_receive(&x, 0, got) >= 0)
			;
		xv_receive(&x, 1, got);
		grants = fake_xen_grants();
		xv_send(&x, 0, frame, 60);
		is_num((long)fake_xen_grants() - grants, on ? 0 : 1,
		    "vif.persistent=%d: grants for a frame", on);
		xv_settle();
		is_num(vale_mem_get(x.mem, got), 60, "it arrives");
		xv_fini(&x, "persistent");
	}
}

/* Copies in one call, or each in its own. */
static void
test_copy_batch(void)
{
	uint8_t frame[60];
	unsigned int i;

	for (unsigned int batch = 0; batch < 2; batch++) {
		x.options.copy_batch = batch;
		open_both("", false, "copy batch");
		xv_frame(frame, 60, 9, 1);
		for (i = 0; i < 10; i++)
			xv_send(&x, 0, frame, 60);
		vale_round(x.vale);
		is_num(fake_xenhost_pieces() >= 10, 1, "10 pieces at least");
		is_num(fake_xenhost_copies() == fake_xenhost_pieces(), batch,
		    "--xen-copy %u: a call each?", batch);
		xv_fini(&x, "copy batch");
	}
}

/* The switch is killed and comes back: both sides go on. */
static void
test_restart(bool ring)
{
	const char *what = ring ? "ring restart" : "vif restart";
	uint8_t frame[100], got[MEM_SLOT];
	unsigned int sent = 0, arrived = 0, lost;
	struct netdev_stats s;

	open_both("", ring, what);
	for (unsigned int round = 0; round < 3; round++) {
		xv_frame(frame, 100, 9, 1);
		for (unsigned int i = 0; i < 30; i++)
			sent += xv_send(&x, 0, frame, 100) == 1;
		xv_settle();
		while (vale_mem_get(x.mem, got) >= 0)
			arrived++;
		fake_xen_peer(NULL, NULL);
		xv_kill(&x);
		is_num(fake_xenhost_mapped(), 0, "%s: nothing mapped", what);
		is_cstr(xv_get(0, "back", "state"), "4",
		    "%s: the store still says connected", what);
		/* In flight while nobody is there. */
		for (unsigned int i = 0; i < 20; i++)
			sent += xv_send(&x, 0, frame, 100) == 1;
		x.options.no_ring = !ring;
		xv_switch(&x);
		/* Another run's generation differs by the clock. */
		x.xen->generation += round + 1;
		fake_xen_peer(xv_turn, &x);
		xv_settle();
		is_cstr(xv_get(0, "back", "state"), "4", "%s: again", what);
		is_cstr(xv_get(1, "back", "state"), "4", "%s: both", what);
		while (vale_mem_get(x.mem, got) >= 0)
			arrived++;
		check_sizes(what, 300);
	}
	netdev_stats(x.dev[0], &s);
	lost = sent - arrived;
	if (ring)
		is_num((long)s.tx_dropped, lost,
		    "%s: sent = received + lost and counted", what);
	else
		is_num(lost, 0, "%s: nothing is lost", what);
	xv_fini(&x, what);
}

/* Whatever a guest may write: that port ends, the other one does not notice. */
static void
test_hostile(void)
{
	static const struct {
		const char *what;
		uint32_t index;    /* added to tx's */
		netring_slot slot; /* or written to tx's next */
		bool rx;           /* the rx ring's index instead */
	} wild[] = {
		{ "tx index beyond the ring", 1000000, 0, false },
		{ "rx index beyond the ring", 1000000, 0, true },
		{ "a buffer that is none", 0, 0xffffff, false },
		{ "a frame beyond its buffer", 0,
		    (uint64_t)2000 << 48 | (uint64_t)2000 << 32, false },
		{ "meta without room", 0,
		    (uint64_t)60 << 48 | (uint64_t)2 << 24, false },
		{ "a frame without end", 0,
		    (uint64_t)60 << 48 | (uint64_t)1 << 24 | (uint64_t)64 << 32,
		    false },
	};
	uint8_t frame[100], got[MEM_SLOT];

	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		struct netfront *f;
		struct netring *r;

		open_both("", true, wild[i].what);
		f = container_of(x.dev[0], struct netfront, dev);
		r = wild[i].rx ? netring_rx(&f->region->guest.layout,
		                     f->region->guest.base, f->ring_index)
		               : netring_tx(&f->region->guest.layout,
		                     f->region->guest.base, f->ring_index);
		if (wild[i].slot != 0) {
			r->slot[r->guest.index % f->ring.ring.tx.bias] =
			    wild[i].slot;
			r->guest.index++;
		}
		r->guest.index += wild[i].index;
		event_send(f->tx_port);
		fake_xen_peer(NULL, NULL);
		xv_frame(frame, 100, 1, 9);
		vale_mem_put(x.mem, frame, 100);
		vale_round(x.vale);
		vale_round(x.vale);
		vale_wait(x.vale, 0);
		is_cstr(kind_of("g0"), "none", "%s: the port is gone",
		    wild[i].what);
		ok(strstr(x.log, "vif7.0: ") != NULL, "%s: it is said: %s",
		    wild[i].what, x.log);
		is_cstr(kind_of("g1"), "xen-ring", "%s: the other is there",
		    wild[i].what);
		xv_frame(frame, 100, 9, 2);
		xv_send(&x, 1, frame, 100);
		vale_round(x.vale);
		is_num(vale_mem_get(x.mem, got), 100, "%s: and is served",
		    wild[i].what);
		fake_xen_peer(xv_turn, &x);
		xv_fini(&x, wild[i].what);
	}
}

/* What the guest's keys may say. */
static void
test_keys(void)
{
	static const struct {
		const char *key, *value;
	} bad[] = {
		{ "netring-refs", "" },
		{ "netring-refs", "1 2 3 4 5" },
		{ "netring-refs", "4000" },
		{ "netring-refs", "-1" },
		{ "netring-refs", NULL },
		{ "netring-pages", "0" },
		{ "netring-pages", "99999999" },
		{ "netring-pages", "x" },
		{ "netring-port", "1" }, /* the other vif's */
		{ "netring-port", "77" },
		{ "netring-features", NULL },
		{ "event-channel-tx", "63" },
		{ "event-channel-tx", "4294967296" },
		{ "event-channel-rx", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		open_both("", true, bad[i].key);
		fake_xen_peer(NULL, NULL);
		/* It says goodbye, and comes back with that. */
		xv_key(0, "front", "state", "6");
		vale_wait(x.vale, 0);
		xv_key(0, "front", "state", "1");
		vale_wait(x.vale, 0);
		is_cstr(xv_get(0, "back", "state"), "2", "%s: offered anew",
		    bad[i].key);
		xv_key(0, "front", bad[i].key, bad[i].value);
		xv_key(0, "front", "state", "4");
		vale_wait(x.vale, 0);
		is_cstr(xv_get(0, "back", "state"), "6", "%s=%s: refused",
		    bad[i].key, bad[i].value != NULL ? bad[i].value : "(none)");
		ok(xv_get(0, "back", "error") != NULL, "with a reason: %s",
		    xv_get(0, "back", "error"));
		is_cstr(kind_of("g1"), "xen-ring", "the other one stays");
		fake_xen_peer(xv_turn, &x);
		xv_fini(&x, bad[i].key);
	}
}

/* A guest that was built with another version of the ring. */
static void
test_version(void)
{
	struct netfront *f;
	struct netring_head *h;

	open_both("", true, "version");
	f = container_of(x.dev[0], struct netfront, dev);
	h = (void *)f->region->guest.base;
	fake_xen_peer(NULL, NULL);
	h->version = NETRING_VERSION + 1;
	for (unsigned int i = 0; i < XV_VIFS; i++)
		xv_key(i, "front", "state", "6"); /* nobody has it mapped */
	vale_wait(x.vale, 0);
	xv_key(0, "front", "state", "1");
	vale_wait(x.vale, 0);
	xv_key(0, "front", "state", "4");
	vale_wait(x.vale, 0);
	is_cstr(xv_get(0, "back", "state"), "6", "a newer version: refused");
	ok(strstr(xv_get(0, "back", "error"),
	       "version 3, this program speaks 2") != NULL,
	    "with a reason: %s", xv_get(0, "back", "error"));
	h->version = NETRING_VERSION;
	fake_xen_peer(xv_turn, &x);
	xv_fini(&x, "version");
}

/*
 * A domain has ended, or the toolstack has removed its vif, of which the switch
 * has not heard: who comes next has the port's name.
 */
static void
test_heir(bool ring, bool dead)
{
	struct vale_attach a = { .switch_name = STR("vale0"),
		.name = STR("g0"),
		.with = &vale_kind_mem,
		.worker = -1 };
	const char *what = ring ? "heir of a ring" : "heir of a vif";
	struct vale_port *heir;
	struct diag why = { "" };

	open_both("", ring, what);
	fake_xen_peer(NULL, NULL);
	is_num(vale_attach(x.vale, &a, &heir, &why), ERR_EXIST,
	    "%s: the living keeps its name", what);
	if (dead)
		fake_xenhost_alive(false);
	else
		fake_store_set(XV_BACK "0", NULL);
	is_num(
	    vale_attach(x.vale, &a, &heir, &why), 0, "%s: %s", what, why.text);
	vale_wait(x.vale, 0);
	is_cstr(kind_of("g0"), "mem", "%s: and keeps it", what);
	is_cstr(kind_of("g1"),
	    dead   ? "none"
	    : ring ? "xen-ring"
	           : "xen-vif",
	    "%s: the other vif", what);
	fake_xenhost_alive(true);
	fake_xen_peer(xv_turn, &x);
	xv_fini(&x, what);
}

/* The domain dies, or the toolstack takes the vif away. */
static void
test_death(void)
{
	open_both("", true, "death");
	fake_xen_peer(NULL, NULL);
	fake_xenhost_alive(false);
	vale_wait(x.vale, 0);
	is_cstr(kind_of("g0"), "none", "death: no port");
	is_num(fake_xenhost_mapped(), 0, "death: no page is held");
	is_num(fake_xenhost_bound(), 0, "death: no channel");
	fake_xenhost_alive(true);
	fake_xen_peer(xv_turn, &x);
	xv_fini(&x, "death");

	open_both("", true, "toolstack");
	xv_key(0, "back", "online", "0");
	xv_key(0, "back", "state", "5");
	xv_settle();
	is_cstr(xv_get(0, "back", "state"), "6", "toolstack: closed");
	is_cstr(kind_of("g0"), "none", "toolstack: no port");
	is_cstr(kind_of("g1"), "xen-ring", "toolstack: the other stays");
	fake_store_set(FAKE_HOME "/device/vif/1/state", NULL);
	xv_settle();
	is_cstr(kind_of("g1"), "none", "no frontend: no port");
	is_cstr(
	    xv_get(1, "back", "state"), "4", "no frontend: nothing is said");
	xv_fini(&x, "toolstack");
}

/* The 1st, 2nd, ... acquisition fails: refused, and nothing is left. */
/* Of a store that takes half a millisecond for each key. */
static void
test_questions(void)
{
	static const char own[] = "/local/domain/0/vale/7/9";
	char path[64];
	unsigned int before;

	xv_init(&x, "");
	xv_settle();
	before = fake_xenhost_asked();
	xv_key(0, "back", "mac", "02:00:00:00:00:77");
	xv_settle();
	is_num(fake_xenhost_asked(), before, "questions: a key costs none");
	fake_store_set(FAKE_HOME "/device/vif/9/state", "1");
	snprintf(path, sizeof(path), "%s/frontend", own);
	fake_store_set(path, FAKE_HOME "/device/vif/9");
	snprintf(path, sizeof(path), "%s/bridge", own);
	fake_store_set(path, "vale0:g9");
	snprintf(path, sizeof(path), "%s/state", own);
	fake_store_set(path, "1");
	xv_settle();
	is_cstr(fake_store_get(path), "2", "questions: one of ours is offered");
	ok(fake_xenhost_asked() - before <= 10, "questions: it cost few: %u",
	    fake_xenhost_asked() - before);
	fake_xenhost_alive(false);
	xv_settle();
	is_cstr(
	    fake_store_get(path), NULL, "dead: nothing is left in our place");
	fake_store_set(path, "6");
	xv_settle();
	is_cstr(fake_store_get(path), NULL, "dead: nor what comes after");
	fake_xenhost_alive(true);
	xv_fini(&x, "questions");
}

static void
test_failures(bool ring)
{
	const char *what = ring ? "ring fails" : "vif fails";
	struct diag why = { "" };
	unsigned int n, failed = 0;

	for (n = 1; n <= (ring ? 5u : 5u); n++) {
		x.options.no_ring = !ring;
		xv_init(&x, "");
		fake_xenhost_fail(n);
		is_num(xv_open(&x, 0, &why), 0, "%s: opens", what);
		xv_settle();
		failed += x.log[0] != '\0';
		/* The guest asks once more, and now it works. */
		is_cstr(xv_get(0, "back", "state"), "4", "%s: at last", what);
		xv_fini(&x, what);
	}
	is_num(failed, 5, "%s: each step has failed once", what);
}

/* Buffers of the guest's region that the switch has. */
static unsigned int
held(void)
{
	const struct region *r =
	    container_of(x.dev[0], struct netfront, dev)->region;
	unsigned int n = 0;

	for (uint32_t b = 0; b < r->guest.layout.buffers; b++)
		n += r->guest.held[b];
	return n;
}

/* A switch that looks at what the guest says a while later. */
static bool
slow_turn(void *arg)
{
	static unsigned int turns;

	return ++turns % 20 == 0 && xv_turn(arg);
}

/* Frames for vif 1 that lie in its ring, or that the switch has still to take.
 */
static void
offer_frames(void)
{
	uint8_t frame[60], got[MEM_SLOT];

	xv_frame(frame, sizeof(frame), 9, 2);
	xv_send(&x, 1, frame, sizeof(frame));
	xv_settle();
	while (vale_mem_get(x.mem, got) >= 0)
		;
	xv_frame(frame, sizeof(frame), 2, 9);
	for (unsigned int i = 0; i < 20; i++) {
		vale_mem_put(x.mem, frame, sizeof(frame));
		xv_turn(&x);
		if (i == 10)
			while (xv_receive(&x, 1, got) > 0)
				;
	}
	vale_mem_put(x.mem, frame, sizeof(frame));
	xv_send(&x, 1, frame, sizeof(frame));
}

/* One of two closes, again and again, while the switch has frames for it. */
static void
test_close_alone(void)
{
	unsigned int before, lost = 0, failed = 0;
	struct diag why = { "" };

	open_both("", true, "close alone");
	before = held();
	for (unsigned int round = 0; round < 8; round++) {
		offer_frames();
		fake_xen_peer(slow_turn, &x);
		netdev_close(x.dev[1]);
		fake_xen_peer(xv_turn, &x);
		x.dev[1] = NULL;
		lost += held() != before / 2;
		xv_settle();
		failed += xv_open(&x, 1, &why) != 0;
		xv_settle();
	}
	is_num(lost, 0, "close alone: all its buffers come back at once");
	is_num(failed, 0, "close alone: it opens again: %s", why.text);
	is_num(held(), before, "close alone: with as many as before");
	xv_fini(&x, "close alone");
}

/* The toolstack ends one of them. */
static void
test_end_alone(void)
{
	unsigned int before, failed = 0;

	open_both("", true, "end alone");
	before = held();
	for (unsigned int round = 0; round < 8; round++) {
		offer_frames();
		fake_xen_peer(slow_turn, &x);
		xv_key(1, "back", "state", "5");
		fiber_sleep_until(machine->steady_ns() + SECOND);
		fake_xen_peer(xv_turn, &x);
		xv_settle();
		failed += !x.dev[1]->link;
	}
	is_num(failed, 0, "end alone: it begins again");
	is_num(held(), before, "end alone: with as many buffers as before");
	xv_fini(&x, "end alone");
}

/* By the shared ring, too, each says where it is now; the others hear it. */
static void
check_announced(const char *what)
{
	uint8_t got[MEM_SLOT];

	for (unsigned int i = 0; i < XV_VIFS; i++) {
		while (xv_receive(&x, i, got) > 0)
			;
		xv_settle();
		is_num(vale_mem_get(x.mem, got), 60, "%s: vif%u says a frame",
		    what, i);
		ok(got[0] == 0xff && memcmp(got + 6, x.dev[i]->mac, 6) == 0 &&
		        got[12] == 0x80 && got[13] == 0x35,
		    "%s: of its address, to all", what);
	}
	while (xv_receive(&x, 0, got) > 0)
		;
}

/* The guest is resumed elsewhere: grants and channels are gone. */
static void
test_resume(void)
{
	open_both("", true, "resume");
	fake_xen_peer(NULL, NULL);
	/* The old host is gone with all that it had. */
	xv_kill(&x);
	fake_xen_fresh();
	netfront_lose();
	for (unsigned int i = 0; i < XV_VIFS; i++) {
		xv_key(i, "back", "state", "1");
		xv_key(i, "front", "state", "1");
	}
	xv_switch(&x);
	fake_xen_peer(xv_turn, &x);
	netfront_resume();
	xv_settle();
	is_cstr(kind_of("g0"), "xen-ring", "resume: connected again");
	check_announced("resume");
	check_sizes("resume", 300);
	xv_fini(&x, "resume");
}

int
main(void)
{
	fake_xen_init();
	netfront_init();
	test_ring();
	test_standard("", "standard");
	test_standard("vif.persistent=1", "standard, persistent");
	test_choice();
	/* What there is memory for, or what is asked for if that is less. */
	test_slots("", "\"slots\": 128,");
	test_slots("vif.slots=64", "\"slots\": 64,");
	test_slots("vif.slots=4096", "\"slots\": 128,");
	test_slots("vif.slots=100", "\"slots\": 128,");
	test_slots("vif.slots=32", "\"slots\": 128,");
	test_events();
	test_persistent();
	test_copy_batch();
	test_restart(true);
	test_restart(false);
	test_hostile();
	test_keys();
	test_version();
	test_death();
	test_heir(true, true);
	test_heir(true, false);
	test_heir(false, true);
	test_heir(false, false);
	test_questions();
	test_failures(true);
	test_failures(false);
	test_close_alone();
	test_end_alone();
	test_resume();
	fake_xen_fini();
	return tap_done();
}
