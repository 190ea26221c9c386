/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ringport_test.c -- a port whose switch changes a slot while the guest is
 * reading it.
 */
#include "clickos/ringport.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "netring/host.h"
#include "test/run.h"
#include "test/tap.h"

enum { SLOTS = 64, TRIES = 200000, FRAME = 60, OFFSET = 64 };

static struct {
	struct netring_layout layout;
	uint8_t *base;
	struct netring_guest guest;
	struct ringport port;
	struct netdev_stats stats;
	struct netring_end host; /* of rx */
	uint32_t at;             /* the slot that is changed */
	int stop;
} ring;

static void
ring_start(void)
{
	uint32_t spare[2 * SLOTS];

	ring.layout = (struct netring_layout){
		.ports = 1, .slots = SLOTS, .buffers = 2 * SLOTS
	};
	(void)netring_layout_make(&ring.layout, NULL);
	ring.base = aligned_alloc(4096, ring.layout.size);
	memset(ring.base, 0, ring.layout.size);
	(void)netring_guest_init(&ring.guest, ring.base, &ring.layout);
	for (uint32_t i = 0; i < 2 * SLOTS; i++)
		spare[i] = i;
	(void)netring_guest_port_init(
	    &ring.port.ring, &ring.guest, 0, spare, OFFSET);
	ring.port.stats = &ring.stats;
	ringport_mtu(&ring.port, 1500, true);
	netring_end_init(
	    &ring.host, netring_rx(&ring.layout, ring.base, 0), SLOTS, false);
}

static void
ring_stop(void)
{
	netring_guest_port_fini(&ring.port.ring);
	netring_guest_fini(&ring.guest);
	free(ring.base);
}

/*
 * The slot holds by turns a frame in the buffer that is the switch's there, and
 * one in buffer 0, which is a spare of the guest's.
 */
static void *
ring_change(void *arg)
{
	(void)arg;
	while (load_acquire(&ring.stop) == 0) {
		uint32_t at = load_acquire(&ring.at);

		store_relaxed(&ring.host.slot[at],
		    slot_make(SLOTS + at, 0, OFFSET, FRAME));
		fence_full(); /* so that either is seen */
		store_relaxed(
		    &ring.host.slot[at], slot_make(0, 0, OFFSET, FRAME));
		fence_full();
	}
	return NULL;
}

/* Buffers that are not whose they ought to be. */
static unsigned int
ring_astray(void)
{
	unsigned int n = 0;

	for (uint32_t b = 0; b < 2 * SLOTS; b++)
		n += load_relaxed(&ring.guest.held[b]) != (b >= SLOTS);
	return n;
}

static void
test_changing(void)
{
	struct trun run;
	struct thread *t;
	pthread_t changer;
	unsigned int came = 0, astray = 0;

	ring_start();
	trun_start(&run, "Idle -> Discard");
	t = master_thread(run.m, 0);
	pthread_create(&changer, NULL, ring_change, NULL);
	netring_advance(&ring.host, 1);
	netring_publish(&ring.host);
	for (unsigned int i = 0; i < TRIES && astray == 0; i++) {
		struct scratch_mark m = scratch_mark(t);
		struct batch *in = batch_new(t, 1);
		uint32_t slots;

		if (ringport_rx(&ring.port, in, 1, &slots) == 0) {
			came++;
			batch_kill(in);
			netring_publish(&ring.port.ring.rx);
			store_release(&ring.at, came % SLOTS);
			netring_advance(&ring.host, 1);
			netring_publish(&ring.host);
		}
		scratch_release(t, m);
		astray = ring_astray();
	}
	store_release(&ring.stop, 1);
	pthread_join(changer, NULL);
	ok(came > 0, "frames come while their slots change: %u of %d", came,
	    TRIES);
	is_num(astray, 0, "no buffer is taken or given that was not checked");
	is_num(trun_stop(&run), 0, "every packet is back");
	ring_stop();
}

int
main(void)
{
	test_changing();
	return tap_done();
}
