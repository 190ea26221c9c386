/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netring_test.c -- layouts, the algebra of indices, waking, and the guest's
 * side against a switch that breaks the rules.
 */
#include <stdlib.h>
#include <string.h>

#include "netring/guest.h"
#include "netring/host.h"
#include "test/tap.h"

/* ---- layouts ---- */

static const struct {
	uint32_t ports, slots, buffers;
	int err;
} layouts[] = {
	{ 1, 64, 1, 0 },
	{ 64, 4096, 1 << 20, 0 },
	{ 0, 64, 1, ERR_RANGE },
	{ 65, 64, 1, ERR_RANGE },
	{ 1, 63, 1, ERR_RANGE },
	{ 1, 96, 1, ERR_RANGE },
	{ 1, 8192, 1, ERR_RANGE },
	{ 1, 64, 0, ERR_RANGE },
	{ 1, 64, (1 << 20) + 1, ERR_RANGE },
};

static void
test_layouts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct netring_layout l = { .ports = layouts[i].ports,
			.slots = layouts[i].slots,
			.buffers = layouts[i].buffers };
		struct diag why = { "" };

		is_num(netring_layout_make(&l, &why), layouts[i].err,
		    "%u ports, %u slots, %u buffers", l.ports, l.slots,
		    l.buffers);
		if (layouts[i].err == 0)
			ok(netring_rx_offset(&l, l.ports - 1) + l.ring_size <=
			            l.buffer_offset &&
			        l.buffer_offset +
			                (uint64_t)l.buffers * NETRING_BUFFER <=
			            l.size,
			    "nothing overlaps");
		else
			ok(why.text[0] != '\0', "and it says why");
	}
}

/* Every word of the head changed in turn: accepted means as it was. */
static void
test_head(void)
{
	struct netring_layout l = { .ports = 4, .slots = 64, .buffers = 100 };
	struct netring_layout got;
	uint8_t *base;
	unsigned int wild = 0, kept = 0;

	netring_layout_make(&l, NULL);
	base = calloc(1, l.size);
	netring_head_write(base, &l, 7, 1);
	is_num(netring_head_read(base, l.size, &got, NULL), 0, "a head");
	ok(memcmp(&got, &l, sizeof(l)) == 0, "says what was written");
	is_num(netring_head_read(base, l.size - 4096, &got, NULL), ERR_PEER,
	    "but not of another size");
	is_num(netring_head_read(base, 100, &got, NULL), ERR_PEER,
	    "nor of hardly any");
	for (size_t i = 0; i < 64 + 4 * 32; i++) {
		uint8_t before = base[i];

		base[i] ^= 0x41;
		if (netring_head_read(base, l.size, &got, NULL) != 0)
			wild++;
		else
			kept += memcmp(&got, &l, sizeof(l)) == 0;
		base[i] = before;
	}
	for (uint32_t version = NETRING_VERSION - 1;
	     version <= NETRING_VERSION + 1; version += 2) {
		struct diag why = { "" };

		((struct netring_head *)(void *)base)->version =
		    (uint16_t)version;
		is_num(netring_head_read(base, l.size, &got, &why), ERR_PEER,
		    "version %u", version);
		ok(strstr(why.text, "this program speaks 2") != NULL,
		    "and a sentence: %s", why.text);
		((struct netring_head *)(void *)base)->version =
		    NETRING_VERSION;
	}
	/* Features, generation, padding, addresses and states may change. */
	is_num(wild, 4 + 2 + 2 + 8 + 4 + 8 + 4 * 12, "a byte wrong: refused");
	is_num(kept, 64 + 4 * 32 - wild, "or without effect");
	free(base);
}

/* ---- both sides ---- */

struct both {
	struct netring_layout l;
	uint8_t *base;
	struct netring_guest guest;
	struct netring_guest_port port;
	struct netring_end host_tx;
	struct netring_host_rx host_rx;
	struct netring_memory memory;
};

