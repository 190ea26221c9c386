/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_vale.c -- vale0:NAME[,slots=N][,buffers=N]: a port of the switch
 * (docs/vale.md) over shared memory.
 *
 * The pool's buffers lie in the region that is shared with the switch
 * (shared.h), so frames move by exchange (clickos/ringport.h).
 *
 * While the switch is away nothing is received, and what is sent is dropped
 * and counted; it is looked for, and the ports are opened again.
 */
#include <unistd.h>

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

static struct vale_port *
vale_of(struct netdev *dev)
{
	return container_of(dev, struct vale_port, port.dev);
}

/* Publishes what an end has done, and wakes the switch if it sleeps. */
static void
vale_publish(struct vale_port *v, struct netring_end *e)
{
	if (ringport_publish(&v->shared.ring, e))
		shared_ring();
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
}

static int
vale_rx_locked(struct vale_port *v, struct batch *out, unsigned int max)
{
	uint32_t from = out->count, slots;

	if (ringport_rx(&v->shared.ring, out, max, &slots) != 0) {
		v->failed = true;
		if (out->count == from)
			return ERR_PEER;
	}
	if (slots == 0)
		return 0;
	vale_publish(v, &v->shared.ring.ring.rx);
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
	return n;
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
vale_tx_up(struct vale_port *v, struct batch *in)
{
	int n = ringport_tx(&v->shared.ring, in);

	if (n > 0)
		vale_publish(v, &v->shared.ring.ring.tx);
	return n;
}

static int
vale_tx(struct netdev *dev, struct batch *in)
{
	struct vale_port *v = vale_of(dev);
	int n;

	if (unlikely(v->failed))
		return ERR_PEER;
	thread_lock(in->thread, &v->tx_lock);
	n = likely(load_acquire(&v->shared.open)) ? vale_tx_up(v, in)
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
	bool have;

	if (v->failed)
		return true;
	spin_lock(lock);
	store_relaxed(&v->armed[what], 1);
	have = ringport_arm(&v->shared.ring, what);
	/* Without a switch there is room enough: it all is dropped. */
	if (what == NETDEV_TX && !load_acquire(&v->shared.open))
		have = true;
	if (have)
		store_relaxed(&v->armed[what], 0);
	spin_unlock(lock);
	return have;
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
	s->tx_dropped += v->shared.lost.tx;
	s->rx_dropped += v->shared.lost.rx + v->shared.lost.full +
	                 load_relaxed(&v->shared.ring.ring.rx.peer->drops);
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

/* What it needs from outside later is the right to that port. */
static int
vale_give(struct str args, int fd, struct str words, void **prepared,
    struct diag *why)
{
	struct vale_port v = { .shared = { .name = STR("") } };
	struct shared_options o = { 0, 0 };
	int err = vale_parse(&v, args, &o, why);

	(void)prepared;
	str_free(&v.shared.name);
	if (err == 0)
		return shared_attach(fd, words, &o, why);
	close(fd);
	return err;
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
	v->shared.waiter = req->waiter;
	v->shared.ring.stats = &port->stats;
	err = shared_open(&v->shared, &o, why);
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
	.give = vale_give,
	.open = vale_open,
	.close = vale_close,
};
