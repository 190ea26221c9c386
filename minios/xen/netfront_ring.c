/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_ring.c -- a vif over the region shared with a switch (region.h,
 * docs/netring.md): frames move by exchange of buffers.  No grant operation
 * after the connection, an event only for a side that sleeps.
 */
#include <string.h>

#include "base/err.h"
#include "click/batch.h"
#include "minios/xen/event.h"
#include "minios/xen/netfront.h"
#include "minios/xen/region.h"

/* Shows the switch what an end has done, and wakes it if it sleeps. */
static void
netfront_ring_publish(
    struct netfront *f, struct netring_end *e, uint32_t port, uint32_t events)
{
	netring_publish(e);
	/* Our index is out before its wake_at is read: netring_must_wake(). */
	fence_full();
	if (!netring_must_wake(e))
		return;
	/* For the evaluation: each frame may be an event of its own. */
	if (!f->event_a_frame)
		events = 1;
	store_relaxed(&e->own->events, load_relaxed(&e->own->events) + events);
	f->stats.wakeups_out += events;
	while (events-- > 0)
		event_send(port);
}

/* ---- receiving ---- */

/* The buffer of p, if the ring may have it, or -1. */
static int64_t
netfront_ring_buffer(const struct netfront *f, const struct packet *p)
{
	if (p->buffer != BUFFER_POOL)
		return -1;
	return netring_guest_number(f->ring.guest, p->head);
}

/* Takes the next slot for the same buffer to go straight back. */
static int
netfront_ring_take_back(struct netfront *f, netring_slot *s)
{
	struct netring_guest_port *r = &f->ring;
	uint32_t b = slot_buffer(netring_peek(&r->rx, 0));

	/* Read once more by the take, and checked there. */
	if (b >= r->guest->layout.buffers)
		return ERR_PEER;
	return netring_guest_rx_take(r, b, region_offset(b), s);
}

/*
 * Slots of the frame at the ring's head, of the `waiting` there are, and its
 * bytes; 0: it has too many, or no end.
 */
static uint32_t
netfront_ring_measure(
    const struct netfront *f, uint32_t waiting, uint32_t *length)
{
	netring_slot s;
	uint32_t n = 0;

	*length = 0;
	do {
		if (n == waiting || n == NETRING_SEGMENTS_MAX)
			return 0;
		s = netring_peek(&f->ring.rx, n++);
		*length += slot_length(s);
	} while ((slot_flags(s) & NETRING_MORE) != 0);
	return n;
}

/* A frame of several slots, or one whose packet has no buffer to exchange. */
static struct packet *
netfront_ring_copy(
    struct netfront *f, struct thread *t, uint32_t waiting, uint32_t *used)
{
	uint32_t length, at = 0, i;
	uint32_t n = netfront_ring_measure(f, waiting, &length);
	struct packet *p;
	netring_slot s;

	*used = 0;
	if (n == 0)
		return NULL;
	p = packet_new(t, PACKET_HEADROOM, NULL, length, 0);
	for (i = 0; i < n; i++, at += slot_length(s)) {
		if (netfront_ring_take_back(f, &s) != 0 ||
		    at + slot_length(s) > length) {
			if (p != NULL)
				packet_kill(t, p);
			return NULL;
		}
		if (p != NULL)
			memcpy(p->data + at,
			    netring_guest_buffer(
			        f->ring.guest, slot_buffer(s)) +
			        slot_offset(s),
			    slot_length(s));
	}
	if (p != NULL)
		p->length = at;
	f->stats.copies++;
	*used = n;
	return p;
}

/*
 * Takes the next frame; *used is the slots it had, 0 when the switch broke the
 * rules.  NULL: no memory, the frame is gone.
 */
static struct packet *
netfront_ring_take(
    struct netfront *f, struct thread *t, uint32_t waiting, uint32_t *used)
{
	struct netring_guest_port *r = &f->ring;
	netring_slot s = netring_peek(&r->rx, 0);
	struct packet *p;
	int64_t own;

	*used = 0;
	if ((slot_flags(s) & NETRING_MORE) != 0)
		return netfront_ring_copy(f, t, waiting, used);
	p = packet_new(t, PACKET_HEADROOM, NULL, 0, 0);
	own = p == NULL ? -1 : netfront_ring_buffer(f, p);
	if (own < 0) {
		if (p != NULL)
			packet_kill(t, p);
		return netfront_ring_copy(f, t, waiting, used);
	}
	if (netring_guest_rx_take(
	        r, (uint32_t)own, region_offset((uint32_t)own), &s) != 0 ||
	    (slot_flags(s) & NETRING_MORE) != 0) {
		packet_kill(t, p);
		return NULL;
	}
	*used = 1;
	p->head = netring_guest_buffer(r->guest, slot_buffer(s));
	p->data = p->head + slot_offset(s);
	p->length = slot_length(s);
	return p;
}