static void
both_start(struct both *b, uint32_t slots)
{
	uint32_t spare[128];

	memset(b, 0, sizeof(*b));
	b->l = (struct netring_layout){
		.ports = 1, .slots = slots, .buffers = 2 * slots + 8
	};
	netring_layout_make(&b->l, NULL);
	b->base = aligned_alloc(4096, b->l.size);
	memset(b->base, 0, b->l.size);
	netring_guest_init(&b->guest, b->base, &b->l);
	for (uint32_t i = 0; i < 2 * slots; i++)
		spare[i] = i + 8;
	netring_guest_port_init(&b->port, &b->guest, 0, spare, 64);
	netring_end_init(
	    &b->host_tx, netring_tx(&b->l, b->base, 0), slots, false);
	netring_end_init(
	    &b->host_rx.end, netring_rx(&b->l, b->base, 0), slots, false);
	b->host_rx.empty = malloc(slots * sizeof(netring_slot));
	b->memory = (struct netring_memory){ b->base + b->l.buffer_offset,
		b->l.buffers };
}

static void
both_stop(struct both *b)
{
	uint32_t *out = calloc(b->l.buffers, sizeof(*out)), held;

	/* The rings may be full of nonsense by now: the books are right. */
	held = netring_guest_collect(&b->guest, out);
	is_num(b->port.nspare + held, 2 * b->l.slots, "all buffers come home");
	ok(held >= b->l.slots, "the ring held a set of them");
	free(out);
	netring_guest_port_fini(&b->port);
	netring_guest_fini(&b->guest);
	free(b->host_rx.empty);
	free(b->base);
}

static void
test_send(void)
{
	struct both b;
	netring_slot s;

	both_start(&b, 64);
	is_num(netring_look(&b.host_tx), 0, "nothing sent");
	is_num(netring_guest_tx_room(&b.port, 1), 64, "all slots are free");
	for (uint32_t i = 0; i < 64; i++)
		netring_guest_tx_put_own(&b.port,
		    slot_make(netring_guest_tx_spare(&b.port), 0, 64, 100 + i));
	is_num(netring_look(&b.host_tx), 0, "not seen before it is published");
	netring_publish(&b.port.tx);
	is_num(netring_look(&b.host_tx), 64, "then all of it");
	is_num(netring_guest_tx_room(&b.port, 1), 0, "and the ring is full");
	is_num(
	    netring_host_tx_slot(&b.host_tx, &b.memory, 63, &s), 0, "a slot");
	is_num(slot_length(s), 163, "with its length");
	netring_advance(&b.host_tx, 10);
	netring_publish(&b.host_tx);
	is_num(netring_guest_tx_room(&b.port, 1), 10, "ten come back");
	/* Exchange: slot 10 comes back with a buffer of the host's. */
	netring_host_tx_swap(&b.host_tx, 0, 80);
	netring_advance(&b.host_tx, 1);
	netring_publish(&b.host_tx);
	is_num(netring_guest_tx_room(&b.port, 11), 11,
	    "one with another buffer, which the switch held");
	netring_host_tx_swap(&b.host_tx, 0, 3);
	netring_advance(&b.host_tx, 1);
	netring_publish(&b.host_tx);
	is_num(netring_guest_tx_room(&b.port, 12), ERR_PEER,
	    "not one that it did not hold");
	both_stop(&b);
}

static void
host_deliver(struct both *b, uint32_t length)
{
	netring_slot e = netring_host_rx_pop(&b->host_rx);

	netring_host_rx_put(
	    &b->host_rx, slot_make(slot_buffer(e), 0, slot_offset(e), length));
}

