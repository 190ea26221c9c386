/* SPDX-License-Identifier: BSD-3-Clause */
/* ringport.c -- see ringport.h. */
#include "clickos/ringport.h"

#include <string.h>

#include "click/packet_inline.h"

enum {
	BYTES_A_SLOT = NETRING_BUFFER - PACKET_HEADROOM,
	ETHERNET = 14,
	VLAN_TAG = 4,
};

void
ringport_mtu(struct ringport *p, uint32_t mtu, bool segments)
{
	p->longest = mtu + ETHERNET + VLAN_TAG;
	if (!segments && p->longest > BYTES_A_SLOT)
		p->longest = BYTES_A_SLOT;
}

bool
ringport_publish(struct ringport *p, struct netring_end *e)
{
	netring_publish(e);
	/* Our index is out before its wake_at is read: netring_must_wake(). */
	fence_full();
	if (!netring_must_wake(e))
		return false;
	store_relaxed(&e->own->events, load_relaxed(&e->own->events) + 1);
	(void)fetch_add(&p->stats->wakeups_out, 1); /* both directions do */
	return true;
}

bool
ringport_arm(struct ringport *p, unsigned int what)
{
	return (what == NETDEV_RX ? netring_arm(&p->ring.rx, 0)
	                          : netring_guest_tx_arm(&p->ring)) != 0;
}

/* ---- receiving ---- */

/* The buffer of p, if a ring may have it, or -1. */
static int64_t
ringport_buffer_of(const struct ringport *r, const struct packet *p)
{
	if (p->buffer != BUFFER_POOL)
		return -1;
	return netring_guest_number(r->ring.guest, p->head);
}

/* The header k, of the pool, has buffer number of the region from now on. */
static inline void
ringport_give(const struct ringport *r, struct packet *k, uint32_t number)
{
	k->head = netring_guest_buffer(r->ring.guest, number);
	k->size = POOL_BUFFER;
}

/* Takes the next slot, and its buffer goes straight back. */
static int
ringport_take_back(struct ringport *p, netring_slot *s)
{
	*s = netring_peek(&p->ring.rx, 0);
	return netring_guest_rx_swap(
	    &p->ring, *s, slot_buffer(*s), PACKET_HEADROOM);
}

/*
 * Slots of the frame at the ring's head, of the `waiting` there are, and its
 * bytes; 0: it has too many, or no end.
 */
static uint32_t
ringport_measure(const struct ringport *p, uint32_t waiting, uint32_t *length)
{
	netring_slot s;
	uint32_t n = 0;

	*length = 0;
	do {
		if (n == waiting || n == NETRING_SEGMENTS_MAX)
			return 0;
		s = netring_peek(&p->ring.rx, n++);
		*length += slot_length(s);
	} while ((slot_flags(s) & NETRING_MORE) != 0);
	return n;
}

/*
 * A frame of several slots, or one for which there is no packet with a buffer
 * to exchange.
 */
static NOINLINE struct packet *
ringport_copy(
    struct ringport *p, struct thread *t, uint32_t waiting, uint32_t *used)
{
	uint32_t length, at = 0;
	uint32_t n = ringport_measure(p, waiting, &length);
	struct packet *k;
	netring_slot s;

	*used = 0;
	if (n == 0)
		return NULL;
	k = packet_new(t, PACKET_HEADROOM, NULL, length, 0);
	for (uint32_t i = 0; i < n; i++, at += slot_length(s)) {
		if (ringport_take_back(p, &s) != 0 ||
		    at + slot_length(s) > length) {
			if (k != NULL)
				packet_kill(t, k);
			return NULL;
		}
		if (k != NULL)
			memcpy(k->data + at,
			    netring_guest_buffer(
			        p->ring.guest, slot_buffer(s)) +
			        slot_offset(s),
			    slot_length(s));
	}
	if (k != NULL)
		k->length = at;
	(void)fetch_add(&p->stats->copies, 1);
	*used = n;
	return k;
}

/*
 * Takes the next frame; *used is the slots it had, 0 when the switch broke the
 * rules.  NULL: no memory, the frame is gone.
 */
static inline struct packet *
ringport_take(
    struct ringport *p, struct thread *t, uint32_t waiting, uint32_t *used)
{
	struct netring_guest_port *r = &p->ring;
	netring_slot s = netring_peek(&r->rx, 0);
	struct packet *k;
	int64_t own;

