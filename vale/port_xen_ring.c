/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_xen_ring.c -- a port over memory that a Xen guest has granted: the
 * rings of one of its vifs.  Frames are ring.c's; here are the two event
 * channels, one a ring, so that a sender never wakes the receiving side.
 */
#include "vale/count.h"
#include "vale/ring.h"
#include "vale/xen.h"

struct xen_ring_port {
	struct vale_ring ring;
	struct xen_vif *vif;
	const struct xenhost_ops *ops;
	struct xenhost_events *events;
	int tx_event, rx_event; /* our ends */
	bool one_event;
	uint64_t wakes_in, rx_wakes;     /* the worker's */
	uint64_t tx_wakes CACHE_ALIGNED; /* under the port's lock */
	uint32_t shown; /* frames for the guest that it was told of */
};

static struct xen_ring_port *
xring_of(struct vale_port *p)
{
	return container_of(p, struct xen_ring_port, ring.port);
}

/* For the evaluation: each frame is an event of its own. */
static uint32_t
xring_events(struct xen_ring_port *r, const struct netring_end *e)
{
	uint32_t n = e->public - r->shown;

	r->shown = e->public;
	return n > 0 ? n : 1;
}

static void
xring_wake(struct vale_port *p, unsigned int what)
{
	struct xen_ring_port *r = xring_of(p);
	struct netring_end *e =
	    what == VALE_RX ? &r->ring.in : &r->ring.out.end;
	uint32_t n = 1;

	if (!netring_must_wake(e))
		return;
	if (r->one_event && what == VALE_TX)
		n = xring_events(r, e);
	count_add(what == VALE_RX ? &r->rx_wakes : &r->tx_wakes, n);
	store_relaxed(&e->own->events, load_relaxed(&e->own->events) + n);
	while (n-- > 0)
		r->ops->notify(
		    r->events, what == VALE_RX ? r->tx_event : r->rx_event);
}

static void
xring_event(struct vale_port *p)
{
	struct xen_ring_port *r = xring_of(p);

	while (r->ops->pending(r->events) >= 0)
		count_add(&r->wakes_in, 1);
}

static void
xring_stats(struct vale_port *p, struct vale_port_stats *s)
{
	struct xen_ring_port *r = xring_of(p);

	s->wakeups_in = load_relaxed(&r->wakes_in);
	s->wakeups_out =
	    load_relaxed(&r->rx_wakes) + load_relaxed(&r->tx_wakes);
	s->swaps = load_relaxed(&r->ring.swaps);
}

static void
xring_show(struct vale_port *p, struct strbuf *out)
{
	const struct xen_vif *vif = xring_of(p)->vif;

	sb_printf(out,
	    ", \"domain\": %u, \"vif\": %u, \"slots\": %u, \"buffers\": %u",
	    vif->domid, vif->handle, vif->memory->layout.slots,
	    vif->memory->layout.buffers);
}

static const struct vale_port_ops xring_ops = {
	.rx = vale_ring_rx,
	.rx_done = vale_ring_rx_done,
	.prefetch = vale_ring_prefetch,
	.tx = vale_ring_tx,
	.tx_end = vale_ring_tx_end,
	.wake = xring_wake,
	.arm = vale_ring_arm,
	.event = xring_event,
	.stats = xring_stats,
	.show = xring_show,
};

static int
xring_bind(struct xen_ring_port *r, struct diag *why)
{
	const struct xen_vif *vif = r->vif;

	r->events = vale_xen_events(vif->xen, why);
	if (r->events == NULL)
		return ERR_IO;
	r->tx_event = r->ops->bind(r->events, vif->domid, vif->tx_event);
	r->rx_event = vif->rx_event == vif->tx_event
	                  ? r->tx_event
	                  : r->ops->bind(r->events, vif->domid, vif->rx_event);
	if (r->tx_event >= 0 && r->rx_event >= 0)
		return 0;
	r->ops->events_close(r->events);
	return diag(why, ERR_PEER, "event channels %u and %u: cannot be bound",
	    vif->tx_event, vif->rx_event);
}

static int
xring_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct xen_ring_port *r = xring_of(p);
	struct xen_vif *vif = p->context;
	int err;

	(void)args;
	r->vif = vif;
	r->ops = vif->xen->ops;
	r->one_event = vif->xen->options.one_event;
	err = vale_ring_init(&r->ring, &vif->memory->layout, vif->memory->base,
	    vif->index, vif->features, vif->memory);
	if (err != 0)
		return diag(why, err, "out of memory");
	err = xring_bind(r, why);
	if (err != 0) {
		vale_ring_fini(&r->ring);
		return err;
	}
	p->ops = &xring_ops;
	p->fd = r->ops->events_fd(r->events);
	return 0;
}

static void
xring_close(struct vale_port *p)
{
	struct xen_ring_port *r = xring_of(p);

	r->ops->events_close(r->events);
	vale_ring_fini(&r->ring);
	xen_vif_closed(r->vif, p);
}

static bool
xring_deserted(struct vale_port *p)
{
	return xen_vif_deserted(xring_of(p)->vif);
}

const struct vale_kind vale_kind_xen_ring = {
	.name = "xen-ring",
	.usage = "",
	.size = sizeof(struct xen_ring_port),
	.open = xring_open,
	.close = xring_close,
	.deserted = xring_deserted,
};
