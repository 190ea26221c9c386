/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_ring.c -- a vif over the region shared with a switch (region.h,
 * docs/netring.md): frames move by exchange of buffers.  No grant operation
 * after the connection, an event only for a side that sleeps.
 */
#include "base/err.h"
#include "click/batch.h"
#include "minios/xen/event.h"
#include "minios/xen/netfront.h"
#include "minios/xen/region.h"

/* Shows the switch what an end has done, and wakes it if it sleeps. */
static void
netfront_ring_publish(
    struct netfront *f, struct netring_end *e, uint32_t port, uint32_t frames)
{
	if (!ringport_publish(&f->ring, e))
		return;
	event_send(port);
	/* For the evaluation: each frame may be an event of its own. */
	for (; f->event_a_frame && frames > 1; frames--) {
		event_send(port);
		f->stats.wakeups_out++;
		store_relaxed(
		    &e->own->events, load_relaxed(&e->own->events) + 1);
	}
}

static int
netfront_ring_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	uint32_t from = out->count, slots;

	if (f->broken || !f->connected)
		return 0;
	if (f->announce && dev->link)
		netfront_announce(f, out->thread);
	if (ringport_rx(&f->ring, out, max, &slots) != 0)
		(void)netfront_break(f, "rx ring: switch broke the rules");
	for (uint32_t i = from; i < out->count; i++) {
		struct packet *p = out->packet[i];

		p->type = netfront_type(f, p->data);
		packet_set_mac(p, p->data);
		f->stats.rx_bytes += p->length;
	}
	netfront_ring_publish(
	    f, &f->ring.ring.rx, f->rx_port, out->count - from);
	netfront_stamp(out, from);
	return (int)(out->count - from);
}

static int
netfront_ring_tx(struct netdev *dev, struct batch *in)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	int n;

	if (f->broken || !f->connected)
		return netfront_tx_lose(f, in);
	n = ringport_tx(&f->ring, in);
	if (n < 0) {
		(void)netfront_break(f, "tx ring: switch broke the rules");
		return netfront_tx_lose(f, in);
	}
	netfront_ring_publish(f, &f->ring.ring.tx, f->tx_port, (uint32_t)n);
	return n;
}

/* ---- waiting ---- */

bool
netfront_ring_arm(struct netfront *f, unsigned int what)
{
	if (f->broken || !f->connected)
		return what == NETDEV_TX; /* room enough: it all is lost */
	return ringport_arm(&f->ring, what);
}

/* ---- connecting ---- */

int
netfront_ring_start(struct netfront *f, uint32_t vifs, uint32_t pages_max)
{
	int err = region_get(f->domid, vifs, f->slots, pages_max, &f->region);

	if (err != 0)
		return err;
	f->ring.stats = &f->stats;
	ringport_mtu(&f->ring, f->dev.mtu, f->sg);
	return region_open(f->region, &f->ring.ring, &f->ring_index);
}

void
netfront_ring_stop(struct netfront *f)
{
	struct netring_lost lost = { 0, 0, 0 };
	struct region *r = f->region;

	netring_guest_port_stop(&f->ring.ring, &lost);
	f->stats.tx_dropped += lost.tx;
	f->stats.rx_dropped += lost.rx + lost.full;
	f->region = NULL;
	region_close(r, &f->ring.ring, f->ring_index);
}

const struct netdev_ops netfront_ring_ops = {
	.rx = netfront_ring_rx,
	.tx = netfront_ring_tx,
	.arm = netfront_arm,
	.stats = netfront_stats,
	.close = netfront_close,
};
