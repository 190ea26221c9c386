/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_ring.c -- a port over shared memory (docs/netring.md): the rings of one
 * port of a process guest.  Made when the process asks for it (server.c).
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/compiler.h"
#include "vale/count.h"
#include "vale/guest.h"
#include "vale/kinds.h"
#include "vale/ring.h"

struct ring_port {
	struct vale_ring ring;
	struct vale_guest *guest;
	uint32_t index;
	uint64_t rx_wakes, doorbells;    /* the worker's */
	uint64_t tx_wakes CACHE_ALIGNED; /* under the port's lock */
};

static struct ring_port *
ring_of(struct vale_port *p)
{
	return container_of(p, struct ring_port, ring.port);
}

/* ---- sleeping and waking ---- */

static void
ring_wake(struct vale_port *p, unsigned int what)
{
	struct ring_port *r = ring_of(p);
	struct netring_end *e =
	    what == VALE_RX ? &r->ring.in : &r->ring.out.end;

	if (!netring_must_wake(e))
		return;
	vale_port_tell(p, r->guest->event);
	store_relaxed(&e->own->events, load_relaxed(&e->own->events) + 1);
	if (what == VALE_RX)
		count_add(&r->rx_wakes, 1);
	else
		count_add(&r->tx_wakes, 1);
}

/* Keeps what is no doorbell for the control thread. */
static bool
ring_keep_text(struct vale_guest *g, const char *buf, ssize_t n)
{
	bool kept = n <= 0;

	spin_lock(&g->lock);
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n' &&
		    (g->ntext == 0 || g->text[g->ntext - 1] == '\n'))
			continue;
		kept = true;
		if (g->ntext < sizeof(g->text))
			g->text[g->ntext++] = buf[i];
		else
			g->hangup = true;
	}
	if (n <= 0)
		g->hangup = true;
	spin_unlock(&g->lock);
	return kept;
}

static void
ring_event(struct vale_port *p)
{
	struct ring_port *r = ring_of(p);
	struct vale_guest *g = r->guest;
	char buf[256];
	ssize_t n = read(p->fd, buf, sizeof(buf));

	if ((n >= 0 || errno != EAGAIN) && ring_keep_text(g, buf, n))
		g->mail(g);
	if (n <= 0)
		return;
	count_add(&r->doorbells, 1);
	for (uint32_t i = 0; i < g->region.layout.ports; i++) {
		struct vale_port *sibling = load_acquire(&g->port[i]);

		if (sibling != NULL && sibling != p)
			vale_port_activate(sibling);
	}
}

static void
ring_stats(struct vale_port *p, struct vale_port_stats *s)
{
	struct ring_port *r = ring_of(p);

	s->wakeups_in = load_relaxed(&r->doorbells);
	s->wakeups_out =
	    load_relaxed(&r->rx_wakes) + load_relaxed(&r->tx_wakes);
	s->swaps = load_relaxed(&r->ring.swaps);
}

static void
ring_show(struct vale_port *p, struct strbuf *out)
{
	const struct ring_port *r = ring_of(p);

	sb_printf(out, ", \"slots\": %u, \"buffers\": %u",
	    r->guest->region.layout.slots, r->guest->region.layout.buffers);
}

static const struct vale_port_ops ring_ops = {
	.rx = vale_ring_rx,
	.rx_done = vale_ring_rx_done,
	.prefetch = vale_ring_prefetch,
	.tx = vale_ring_tx,
	.tx_end = vale_ring_tx_end,
	.wake = ring_wake,
	.arm = vale_ring_arm,
	.event = ring_event,
	.stats = ring_stats,
	.show = ring_show,
};

/* ---- life ---- */

static void
ring_set_state(struct ring_port *r, uint32_t state)
{
	struct netring_head *h = (void *)r->guest->region.base;

	store_release(&h->port[r->index].state, state);
}

static int
ring_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct ring_port *r = ring_of(p);
	const struct vale_guest_port *gp = p->context;
	struct vale_region *region;
	int err;

	(void)args;
	if (gp == NULL)
		return diag(why, ERR_NOTSUP,
		    "a ring port is opened by its process, as SWITCH:PORT");
	r->guest = gp->guest;
	r->index = gp->index;
	region = &r->guest->region;
	err = vale_ring_init(&r->ring, &region->layout, region->base, r->index,
	    r->guest->features, r->guest);
	if (err != 0)
		return diag(why, err, "out of memory");
	p->ops = &ring_ops;
	if (r->guest->front == NULL) {
		r->guest->front = p;
		p->fd = r->guest->socket;
	}
	store_release(&r->guest->port[r->index], p);
	ring_set_state(r, NETRING_OPEN);
	return 0;
}

/* The guest learns that its port has gone, whoever closed it. */
static void
ring_close(struct vale_port *p)
{
	struct ring_port *r = ring_of(p);

	guest_move_front(r->guest, p);
	ring_set_state(
	    r, p->link == VALE_BROKEN ? NETRING_FAILED : NETRING_CLOSED);
	store_release(&r->guest->port[r->index], (struct vale_port *)NULL);
	vale_port_tell(p, r->guest->event);
	if (r->guest->front == NULL)
		r->guest->mail(r->guest); /* no worker reads the socket now */
	vale_ring_fini(&r->ring);
}

/* Whether the socket is shut at the other end, whatever waits in it. */
static bool
ring_deserted(struct vale_port *p)
{
	struct pollfd s = { .fd = ring_of(p)->guest->socket };

	return poll(&s, 1, 0) == 1 && (s.revents & POLLHUP) != 0;
}

const struct vale_kind vale_kind_ring = {
	.name = "ring",
	.usage = "",
	.size = sizeof(struct ring_port),
	.open = ring_open,
	.close = ring_close,
	.deserted = ring_deserted,
};
