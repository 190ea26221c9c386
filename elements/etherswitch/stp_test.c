/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stp_test.c -- spanning trees of random networks of bridges: whatever is
 * switched on and off, frames never go round, and soon reach all again.
 */
#include <string.h>

#include "base/rand.h"
#include "base/stamp.h"
#include "elements/etherswitch/stp.h"
#include "test/tap.h"

enum { BRIDGES = 8, LANS = 8, PORTS = 4, QUEUE = 4096, ROUNDS = 150 };

struct net;
struct bridge {
	struct stp stp;
	struct stp_port ports[PORTS];
	struct net *net;
	unsigned int nports, lan[PORTS];
	uint64_t id;
	bool on;
	bool changing;
	unsigned int changes; /* calls of changing, on and off */
};

struct frame {
	struct bridge *from;
	unsigned int port;
	uint8_t bytes[BPDU_FRAME];
};

struct net {
	struct bridge b[BRIDGES];
	unsigned int nbridges, nlans;
	struct frame queue[QUEUE];
	unsigned int head, tail;
	int64_t now_ns;
	bool looped, overrun, garbled;
	uint64_t sent;
};

/* ---- what bridges ask for ---- */

static void
net_send(void *arg, unsigned int port, const struct bpdu *bpdu)
{
	struct bridge *b = arg;
	struct net *n = b->net;
	struct frame *f = &n->queue[n->tail++ % QUEUE];

	n->overrun |= n->tail - n->head > QUEUE;
	n->sent++;
	f->from = b;
	f->port = port;
	bpdu_write(f->bytes, (const uint8_t[6]){ 2 }, bpdu);
}

static void
net_state(void *arg, unsigned int port, enum stp_state state)
{
	struct bridge *b = arg;

	/* One step up at a time, or down to the bottom. */
	b->net->garbled |= b->ports[port].state != state;
}

static void
net_changing(void *arg, bool on)
{
	struct bridge *b = arg;

	b->changing = on;
	b->changes++;
}

static const struct stp_ops net_ops = {
	.send = net_send,
	.state = net_state,
	.changing = net_changing,
};

/* ---- frames' ways: a forest of bridges and networks ---- */

struct forest {
	unsigned int up[BRIDGES + LANS];
};

static unsigned int
forest_root(const struct forest *f, unsigned int i)
{
	while (f->up[i] != i)
		i = f->up[i];
	return i;
}

/* Joins what forwarding (or all) ports join; false: there is a circle. */
static bool
net_join(const struct net *n, struct forest *f, bool all)
{
	bool tree = true;

	for (unsigned int i = 0; i < BRIDGES + LANS; i++)
		f->up[i] = i;
	for (unsigned int i = 0; i < n->nbridges; i++)
		for (unsigned int j = 0; n->b[i].on && j < n->b[i].nports;
		     j++) {
			unsigned int x = forest_root(f, i);
			unsigned int y =
			    forest_root(f, BRIDGES + n->b[i].lan[j]);

			if (!all && n->b[i].ports[j].state != STP_FORWARDING)
				continue;
			tree &= x != y;
			f->up[x] = y;
		}
	return tree;
}

/* Whether frames reach what wires reach. */
static bool
net_reaches(const struct net *n)
{
	struct forest wires, tree;

	(void)net_join(n, &wires, true); /* circles are what it is about */
	if (!net_join(n, &tree, false))
		return false;
	for (unsigned int i = 0; i < n->nlans; i++)
		for (unsigned int j = 0; j < i; j++)
			if ((forest_root(&wires, BRIDGES + i) ==
			        forest_root(&wires, BRIDGES + j)) !=
			    (forest_root(&tree, BRIDGES + i) ==
			        forest_root(&tree, BRIDGES + j)))
				return false;
	return true;
}

/* Whether each bridge knows the best one that it is joined to. */
static bool
net_agrees(const struct net *n)
{
	struct forest wires;

	(void)net_join(n, &wires, true); /* as above */
	for (unsigned int i = 0; i < n->nbridges; i++) {
		uint64_t best = n->b[i].id;

		for (unsigned int j = 0; j < n->nbridges; j++)
			if (n->b[j].on && n->b[j].id < best &&
			    forest_root(&wires, i) == forest_root(&wires, j))
				best = n->b[j].id;
		if (n->b[i].on && n->b[i].stp.root != best)
			return false;
	}
	return true;
}

/* ---- time ---- */

static void
net_look(struct net *n)
{
	struct forest f;

	n->looped |= !net_join(n, &f, false);
}

/* One frame to all others of its network. */
static void
net_deliver(struct net *n)
{
	struct frame f = n->queue[n->head++ % QUEUE];
	unsigned int lan = f.from->lan[f.port];
	struct bpdu bpdu;

	n->garbled |= !bpdu_parse(f.bytes, sizeof(f.bytes), &bpdu);
	for (unsigned int i = 0; i < n->nbridges; i++) {
		struct bridge *b = &n->b[i];

		for (unsigned int j = 0; b->on && j < b->nports; j++)
			if (b->lan[j] == lan && (b != f.from || j != f.port)) {
				stp_receive(&b->stp, j, &bpdu, n->now_ns);
				net_look(n);
			}
	}
}

