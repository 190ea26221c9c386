/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_vale.c -- vale0:NAME[,slots=N][,buffers=N]: a port of the switch
 * (docs/vale.md) over shared memory.
 *
 * The pool's buffers lie in the region that is shared with the switch
 * (shared.h), so frames move by exchange: a received frame's buffer goes into
 * the packet, and the packet's empty one into the ring; sending is the same
 * the other way round.  Copied is only what is shared, too long, or lies in
 * memory that is not of the region.
 *
 * While the switch is away nothing is received, and what is sent is dropped
 * and counted; it is looked for, and the ports are opened again.
 */
#include "click/pool.h"
#include "host/port.h"
#include "host/shared.h"

struct vale_port {
	struct host_port port;
	struct shared_port shared;
	struct spinlock rx_lock, tx_lock; /* a restart takes both */
	bool failed;                      /* the switch broke the rules */
	int armed[3];                     /* atomic, by NETDEV_RX, NETDEV_TX */
};

bool
port_vale_names(struct str name)
{
	return str_starts(name, STR("vale"));
}

static struct vale_port *
vale_of(struct netdev *dev)
{
	return container_of(dev, struct vale_port, port.dev);
}

/* Publishes what an end has done, and wakes the switch if it sleeps. */
static void
vale_publish(struct vale_port *v, struct netring_end *e)
{
	netring_publish(e);
	/* Our index is out before its wake_at is read: netring_must_wake(). */
	fence_full();
	if (!netring_must_wake(e))
		return;
	shared_ring();
	store_relaxed(&e->own->events, load_relaxed(&e->own->events) + 1);
	v->port.stats.wakeups_out++;
}

/* ---- receiving ---- */

/* The buffer of p, if a ring may have it, or -1. */
static int64_t
vale_buffer_of(const struct netring_guest *g, const struct packet *p)
{
	if (p->buffer != BUFFER_POOL)
		return -1;
	return netring_guest_number(g, p->head);
}

/* A frame of several slots, the first of which is s, in one packet. */
static NOINLINE struct packet *
vale_take_long(struct vale_port *v, struct thread *t, netring_slot s,
    uint32_t waiting, uint32_t *used)
{
	struct netring_guest_port *r = &v->shared.ring;
	uint32_t length = 0, n = 0, at = 0;
	netring_slot w;
	struct packet *p;

	do {
		w = netring_peek(&r->rx, n);
		length += slot_length(w);
		n++;
	} while ((slot_flags(w) & NETRING_MORE) != 0 && n < waiting &&
	         n < NETRING_SEGMENTS_MAX);
	if ((slot_flags(w) & NETRING_MORE) != 0)
		return NULL;
	p = packet_new(t, PACKET_HEADROOM, NULL, length, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t b = slot_buffer(netring_peek(&r->rx, 0));

		/* Its buffer goes straight back; read once more, and checked.
		 */
		if (b >= r->guest->layout.buffers ||
		    netring_guest_rx_take(r, b, shared_offset(b), &s) != 0 ||
		    at + slot_length(s) > length) {
			if (p != NULL)
				packet_kill(t, p);
			return NULL;
		}
		if (p != NULL)
			memcpy(p->data + at,
			    netring_guest_buffer(r->guest, slot_buffer(s)) +
			        slot_offset(s),
			    slot_length(s));
		at += slot_length(s);
	}
	if (p != NULL)
		p->length = at;
	v->port.stats.copies++;
	*used = n;
	return p;
}

/*
 * Takes the next slot into a packet; *used is 0 when the switch broke the
 * rules.  NULL: no memory, the frame is gone.
 */
static inline struct packet *
vale_take(
    struct vale_port *v, struct thread *t, uint32_t waiting, uint32_t *used)
{
	struct netring_guest_port *r = &v->shared.ring;
	netring_slot s = netring_peek(&r->rx, 0);
	struct packet *p;
	int64_t own;
	uint8_t *bytes;

	*used = 0;
	if (unlikely((slot_flags(s) & NETRING_MORE) != 0))
		return vale_take_long(v, t, s, waiting, used);
	p = packet_new(t, PACKET_HEADROOM, NULL, 0, 0);
	own = p == NULL ? -1 : vale_buffer_of(r->guest, p);
	if (unlikely(own < 0))
		own = slot_buffer(s); /* copied, and put back */
	if (unlikely((uint64_t)own >= r->guest->layout.buffers) ||
	    unlikely(netring_guest_rx_take(r, (uint32_t)own,
	                 shared_offset((uint32_t)own), &s) != 0)) {
		if (p != NULL)
			packet_kill(t, p);
		return NULL;
	}
	*used = 1;
	if (unlikely(p == NULL))
		return NULL;
	bytes = netring_guest_buffer(r->guest, slot_buffer(s));
	if (likely((uint32_t)own != slot_buffer(s))) {
		p->head = bytes;
		p->data = bytes + slot_offset(s);
	} else {
		memcpy(p->data, bytes + slot_offset(s), slot_length(s));
		v->port.stats.copies++;
	}
	p->length = slot_length(s);
	prefetch_read(p->data);
	return p;
}