static void
test_receive(void)
{
	struct both b;
	netring_slot s = 0;

	both_start(&b, 64);
	is_num(netring_host_rx_fill(&b.host_rx, &b.memory, 1), 64,
	    "64 empty buffers");
	is_num(netring_guest_rx_waiting(&b.port, 8), 0, "no frame");
	host_deliver(&b, 77);
	host_deliver(&b, 78);
	netring_publish(&b.host_rx.end);
	is_num(netring_guest_rx_waiting(&b.port, 8), 2, "two frames");
	is_num(netring_guest_rx_take(&b.port, 1, 64, &s), 0, "one taken");
	is_num(slot_length(s), 77, "with its length");
	is_num(slot_buffer(s), 8 + 127, "in the buffer given last");
	is_num(netring_guest_rx_waiting(&b.port, 1), 1, "one waits");
	netring_poke(&b.port.rx, 0, slot_make(1, 0, 64, 5000));
	is_num(netring_guest_rx_take(&b.port, 2, 64, &s), ERR_PEER,
	    "a frame beyond its buffer");
	netring_poke(&b.port.rx, 0, slot_make(2, 0, 64, 60));
	is_num(netring_guest_rx_take(&b.port, 2, 64, &s), ERR_PEER,
	    "in a buffer that the switch does not hold");
	netring_poke(&b.port.rx, 0, slot_make(0xffffff, 0, 64, 60));
	is_num(netring_guest_rx_take(&b.port, 2, 64, &s), ERR_PEER,
	    "or that does not exist");
	b.host_rx.end.own->index = 1000;
	is_num(netring_guest_rx_waiting(&b.port, 8), ERR_PEER,
	    "an index far ahead");
	b.host_rx.end.own->index = 0;
	is_num(netring_guest_rx_waiting(&b.port, 8), ERR_PEER,
	    "and one that went back");
	both_stop(&b);
}

/* Indices wrap at 2^32; waking too. */
static void
test_wrap(void)
{
	struct both b;
	unsigned int bad = 0, woken = 0;

	both_start(&b, 64);
	for (int k = 0; k < 2; k++) {
		struct netring_end *e = k == 0 ? &b.port.tx : &b.host_tx;

		e->index = e->seen = e->public = e->told = 0xffffffc0;
		e->own->index = 0xffffffc0;
	}
	b.port.reclaimed = 0xffffffc0;
	for (int i = 0; i < 1000; i++) {
		store_relaxed(&b.host_tx.own->wake_at, b.host_tx.seen);
		netring_guest_tx_room(&b.port, 1);
		netring_guest_tx_put_own(&b.port,
		    slot_make(netring_guest_tx_spare(&b.port), 0, 64, 60));
		netring_publish(&b.port.tx);
		woken += netring_must_wake(&b.port.tx);
		bad += netring_must_wake(&b.port.tx);
		bad += netring_look(&b.host_tx) != 1;
		netring_advance(&b.host_tx, 1);
		netring_publish(&b.host_tx);
		bad += netring_guest_tx_room(&b.port, 64) != 64;
	}
	is_num(bad, 0, "a thousand frames across the end of the numbers");
	is_num(woken, 1000, "each wakes a sleeper, once");
	both_stop(&b);
}