static int
netfront_ring_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	uint32_t from = out->count, done = 0, used;
	int waiting;

	if (f->broken)
		return ERR_PEER;
	if (!f->connected)
		return 0;
	waiting = netring_guest_rx_waiting(&f->ring, max);
	if (waiting < 0)
		return netfront_break(f, "rx ring: index out of range");
	for (; done < (uint32_t)waiting && max > 0; done += used, max--) {
		struct packet *p = netfront_ring_take(
		    f, out->thread, (uint32_t)waiting - done, &used);

		if (used == 0) {
			(void)netfront_break(f, "rx ring: slot makes no sense");
			break;
		}
		if (p == NULL || p->length < 14) {
			f->stats.rx_dropped++;
			if (p != NULL)
				packet_kill(out->thread, p);
			continue;
		}
		p->type = netfront_type(f, p->data);
		packet_set_mac(p, p->data);
		f->stats.rx_packets++;
		f->stats.rx_bytes += p->length;
		batch_add(out, p);
	}
	netfront_ring_publish(f, &f->ring.rx, f->rx_port, done);
	netfront_stamp(out, from);
	return (int)(out->count - from);
}

/* ---- sending ---- */

/* Copies p into as many spare buffers as it needs; false: no room. */
static bool
netfront_ring_put_copy(
    struct netfront *f, const struct packet *p, uint32_t room)
{
	struct netring_guest_port *r = &f->ring;
	uint32_t most = NETRING_BUFFER - PACKET_HEADROOM, at = 0, i, n;
	uint32_t slots = (p->length + most - 1) / most;

	if (slots > room)
		return false;
	for (i = 0; i < slots; i++, at += n) {
		uint32_t b = netring_guest_tx_spare(r);

		n = p->length - at < most ? p->length - at : most;
		memcpy(netring_guest_buffer(r->guest, b) + PACKET_HEADROOM,
		    p->data + at, n);
		netring_guest_tx_put_own(
		    r, slot_make(b, i + 1 < slots ? NETRING_MORE : 0,
		           PACKET_HEADROOM, n));
	}
	f->stats.copies++;
	return true;
}

/* Whether the ring could never take p. */
static bool
netfront_ring_refuses(const struct netfront *f, const struct packet *p)
{
	uint32_t most = NETRING_BUFFER - PACKET_HEADROOM;

	return p->length == 0 || p->length > f->dev.mtu + 18u ||
	       (p->length > most && !f->sg);
}

/* Puts p into the ring and kills it; false: no room, p stays. */
static bool
netfront_ring_put(struct netfront *f, struct thread *t, struct packet *p)
{
	struct netring_guest_port *r = &f->ring;
	int64_t b = netfront_ring_buffer(f, p);
	uint32_t room = netring_have(&r->tx);

	if (netfront_ring_refuses(f, p)) {
		f->stats.tx_dropped++;
		packet_kill(t, p);
		return true;
	}
	if (room == 0)
		return false;
	if (b < 0 || packet_shared(p)) {
		if (!netfront_ring_put_copy(f, p, room))
			return false;
	} else {
		uint32_t spare = netring_guest_tx_put(r,
		    slot_make((uint32_t)b, 0, packet_headroom(p), p->length));

		p->head = netring_guest_buffer(r->guest, spare);
	}
	f->stats.tx_packets++;
	f->stats.tx_bytes += p->length;
	packet_kill(t, p);
	return true;
}

static int
netfront_ring_tx(struct netdev *dev, struct batch *in)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	uint32_t n = 0;

	if (f->broken)
		return ERR_PEER;
	if (!f->connected)
		return netfront_tx_lose(f, in);
	if (netring_guest_tx_room(&f->ring, in->count) < 0)
		return netfront_break(f, "tx ring: switch broke the rules");
	while (n < in->count && netfront_ring_put(f, in->thread, in->packet[n]))
		n++;
	netfront_ring_publish(f, &f->ring.tx, f->tx_port, n);
	netfront_taken(in, n);
	return (int)n;
}

/* ---- waiting ---- */

bool
netfront_ring_arm(struct netfront *f, unsigned int what)
{
	if (f->broken)
		return true;
	if (!f->connected)
		return what == NETDEV_TX; /* room enough: it all is lost */
	return what == NETDEV_RX ? netring_arm(&f->ring.rx, 0) != 0
	                         : netring_guest_tx_arm(&f->ring) != 0;
}

/* ---- connecting ---- */

int
netfront_ring_start(struct netfront *f, uint32_t vifs, uint32_t pages_max)
{
	int err = region_get(f->domid, vifs, pages_max, &f->region);

	if (err != 0)
		return err;
	return region_open(f->region, &f->ring, &f->ring_index);
}

void
netfront_ring_stop(struct netfront *f)
{
	struct region *r = f->region;

	/* Sent and not taken, or received and not fetched: lost. */
	(void)netring_look(&f->ring.tx);
	f->stats.tx_dropped += f->ring.tx.index - f->ring.tx.seen;
	if (netring_look(&f->ring.rx) > 0)
		f->stats.rx_dropped += netring_have(&f->ring.rx);
	f->region = NULL;
	region_close(r, &f->ring, f->ring_index);
}

const struct netdev_ops netfront_ring_ops = {
	.rx = netfront_ring_rx,
	.tx = netfront_ring_tx,
	.arm = netfront_arm,
	.stats = netfront_stats,
	.close = netfront_close,
};