static void
net_run(struct net *n, unsigned int seconds)
{
	int64_t end = n->now_ns + seconds * NS_PER_SEC;

	for (;;) {
		struct bridge *next = NULL;

		while (n->head != n->tail)
			net_deliver(n);
		for (unsigned int i = 0; i < n->nbridges; i++)
			if (n->b[i].on &&
			    (next == NULL || stp_deadline(&n->b[i].stp) <
			                         stp_deadline(&next->stp)))
				next = &n->b[i];
		if (next == NULL || stp_deadline(&next->stp) > end)
			break;
		if (stp_deadline(&next->stp) > n->now_ns)
			n->now_ns = stp_deadline(&next->stp);
		stp_run(&next->stp, n->now_ns);
		net_look(n);
	}
	n->now_ns = end;
}

static void
net_switch(struct net *n, unsigned int i, bool on)
{
	struct bridge *b = &n->b[i];

	b->on = on;
	b->net = n;
	if (on)
		stp_init(&b->stp, &net_ops, b, b->id, b->ports, b->nports,
		    n->now_ns);
}

static void
net_random(struct net *n, struct rand_state *r)
{
	memset(n, 0, sizeof(*n));
	n->nbridges = 2 + rand_below(r, BRIDGES - 1);
	n->nlans = 2 + rand_below(r, LANS - 1);
	for (unsigned int i = 0; i < n->nbridges; i++) {
		struct bridge *b = &n->b[i];

		b->id = (uint64_t)rand_below(r, 4) << 48 | (i + 1);
		b->nports = 2 + rand_below(r, PORTS - 1);
		for (unsigned int j = 0; j < b->nports; j++)
			b->lan[j] = rand_below(r, n->nlans);
		net_switch(n, i, true);
	}
}

/* ---- tests ---- */

enum { SETTLE = 70 }; /* greatest age and two forward delays, and some */

static void
test_random(void)
{
	static struct net n;
	struct rand_state r;
	unsigned int lost = 0, apart = 0, looped = 0, broken = 0;

	rand_seed(&r, 7);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		net_random(&n, &r);
		for (unsigned int change = 0; change < 5; change++) {
			net_run(&n, SETTLE);
			apart += !net_agrees(&n);
			lost += !net_reaches(&n);
			if (change < 4) {
				unsigned int i = rand_below(&r, n.nbridges);

				net_switch(&n, i, !n.b[i].on);
			}
		}
		looped += n.looped;
		broken += n.overrun || n.garbled;
	}
	is_num(apart, 0, "all know the root");
	is_num(lost, 0, "all networks are joined");
	is_num(looped, 0, "no circle at any time");
	is_num(broken, 0, "no storms of BPDUs, states told as they are");
}

/* Three bridges in a triangle: a---0---b, b---1---c, c---2---a. */
static void
net_triangle(struct net *n)
{
	static const unsigned int lan[3][2] = { { 0, 2 }, { 0, 1 }, { 1, 2 } };

	memset(n, 0, sizeof(*n));
	n->nbridges = n->nlans = 3;
	for (unsigned int i = 0; i < 3; i++) {
		n->b[i].id = 10 + i;
		n->b[i].nports = 2;
		memcpy(n->b[i].lan, lan[i], sizeof(lan[i]));
		net_switch(n, i, true);
	}
}

static void
test_triangle(void)
{
	static struct net n;
	uint64_t sent;

	net_triangle(&n);
	net_run(&n, 14);
	is_num(n.b[0].ports[0].state, STP_LISTENING, "14 s: listening");
	net_run(&n, 2);
	is_num(n.b[0].ports[0].state, STP_LEARNING, "16 s: learning");
	net_run(&n, 15);
	is_num(n.b[0].ports[0].state, STP_FORWARDING, "31 s: forwarding");
	is_num(n.b[2].ports[0].state, STP_BLOCKING, "c's port to b blocks");
	is_num(n.b[2].stp.root_port, 1, "c's root port leads to a");
	is_num(n.b[1].stp.cost, 1, "b is one hop from a");
	ok(n.b[0].changing && n.b[1].changing, "the topology has changed");
	net_run(&n, 60);
	ok(!n.b[0].changing && !n.b[1].changing, "and has settled");
	sent = n.sent;
	net_run(&n, 20);
	is_num((int64_t)(n.sent - sent), 10 * 3,
	    "a BPDU a network every two seconds");
	n.b[1].lan[0] = 3; /* the wire between a and b is cut */
	n.nlans = 4;
	net_run(&n, 15);
	is_num(n.b[2].ports[0].state, STP_BLOCKING, "for a while nobody knows");
	net_run(&n, 39);
	is_num(n.b[2].ports[0].state, STP_FORWARDING, "c has taken over");
	is_num(n.b[1].stp.cost, 2, "b is two hops from a");
	ok(n.b[0].changes >= 3, "a was told of it");
}