static void
test_restart(void)
{
	struct both b;
	netring_slot s;
	uint32_t spare[136];
	struct netring_lost lost = { 0, 0, 0 };

	both_start(&b, 64);
	for (uint32_t i = 0; i < 20; i++)
		netring_guest_tx_put_own(&b.port,
		    slot_make(netring_guest_tx_spare(&b.port), 0, 64, 60));
	netring_publish(&b.port.tx);
	netring_look(&b.host_tx);
	netring_advance(&b.host_tx, 5);
	netring_publish(&b.host_tx);
	netring_host_rx_fill(&b.host_rx, &b.memory, 1);
	for (int i = 0; i < 3; i++)
		host_deliver(&b, 60);
	netring_publish(&b.host_rx.end);
	store_relaxed(&b.host_rx.end.own->drops, 7);
	netring_guest_rx_waiting(&b.port, 1);
	netring_guest_rx_take(&b.port, 0, 64, &s);
	/* What a dying switch leaves in the slots is nobody's business. */
	memset(b.port.rx.slot, 0xff, 64 * 8);
	netring_guest_port_stop(&b.port, &lost);
	for (uint32_t i = 0; i < b.port.nspare; i++)
		spare[i] = b.port.spare[i];
	is_num(b.port.nspare +
	           netring_guest_collect(&b.guest, spare + b.port.nspare),
	    128, "every buffer is found once");
	netring_guest_port_start(&b.port, 0, spare, 64);
	is_num((int64_t)lost.tx, 15, "sent and not taken");
	is_num((int64_t)lost.rx, 2, "come and not taken");
	is_num((int64_t)lost.full, 7, "what there was no room for");
	is_num(netring_guest_tx_room(&b.port, 1), 64, "and it starts anew");
	is_num(netring_guest_rx_waiting(&b.port, 1), 0, "in both directions");
	both_stop(&b);
}

/* ---- one of several ports closes ---- */

enum { PORTS = 3, PORT_SLOTS = 64 };

/* A guest of several ports, and a switch that exchanges buffers among them. */
struct many {
	struct netring_layout l;
	uint8_t *base;
	struct netring_guest guest;
	struct netring_memory memory;
	struct netring_guest_port port[PORTS];
	struct netring_end tx[PORTS];
	struct netring_host_rx rx[PORTS];
};

static void
many_open(struct many *m, uint32_t i, const uint32_t *spare)
{
	netring_guest_port_init(&m->port[i], &m->guest, i, spare, 64);
	netring_end_init(
	    &m->tx[i], netring_tx(&m->l, m->base, i), PORT_SLOTS, false);
	netring_end_init(
	    &m->rx[i].end, netring_rx(&m->l, m->base, i), PORT_SLOTS, false);
	m->rx[i].empty = malloc(PORT_SLOTS * sizeof(netring_slot));
	m->rx[i].taken = m->rx[i].nempty = 0;
}

static void
many_start(struct many *m)
{
	uint32_t spare[2 * PORT_SLOTS], next = 0;

	memset(m, 0, sizeof(*m));
	m->l = (struct netring_layout){ .ports = PORTS,
		.slots = PORT_SLOTS,
		.buffers = PORTS * 2 * PORT_SLOTS };
	netring_layout_make(&m->l, NULL);
	m->base = aligned_alloc(4096, m->l.size);
	memset(m->base, 0, m->l.size);
	netring_guest_init(&m->guest, m->base, &m->l);
	m->memory = (struct netring_memory){ m->base + m->l.buffer_offset,
		m->l.buffers };
	for (uint32_t i = 0; i < PORTS; i++) {
		for (uint32_t k = 0; k < 2 * PORT_SLOTS; k++)
			spare[k] = next++;
		many_open(m, i, spare);
	}
}

/* n frames from port a to port b, by exchange. */
static void
many_exchange(struct many *m, uint32_t a, uint32_t b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		netring_slot s, e;

		netring_guest_tx_room(&m->port[a], PORT_SLOTS);
		netring_guest_tx_put_own(&m->port[a],
		    slot_make(netring_guest_tx_spare(&m->port[a]), 0, 64, 60));
		netring_publish(&m->port[a].tx);
		netring_look(&m->tx[a]);
		netring_host_tx_slot(&m->tx[a], &m->memory, 0, &s);
		netring_host_rx_fill(&m->rx[b], &m->memory, 1);
		e = netring_host_rx_pop(&m->rx[b]);
		netring_host_rx_put(&m->rx[b],
		    slot_make(slot_buffer(s), 0, slot_offset(s), 60));
		netring_publish(&m->rx[b].end);
		netring_host_tx_swap(&m->tx[a], 0, slot_buffer(e));
		netring_advance(&m->tx[a], 1);
		netring_publish(&m->tx[a]);
	}
}

