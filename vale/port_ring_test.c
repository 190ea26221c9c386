/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_ring_test.c -- ports over shared memory: frames both ways, exchange
 * within a region, sleep and wake, and guests that break every rule.
 */
#include "test/ring.h"

static struct tguest guest, other;

static void
test_both_ways(void)
{
	struct vtest t;
	uint8_t got[NETRING_BUFFER];
	unsigned int bad = 0;

	vtest_start(&t, "wire", 1);
	ok(tguest_start(&guest, t.vale, 64, 0) == 0, "a region");
	ok(tguest_open(&guest, 0, "g") == 0, "a port");
	vtest_make(&t, "1>2");
	for (uint32_t n = 14; n <= 1518; n++) {
		tguest_send(&guest, 0, t.frame, n);
		vtest_run(&t);
		bad += vale_mem_get(t.port[0], got) != (int)n ||
		       memcmp(got, t.frame, n) != 0;
		vale_mem_put(t.port[0], t.frame, n);
		vtest_run(&t);
		bad += tguest_receive(&guest, 0, got) != (int)n ||
		       memcmp(got, t.frame, n) != 0;
	}
	is_num(bad, 0, "14 to 1518 bytes, out and in, as they were");
	for (int i = 0; i < 100; i++) {
		vtest_send(&t, 0, "2>1", 60);
		vtest_run(&t);
	}
	t.port[1] = guest.vale_port[0];
	is_num(vtest_dropped(&t, 1, DROP_FULL), 36, "the others are dropped");
	for (bad = 0; tguest_receive(&guest, 0, got) == 60;)
		bad++;
	is_num(bad, 64, "as many frames wait as the ring has slots");
	vtest_stop(&t);
	tguest_stop(&guest);
}

/* Two ports of one guest: the frame's buffer moves, its bytes stay. */
static void
test_exchange(void)
{
	struct vtest t;
	struct vale_port_stats s = { 0, 0, 0 };
	uint8_t got[NETRING_BUFFER];
	unsigned int bad = 0;

	vtest_start(&t, "wire", 0);
	tguest_start(&guest, t.vale, 64, 0);
	tguest_open(&guest, 0, "a");
	tguest_open(&guest, 1, "b");
	for (uint32_t i = 0; i < 1000; i++) {
		vtest_make(&t, "1>2");
		t.frame[20] = (uint8_t)i;
		bad += !tguest_send(&guest, 0, t.frame, 60 + i % 1400);
		vtest_run(&t);
		bad += tguest_receive(&guest, 1, got) != 60 + (int)i % 1400 ||
		       got[20] != (uint8_t)i;
	}
	is_num(bad, 0, "a thousand frames from one port to the other");
	guest.vale_port[1]->ops->stats(guest.vale_port[1], &s);
	is_num((int64_t)s.swaps, 1000, "none was copied");
	vtest_stop(&t);
	tguest_stop(&guest);
}

static void
test_segments(void)
{
	struct vtest t;
	uint8_t got[NETRING_BUFFER];
	uint32_t b, n = 0;
	int length = 0;

	vtest_start(&t, "wire", 0);
	tguest_start(&guest, t.vale, 64, NETRING_F_SEGMENTS);
	tguest_start(&other, t.vale, 64, NETRING_F_SEGMENTS);
	tguest_open(&guest, 0, "a");
	tguest_open(&other, 0, "b");
	vtest_make(&t, "1>2");
	for (uint32_t i = 0; i < 5; i++) {
		netring_guest_tx_room(&guest.port[0], 5);
		b = netring_guest_tx_spare(&guest.port[0]);
		memset(netring_guest_buffer(&guest.guest, b), (int)i,
		    NETRING_BUFFER);
		if (i == 0)
			memcpy(netring_guest_buffer(&guest.guest, b) + 64,
			    t.frame, 100);
		netring_guest_tx_put_own(&guest.port[0],
		    slot_make(b, i < 4 ? NETRING_MORE : 0, 64, 1500));
	}
	tguest_publish(&guest, &guest.port[0].tx);
	vtest_run(&t);
	while ((length = tguest_receive(&other, 0, got)) > 0)
		n += (uint32_t)length;
	is_num(n, 7500, "a frame of five buffers arrives whole");
	is_num(got[1000], 4, "its last byte last");
	vtest_stop(&t);
	tguest_stop(&guest);
	tguest_stop(&other);
}