/* Times out of the standard's range are taken as its bounds. */
static void
test_times(void)
{
	static struct net n;
	struct bpdu b = { .type = BPDU_CONFIG, .root = 1, .bridge = 1 };

	net_triangle(&n);
	b.max_age = 1;
	stp_receive(&n.b[0].stp, 0, &b, 0);
	is_num(n.b[0].stp.times.max_age, 6, "least age");
	is_num(n.b[0].stp.times.hello_time, 1, "least hello time");
	is_num(n.b[0].stp.times.forward_delay, 4, "least forward delay");
	b.max_age = b.hello_time = b.forward_delay = UINT16_MAX;
	stp_receive(&n.b[0].stp, 0, &b, 0);
	is_num(n.b[0].stp.times.max_age, 40, "most age");
	is_num(n.b[0].stp.times.hello_time, 10, "most hello time");
	is_num(n.b[0].stp.times.forward_delay, 30, "most forward delay");
}

/* Who says something worse is told better, but not more than once a second. */
static void
test_hold(void)
{
	static struct net n;
	struct bpdu b = { .type = BPDU_CONFIG,
		.root = 99,
		.bridge = 99,
		.max_age = 20 * 256 };
	uint64_t sent;

	net_triangle(&n);
	net_run(&n, 60);
	sent = n.sent;
	for (unsigned int i = 0; i < 1000; i++)
		stp_receive(&n.b[0].stp, 0, &b, n.now_ns + i * NS_PER_MS);
	ok(n.sent - sent <= 1, "a thousand BPDUs in a second: one answer");
	ok(n.b[0].ports[0].pending, "and one to come");
}

/* The designated bridge may speak from another of its ports. */
static void
test_other_port(void)
{
	static struct net n;
	struct bpdu b = { .type = BPDU_CONFIG,
		.root = 1,
		.bridge = 1,
		.port = 1,
		.max_age = 20 * 256 };

	net_triangle(&n);
	stp_receive(&n.b[0].stp, 0, &b, 0);
	b.port = 2;
	stp_receive(&n.b[0].stp, 0, &b, 0);
	is_num(n.b[0].ports[0].said.port, 2, "news from another port");
	b.root = 2;
	stp_receive(&n.b[0].stp, 0, &b, 0);
	is_num((int64_t)n.b[0].stp.root, 1, "but no bad news");
}

static void
test_bpdu(void)
{
	/* As IEEE 802.1D-1998, 9.3.1, lays it out, in LLC. */
	static const uint8_t want[] = { 0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0,
		0, 9, 0, 38, 0x42, 0x42, 0x03, 0, 0, 0, 0, 0x81, 0x80, 0, 1, 2,
		3, 4, 5, 6, 0, 0, 0, 19, 0x80, 1, 1, 2, 3, 4, 5, 7, 0x80, 2, 1,
		0, 20, 0, 2, 0, 15, 0 };
	struct bpdu b = { BPDU_CONFIG, true, true, 0x8000010203040506, 19,
		0x8001010203040507, 0x8002, 0x100, 0x1400, 0x200, 0xf00 };
	struct bpdu got, tcn = { .type = BPDU_TCN };
	uint8_t frame[BPDU_FRAME];
	unsigned int parsed = 0;

	bpdu_write(frame, (const uint8_t[]){ 2, 0, 0, 0, 0, 9 }, &b);
	ok(memcmp(frame, want, sizeof(want)) == 0, "a configuration BPDU");
	memset(&got, 0, sizeof(got));
	ok(bpdu_parse(frame, sizeof(frame), &got) && got.root == b.root &&
	        got.bridge == b.bridge && got.port == b.port &&
	        got.cost == 19 && got.tc && got.tca &&
	        got.message_age == 0x100 && got.max_age == 0x1400 &&
	        got.hello_time == 0x200 && got.forward_delay == 0xf00,
	    "is read as it was written");
	for (uint32_t n = 0; n < 52; n++)
		parsed += bpdu_parse(frame, n, &got);
	is_num(parsed, 0, "not when it is cut");
	ok(bpdu_parse(frame, 52, &got), "but without padding");
	for (unsigned int i = 14; i < 21; i++) {
		frame[i] ^= 0x08;
		if (i != 19) /* later versions are read like this one */
			parsed += bpdu_parse(frame, sizeof(frame), &got);
		frame[i] ^= 0x08;
	}
	is_num(parsed, 0, "not with another address, protocol or type");
	frame[13] = 37;
	ok(!bpdu_parse(frame, sizeof(frame), &got), "nor of another length");
	frame[13] = 38;
	frame[44] = 20;
	ok(!bpdu_parse(frame, sizeof(frame), &got), "not when it is too old");
	bpdu_write(frame, (const uint8_t[6]){ 2 }, &tcn);
	ok(bpdu_parse(frame, 21, &got) && got.type == BPDU_TCN, "a notice");
	ok(!bpdu_parse(frame, 20, &got), "a cut one");
}

int
main(void)
{
	test_bpdu();
	test_times();
	test_hold();
	test_other_port();
	test_triangle();
	test_random();
	return tap_done();
}