/* The guest takes n frames of port b; the buffers go straight back. */
static unsigned int
many_receive(struct many *m, uint32_t b, uint32_t n)
{
	unsigned int bad = 0;

	for (uint32_t i = 0; i < n; i++) {
		netring_slot s;

		bad += netring_guest_rx_waiting(&m->port[b], 1) < 1;
		s = netring_peek(&m->port[b].rx, 0);
		bad += netring_guest_rx_take(
		           &m->port[b], slot_buffer(s), 64, &s) != 0;
		netring_publish(&m->port[b].rx);
	}
	return bad;
}

/* Port 1 closes while its buffers lie with port 0, and theirs with it. */
static void
test_close_one(void)
{
	struct many m;
	uint32_t mine[2 * PORT_SLOTS], *out;
	unsigned int bad = 0, seen = 0;

	many_start(&m);
	many_exchange(&m, 0, 1, 40);
	bad += many_receive(&m, 1, 30);
	many_exchange(&m, 1, 0, 50);
	bad += many_receive(&m, 0, 20);
	many_exchange(&m, 0, 1, 20);
	is_num(bad, 0, "frames go from port to port");
	/* Sent and not taken, too. */
	for (int i = 0; i < 5; i++)
		netring_guest_tx_put_own(&m.port[1],
		    slot_make(netring_guest_tx_spare(&m.port[1]), 0, 64, 60));
	netring_publish(&m.port[1].tx);
	netring_host_rx_leave(&m.rx[1]);
	is_num(netring_guest_port_end(&m.port[1]), 2 * PORT_SLOTS,
	    "a port that closes gets a set of buffers back");
	memcpy(mine, m.port[1].spare, sizeof(mine));
	for (uint32_t i = 0; i < 2 * PORT_SLOTS; i++) {
		/* None of them is with another port. */
		for (int p = 0; p < PORTS; p += 2)
			for (uint32_t k = 0; k < m.rx[p].nempty; k++)
				seen +=
				    slot_buffer(m.rx[p].empty[k]) == mine[i];
		seen += m.guest.held[mine[i]];
		for (uint32_t k = 0; k < i; k++)
			seen += mine[k] == mine[i];
	}
	is_num(seen, 0, "which nobody else has");
	netring_guest_port_fini(&m.port[1]);
	free(m.rx[1].empty);
	many_open(&m, 1, mine);
	bad = many_receive(&m, 0, 30);
	for (int i = 0; i < 10; i++) {
		many_exchange(&m, 0, 1, 20);
		many_exchange(&m, 1, 2, 20);
		many_exchange(&m, 2, 0, 20);
		for (uint32_t p = 0; p < PORTS; p++)
			bad += many_receive(&m, p, 20);
	}
	is_num(bad, 0, "the others go on, and it comes again");
	/* A switch that leaves nonsense: only what it held is believed. */
	netring_poke(&m.rx[1].end, 0, slot_make(0xffffff, 0, 0, 0));
	netring_poke(&m.rx[1].end, 1, netring_peek(&m.rx[1].end, 2));
	out = calloc(m.l.buffers, sizeof(*out));
	is_num(netring_guest_port_end(&m.port[1]) +
	           netring_guest_collect(&m.guest, out),
	    2 * PORT_SLOTS + 4 * PORT_SLOTS - m.port[0].nspare -
	        m.port[2].nspare,
	    "nonsense in a slot loses nothing for good");
	free(out);
	for (uint32_t p = 0; p < PORTS; p++) {
		netring_guest_port_fini(&m.port[p]);
		free(m.rx[p].empty);
	}
	netring_guest_fini(&m.guest);
	free(m.base);
}

int
main(void)
{
	test_layouts();
	test_head();
	test_send();
	test_receive();
	test_wrap();
	test_restart();
	test_close_one();
	return tap_done();
}