/* What port_receive() does for others; the bytes have been asked for. */
static void
vale_dress(struct vale_port *v, struct batch *out, uint32_t from)
{
	int64_t now = os_wall_ns();

	for (uint32_t i = from; i < out->count; i++) {
		struct packet *p = out->packet[i];

		p->timestamp_ns = now;
		p->type =
		    (uint8_t)port_packet_type(&v->port, p->data, p->length);
		p->mac = (int32_t)(p->data - p->head);
		v->port.stats.rx_bytes += p->length;
	}
	v->port.stats.rx_packets += out->count - from;
}

static int
vale_rx_locked(struct vale_port *v, struct batch *out, unsigned int max)
{
	struct netring_guest_port *r = &v->shared.ring;
	uint32_t from = out->count;
	int waiting = netring_guest_rx_waiting(r, max);

	if (waiting <= 0)
		return waiting;
	for (uint32_t done = 0, used; done < (uint32_t)waiting && max > 0;
	     done += used, max--) {
		struct packet *p =
		    vale_take(v, out->thread, (uint32_t)waiting - done, &used);

		if (unlikely(used == 0)) {
			v->failed = true;
			break;
		}
		if (likely(p != NULL))
			batch_add(out, p);
		else
			v->port.stats.rx_dropped++;
	}
	vale_publish(v, &r->rx);
	vale_dress(v, out, from);
	return (int)(out->count - from);
}

static int
vale_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct vale_port *v = vale_of(dev);
	int n;

	if (unlikely(v->failed))
		return ERR_PEER;
	thread_lock(out->thread, &v->rx_lock);
	n = vale_rx_locked(v, out, max);
	thread_unlock(out->thread, &v->rx_lock);
	if (unlikely(n < 0)) {
		v->failed = true;
		v->port.stats.rx_errors++;
	}
	return n;
}

/* ---- sending ---- */

/* Copies p into as many spare buffers as it needs; false: no room. */
static NOINLINE bool
vale_put_copy(struct vale_port *v, const struct packet *p, uint32_t room)
{
	struct netring_guest_port *r = &v->shared.ring;
	uint32_t at = 0, most = NETRING_BUFFER - PACKET_HEADROOM;
	uint32_t slots = (p->length + most - 1) / most;

	if (slots > room)
		return false;
	for (uint32_t i = 0; i < slots; i++) {
		uint32_t b = netring_guest_tx_spare(r);
		uint32_t n = p->length - at < most ? p->length - at : most;

		memcpy(netring_guest_buffer(r->guest, b) + PACKET_HEADROOM,
		    p->data + at, n);
		at += n;
		netring_guest_tx_put_own(
		    r, slot_make(b, i + 1 < slots ? NETRING_MORE : 0,
		           PACKET_HEADROOM, n));
	}
	v->port.stats.copies++;
	return true;
}

/* Whether p is longer than this port can ever send. */
static bool
vale_too_long(const struct vale_port *v, const struct packet *p)
{
	return p->length > v->port.dev.mtu + sizeof(struct ether_vlan);
}

/* Puts p into the ring and kills it; false: no room, p stays. */
static inline bool
vale_put(struct vale_port *v, struct thread *t, struct packet *p)
{
	struct netring_guest_port *r = &v->shared.ring;
	int64_t b = vale_buffer_of(r->guest, p);
	uint32_t room = netring_have(&r->tx);

	if (unlikely(vale_too_long(v, p) || p->length == 0)) {
		v->port.stats.tx_dropped++;
		packet_kill(t, p);
		return true;
	}
	if (room == 0)
		return false;
	if (unlikely(b < 0 || packet_shared(p))) {
		if (!vale_put_copy(v, p, room))
			return false;
	} else {
		uint32_t spare = netring_guest_tx_put(r,
		    slot_make((uint32_t)b, 0, packet_headroom(p), p->length));

		p->head = netring_guest_buffer(r->guest, spare);
	}
	v->port.stats.tx_packets++;
	v->port.stats.tx_bytes += p->length;
	packet_kill(t, p);
	return true;
}

static int
vale_tx_locked(struct vale_port *v, struct batch *in)
{
	struct netring_guest_port *r = &v->shared.ring;
	unsigned int n = 0;
	int room = netring_guest_tx_room(r, in->count);

	if (room < 0)
		return room;
	while (n < in->count && vale_put(v, in->thread, in->packet[n]))
		n++;
	port_taken(in, n);
	vale_publish(v, &r->tx);
	return (int)n;
}

/* The cable is out: as on any card, what is sent is lost. */
static int
vale_tx_down(struct vale_port *v, struct batch *in)
{
	unsigned int n = in->count;

	v->port.stats.tx_dropped += n;
	batch_kill(in);
	return (int)n;
}