static void
test_wake(void)
{
	struct vtest t;
	uint64_t count = 0;
	uint8_t got[NETRING_BUFFER];

	vtest_start(&t, "wire", 1);
	tguest_start(&guest, t.vale, 64, 0);
	tguest_open(&guest, 0, "g");
	vtest_send(&t, 0, "2>1", 60);
	vtest_run(&t);
	is_num(read(guest.host.event, &count, 8), -1,
	    "a guest that polls is not disturbed");
	tguest_receive(&guest, 0, got);
	is_num(netring_arm(&guest.port[0].rx, 0), 0, "nothing waits: asleep");
	vtest_send(&t, 0, "2>1", 60);
	vtest_send(&t, 0, "2>1", 60);
	vtest_run(&t);
	is_num(read(guest.host.event, &count, 8), 8, "two frames wake it");
	is_num((int64_t)count, 1, "once");
	is_num(netring_arm(&guest.port[0].rx, 0), 2, "who arms too late hears");
	vtest_stop(&t);
	tguest_stop(&guest);
}

/* An event that it fills and makes block: nobody waits for it. */
static void
test_full_event(void)
{
	struct vtest t;
	uint8_t got[NETRING_BUFFER];
	unsigned int bad = 0;

	vtest_start(&t, "learning", 2);
	tguest_start(&guest, t.vale, 64, 0);
	tguest_open(&guest, 0, "g");
	event_fill(guest.host.event);
	(void)alarm(20);
	/* More often than the kernel keeps completions for us. */
	for (unsigned int i = 0; i < 300; i++) {
		bad += netring_arm(&guest.port[0].rx, 0) != 0;
		vtest_send(&t, 0, "1>*", 60);
		vtest_run(&t);
		bad += strcmp(vtest_got(&t, 1), "1>*/60") != 0;
		bad += tguest_receive(&guest, 0, got) != 60;
	}
	is_num(bad, 0, "it and others are served");
	ok(vale_detach(t.vale, STR("v"), STR("g"), NULL) == 0, "it is closed");
	(void)alarm(0);
	vtest_stop(&t);
	tguest_stop(&guest);
}

/* ---- guests that break the rules ---- */

static void
slot_wild(struct tguest *g, netring_slot s)
{
	struct netring_guest_port *p = &g->port[0];

	netring_poke(&p->tx, 0, s);
	netring_advance(&p->tx, 1);
	tguest_publish(g, &p->tx);
}

static void
hostile_buffer(struct tguest *g)
{
	slot_wild(g, slot_make(g->guest.layout.buffers, 0, 64, 64));
}

static void
hostile_length(struct tguest *g)
{
	slot_wild(g, slot_make(3, 0, 1000, NETRING_BUFFER - 999));
}

static void
hostile_offset(struct tguest *g)
{
	slot_wild(g, slot_make(3, 0, 65535, 65535));
}

static void
hostile_meta(struct tguest *g)
{
	slot_wild(g, slot_make(3, NETRING_HAS_META, 8, 64));
}

static void
hostile_more(struct tguest *g)
{
	slot_wild(g, slot_make(3, NETRING_MORE, 64, 64));
}

static void
hostile_tx_index(struct tguest *g)
{
	g->port[0].tx.index += 1000;
	tguest_publish(g, &g->port[0].tx);
}

static void
hostile_tx_back(struct tguest *g)
{
	g->port[0].tx.index -= 1;
	tguest_publish(g, &g->port[0].tx);
}