	*used = 0;
	if (unlikely((slot_flags(s) & NETRING_MORE) != 0))
		return ringport_copy(p, t, waiting, used);
	k = packet_new_inline(t, PACKET_HEADROOM, NULL, 0, 0);
	own = k == NULL ? -1 : ringport_buffer_of(p, k);
	if (unlikely(own < 0)) {
		if (k != NULL)
			packet_kill(t, k);
		return ringport_copy(p, t, waiting, used);
	}
	if (unlikely(netring_guest_rx_swap(
	                 r, s, (uint32_t)own, PACKET_HEADROOM) != 0)) {
		packet_kill(t, k);
		return NULL;
	}
	*used = 1;
	ringport_give(p, k, slot_buffer(s));
	k->data = k->head + slot_offset(s);
	k->length = slot_length(s);
	prefetch_read(k->data);
	return k;
}

int
ringport_rx(
    struct ringport *p, struct batch *out, unsigned int max, uint32_t *slots)
{
	int waiting = netring_guest_rx_waiting(&p->ring, max);
	uint32_t used, from = out->count;

	*slots = 0;
	if (waiting < 0)
		return waiting;
	for (; *slots < (uint32_t)waiting && max > 0; *slots += used, max--) {
		struct packet *k = ringport_take(
		    p, out->thread, (uint32_t)waiting - *slots, &used);

		if (unlikely(used == 0)) {
			p->stats->rx_packets += out->count - from;
			p->stats->rx_errors++;
			return ERR_PEER;
		}
		if (unlikely(k == NULL || k->length < ETHERNET)) {
			p->stats->rx_dropped++;
			if (k != NULL)
				packet_kill(out->thread, k);
			continue;
		}
		batch_add(out, k);
	}
	p->stats->rx_packets += out->count - from;
	return 0;
}

/* ---- sending ---- */

/* Copies k into as many spare buffers as it needs; false: no room. */
static NOINLINE bool
ringport_put_copy(struct ringport *p, const struct packet *k, uint32_t room)
{
	struct netring_guest_port *r = &p->ring;
	uint32_t at = 0, n;
	uint32_t slots = (k->length + BYTES_A_SLOT - 1) / BYTES_A_SLOT;

	if (slots > room)
		return false;
	for (uint32_t i = 0; i < slots; i++, at += n) {
		uint32_t b = netring_guest_tx_spare(r);

		n = k->length - at < BYTES_A_SLOT ? k->length - at
		                                  : (uint32_t)BYTES_A_SLOT;
		memcpy(netring_guest_buffer(r->guest, b) + PACKET_HEADROOM,
		    k->data + at, n);
		netring_guest_tx_put_own(
		    r, slot_make(b, i + 1 < slots ? NETRING_MORE : 0,
		           PACKET_HEADROOM, n));
	}
	(void)fetch_add(&p->stats->copies, 1);
	return true;
}

/* Puts k into the ring and kills it; false: no room, k stays. */
static inline bool
ringport_put(struct ringport *p, struct thread *t, struct packet *k)
{
	struct netring_guest_port *r = &p->ring;
	int64_t b = ringport_buffer_of(p, k);
	uint32_t room = netring_have(&r->tx);

	if (unlikely(k->length > p->longest || k->length == 0)) {
		p->stats->tx_dropped++;
		packet_kill(t, k);
		return true;
	}
	if (room == 0)
		return false;
	if (unlikely(b < 0 || packet_shared(k))) {
		if (!ringport_put_copy(p, k, room))
			return false;
	} else {
		uint8_t *base = netring_guest_buffer(r->guest, (uint32_t)b);
		uint32_t offset = (uint32_t)(k->data - base);

		ringport_give(p, k,
		    netring_guest_tx_put(
		        r, slot_make((uint32_t)b, 0, offset, k->length)));
	}
	p->stats->tx_packets++;
	p->stats->tx_bytes += k->length;
	packet_kill_inline(t, k);
	return true;
}

int
ringport_tx(struct ringport *p, struct batch *in)
{
	unsigned int n = 0;
	int room = netring_guest_tx_room(&p->ring, in->count);

	if (room < 0)
		return room;
	while (n < in->count && ringport_put(p, in->thread, in->packet[n]))
		n++;
	in->count -= n;
	memmove(in->packet, in->packet + n, in->count * sizeof(*in->packet));
	return (int)n;
}