static int
vale_tx(struct netdev *dev, struct batch *in)
{
	struct vale_port *v = vale_of(dev);
	int n;

	if (unlikely(v->failed))
		return ERR_PEER;
	thread_lock(in->thread, &v->tx_lock);
	n = likely(load_acquire(&v->shared.open)) ? vale_tx_locked(v, in)
	                                          : vale_tx_down(v, in);
	thread_unlock(in->thread, &v->tx_lock);
	if (unlikely(n < 0))
		v->failed = true;
	return n;
}

/* ---- waiting ---- */

static bool
vale_arm(struct netdev *dev, unsigned int what)
{
	struct vale_port *v = vale_of(dev);
	struct spinlock *lock = what == NETDEV_RX ? &v->rx_lock : &v->tx_lock;
	int have;

	if (v->failed)
		return true;
	spin_lock(lock);
	store_relaxed(&v->armed[what], 1);
	have = what == NETDEV_RX ? netring_arm(&v->shared.ring.rx, 0)
	                         : netring_guest_tx_arm(&v->shared.ring);
	/* Without a switch there is room enough: it all is dropped. */
	if (what == NETDEV_TX && !load_acquire(&v->shared.open))
		have = 1;
	if (have != 0)
		store_relaxed(&v->armed[what], 0);
	spin_unlock(lock);
	return have != 0;
}

/* Any of our ports may be meant, and its task may be another thread's. */
static void
vale_event(struct shared_port *s)
{
	struct vale_port *v = container_of(s, struct vale_port, shared);

	v->port.stats.wakeups_in++;
	v->port.dev.link = load_acquire(&s->open);
	for (unsigned int what = NETDEV_RX; what <= NETDEV_TX; what++)
		if (exchange(&v->armed[what], 0) != 0)
			port_ready(&v->port, what);
}

static void
vale_lock(struct shared_port *s, bool locked)
{
	struct vale_port *v = container_of(s, struct vale_port, shared);

	if (locked) {
		spin_lock(&v->rx_lock);
		spin_lock(&v->tx_lock);
	} else {
		spin_unlock(&v->tx_lock);
		spin_unlock(&v->rx_lock);
	}
}

static void
vale_stats(struct netdev *dev, struct netdev_stats *s)
{
	struct vale_port *v = vale_of(dev);

	*s = v->port.stats;
	s->tx_dropped += v->shared.lost;
}

static const struct netdev_ops vale_ops = {
	.rx = vale_rx,
	.tx = vale_tx,
	.arm = vale_arm,
	.stats = vale_stats,
	.close = port_close,
};

/* ---- life ---- */

static bool
vale_number(struct str s, uint32_t *out)
{
	uint64_t x = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]) || x > NETRING_BUFFERS_MAX)
			return false;
		x = x * 10 + (uint64_t)(s.s[i] - '0');
	}
	*out = (uint32_t)x;
	return s.n > 0;
}

static int
vale_parse(struct vale_port *v, struct str args, struct shared_options *o,
    struct diag *why)
{
	struct str name = port_arg(&args);

	while (args.n > 0) {
		struct str arg = port_arg(&args);
		size_t eq = str_find(arg, '=', 0);
		struct str key = str_sub(arg, 0, eq);
		uint32_t *to = str_is(key, "slots")     ? &o->slots
		               : str_is(key, "buffers") ? &o->buffers
		                                        : NULL;

		if (to == NULL || !vale_number(str_from(arg, eq + 1), to))
			return diag(why, ERR_INVAL,
			    "%.*s: '%.*s': not slots=N or buffers=N",
			    STR_ARG(name), STR_ARG(arg));
	}
	v->shared.name = str_dup(name);
	return v->shared.name.s != NULL ? 0
	                                : diag(why, ERR_NOMEM, "out of memory");
}

/* What a port of the switch needs from outside is the connection. */
static int
vale_prepare(struct str args, void **prepared, struct diag *why)
{
	struct vale_port v = { .shared = { .name = STR("") } };
	struct shared_options o = { 0, 0 };
	int err = vale_parse(&v, args, &o, why);

	(void)prepared;
	str_free(&v.shared.name);
	return err != 0 ? err : shared_prepare(&o, why);
}

static int
vale_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct vale_port *v = container_of(port, struct vale_port, port);
	struct shared_options o = { 0, 0 };
	int err = vale_parse(v, args, &o, why);

	if (err != 0)
		return err;
	v->shared.event = vale_event;
	v->shared.lock = vale_lock;
	err = shared_open(&v->shared, &o, req->waiter, why);
	if (err != 0) {
		str_free(&v->shared.name);
		return err;
	}
	port->dev.ops = &vale_ops;
	port->dev.mtu = v->shared.mtu;
	memcpy(port->dev.mac, v->shared.mac, 6);
	return 0;
}

static void
vale_close(struct host_port *port)
{
	struct vale_port *v = container_of(port, struct vale_port, port);

	shared_close(&v->shared);
	str_free(&v->shared.name);
}

const struct port_kind port_vale = {
	.name = "valeN",
	.usage = "NAME[,slots=N][,buffers=N]",
	.size = sizeof(struct vale_port),
	.prepare = vale_prepare,
	.open = vale_open,
	.close = vale_close,
};