static void
hostile_rx_index(struct tguest *g)
{
	g->port[0].rx.index += 1000;
	tguest_publish(g, &g->port[0].rx);
}

/* rx slots with wild buffers, as if just given. */
static void
hostile_rx_buffer(struct tguest *g)
{
	for (uint32_t i = 0; i < 64; i++)
		g->port[0].rx.slot[i] = slot_make(0xffffff, 0, 64, 0);
}

static void
hostile_rx_offset(struct tguest *g)
{
	for (uint32_t i = 0; i < 64; i++)
		g->port[0].rx.slot[i] = slot_make(i, 0, 2047, 0);
}

static const struct {
	const char *name;
	void (*act)(struct tguest *);
	uint32_t features;
} hostiles[] = {
	{ "a buffer that does not exist", hostile_buffer, 0 },
	{ "a frame beyond its buffer", hostile_length, 0 },
	{ "an offset beyond its buffer", hostile_offset, 0 },
	{ "offloads before the buffer", hostile_meta, NETRING_F_CSUM },
	{ "segments that were not agreed", hostile_more, 0 },
	{ "a frame without an end", hostile_more, NETRING_F_SEGMENTS },
	{ "a tx index far ahead", hostile_tx_index, 0 },
	{ "a tx index that goes back", hostile_tx_back, 0 },
	{ "an rx index far ahead", hostile_rx_index, 0 },
	{ "an empty buffer that does not exist", hostile_rx_buffer, 0 },
	{ "an empty buffer without room", hostile_rx_offset, 0 },
};

/* It loses its port; two others go on and every frame is accounted for. */
static void
test_hostile(unsigned int i)
{
	struct vtest t;
	char want[] = "1>*/60";

	vtest_start(&t, "learning", 2);
	tguest_start(&guest, t.vale, 64, hostiles[i].features);
	tguest_open(&guest, 0, "g");
	hostiles[i].act(&guest);
	for (int k = 0; k < 3; k++) {
		vtest_send(&t, 0, "1>*", 60);
		vtest_run(&t);
		is_cstr(vtest_got(&t, 1), want, "%s: others are served",
		    hostiles[i].name);
	}
	ok(vale_port_find(t.vale, STR("v"), STR("g")) == NULL,
	    "%s: the port is closed", hostiles[i].name);
	is_num(((struct netring_head *)(void *)guest.guest.base)->port[0].state,
	    NETRING_FAILED, "%s: and the guest can see it", hostiles[i].name);
	vtest_stop(&t);
	tguest_stop(&guest);
}

/* Words changing under the switch's eyes, at random, for a while. */
static void
test_noise(void)
{
	struct vtest t;
	uint64_t x = 88172645463325252u;
	unsigned int opened = 0;

	vtest_start(&t, "learning", 1);
	for (int round = 0; round < 300; round++) {
		tguest_start(&guest, t.vale, 64,
		    NETRING_F_SEGMENTS | NETRING_F_CSUM | NETRING_F_GSO);
		opened += tguest_open(&guest, 0, "g") == 0;
		for (int k = 0; k < 20; k++) {
			uint64_t *word = (uint64_t *)(void *)guest.guest.base;

			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			word[512 + x % 400] = k % 3 == 0 ? x : x % 4096;
			store_relaxed(
			    &guest.port[0].tx.own->index, (uint32_t)(k * 3));
			(void)!write(guest.doorbell[1], "\n", 1);
			vtest_send(&t, 0, "1>*", 60);
			vtest_run(&t);
		}
		(void)vale_detach(t.vale, STR("v"), STR("g"), NULL);
		tguest_stop(&guest);
	}
	is_num(opened, 300, "300 guests full of noise");
	vtest_stop(&t);
}

int
main(void)
{
	test_both_ways();
	test_exchange();
	test_segments();
	test_wake();
	test_full_event();
	for (unsigned int i = 0; i < ARRAY_SIZE(hostiles); i++)
		test_hostile(i);
	test_noise();
	return tap_done();
}
