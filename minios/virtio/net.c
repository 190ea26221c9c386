/* SPDX-License-Identifier: BSD-3-Clause */
/* net.c -- see net.h. */
#include "minios/virtio/net.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "click/batch.h"
#include "minios/console.h"
#include "minios/list.h"
#include "minios/pages.h"
#include "minios/virtio/transport.h"
#include "minios/waiter.h"

/* Features and configuration (5.1.3, 5.1.4). */
#define F_MTU    (UINT64_C(1) << 3)
#define F_MAC    (UINT64_C(1) << 5)
#define F_STATUS (UINT64_C(1) << 16)

enum {
	CONFIG_MAC = 0,
	CONFIG_STATUS = 6,
	CONFIG_MTU = 10,
	LINK_UP = 1,

	QUEUE_RX = 0,
	QUEUE_TX = 1,

	HEADER = 12, /* before each frame (5.1.6) */
	HEADER_LEGACY = 10,

	SAY_NS = 500000000, /* between two messages about a link */
	SLOTS_MIN = 32,
	MEMORY_SHARE = 16,
	ROOM = 1984 - HEADER, /* of a pool's buffer, for a frame */
	ETHERNET = 14,
	VLAN_TAG = 4,
	MTU_MAX = ROOM - ETHERNET - VLAN_TAG,
};

/* What is in front of a frame that wants nothing done. */
static const uint8_t no_header[HEADER];

struct virtio_net {
	struct netdev dev; /* first: the two are one pointer */
	struct list node;
	struct virtio_device *device;
	unsigned int number, opens;
	const void *owner; /* as the request that opened it had it */
	char owner_name[64];
	struct waiter_source source;
	unsigned int armed, fired; /* NETDEV_RX, NETDEV_TX */
	int64_t said_ns;           /* when its link was last spoken of */
	struct netdev_stats stats;
	struct thread *thread; /* that last received or sent */
	bool broken;
	uint32_t header;
	uint16_t posted; /* packets posted for receiving */
	struct vring rx, tx;
	struct packet *rx_packet[VRING_MAX];
	/* A frame's chain: its header at 2n, for ever, its bytes at 2n + 1. */
	struct packet *tx_packet[VRING_MAX / 2];
	uint16_t tx_free[VRING_MAX / 2], tx_nfree;
};

static struct list open_ports = LIST_INIT(open_ports);

static int
virtio_net_break(struct virtio_net *v, const char *why)
{
	console_printf(
	    "port %u (%s): %s: closed\n", v->number, v->device->name, why);
	v->stats.rx_errors++;
	v->broken = true;
	netdev_set_link(&v->dev, &v->stats, false);
	virtio_reset(v->device);
	return ERR_PEER;
}

/* Takes back what the device has sent. */
static void
virtio_net_reap(struct virtio_net *v)
{
	uint32_t length;
	uint16_t head;
	int got;

	while ((got = vring_take(&v->tx, &head, &length)) > 0) {
		packet_kill(v->thread, v->tx_packet[head / 2]);
		v->tx_packet[head / 2] = NULL;
		v->tx_free[v->tx_nfree++] = head / 2;
	}
	if (got < 0)
		virtio_net_break(v, "tx: answer to no request");
}

/* ---- receiving ---- */

static void
virtio_net_post(struct virtio_net *v, uint16_t slot, struct packet *p)
{
	v->rx_packet[slot] = p;
	v->rx.desc[slot] = (struct vring_desc){
		.address = (uintptr_t)p->data - v->header,
		.length = v->header + ROOM,
		.flags = VRING_WRITE,
	};
	vring_post(&v->rx, slot);
}

/* An empty packet with a header's room before its data. */
static struct packet *
virtio_net_empty(struct thread *t)
{
	return packet_new(t, PACKET_HEADROOM, NULL, ROOM, 0);
}

/*
 * The first look posts packets, by then there is a pool; later ones add those
 * that the pool did not give before.
 */
static void
virtio_net_fill(struct virtio_net *v, struct thread *t)
{
	struct packet *p;

	while (v->posted < v->rx.size) {
		p = virtio_net_empty(t);
		if (p == NULL)
			break;
		virtio_net_post(v, v->posted++, p);
	}
}

static enum packet_type
virtio_net_type(const struct virtio_net *v, const uint8_t *to)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if ((to[0] & 1) == 0)
		return memcmp(to, v->dev.mac, 6) == 0 ? PACKET_HOST
		                                      : PACKET_OTHERHOST;
	return memcmp(to, all, 6) == 0 ? PACKET_BROADCAST : PACKET_MULTICAST;
}

/* The packet of a slot whose chain came back with length bytes; or NULL. */
static struct packet *
virtio_net_received(
    struct virtio_net *v, struct thread *t, uint16_t slot, uint32_t length)
{
	struct packet *p = v->rx_packet[slot], *empty = NULL;

	if (length < v->header + ETHERNET)
		v->stats.rx_errors++;
	else if ((empty = virtio_net_empty(t)) == NULL)
		v->stats.rx_dropped++;
	virtio_net_post(v, slot, empty != NULL ? empty : p);
	if (empty == NULL)
		return NULL;
	p->length = length - v->header;
	p->type = (uint8_t)virtio_net_type(v, p->data);
	packet_set_mac(p, p->data);
	v->stats.rx_packets++;
	v->stats.rx_bytes += p->length;
	return p;
}

static int
virtio_net_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct virtio_net *v = container_of(dev, struct virtio_net, dev);
	uint32_t before = out->count, length;
	struct packet *p;
	int got = 0;
	int64_t now = 0;
	uint16_t slot;

	if (v->broken)
		return ERR_PEER;
	v->thread = out->thread;
	/* A sender that has gone quiet does not do it. */
	virtio_net_reap(v);
	while (!v->broken && out->count - before < max &&
	       (got = vring_take(&v->rx, &slot, &length)) > 0) {
		if (length > v->header + ROOM) {
			got = ERR_PEER;
			break;
		}
		p = virtio_net_received(v, out->thread, slot, length);
		if (p == NULL)
			continue;
		if (now == 0)
			now = os_wall_ns();
		p->timestamp_ns = now;
		batch_add(out, p);
	}
	if (got < 0 && !v->broken)
		virtio_net_break(v, "rx: answer to no request");
	if (v->broken)
		return out->count > before ? (int)(out->count - before)
		                           : ERR_PEER;
	virtio_net_fill(v, out->thread);
	if (virtio_push(v->device, QUEUE_RX, &v->rx))
		v->stats.wakeups_out++;
	return (int)(out->count - before);
}

/* ---- sending ---- */

static void
virtio_net_send(struct virtio_net *v, struct packet *p)
{
	uint16_t slot = v->tx_free[--v->tx_nfree];

	v->tx_packet[slot] = p;
	v->tx.desc[2 * slot + 1] = (struct vring_desc){
		.address = (uintptr_t)p->data,
		.length = p->length,
	};
	vring_post(&v->tx, 2 * slot);
	v->stats.tx_packets++;
	v->stats.tx_bytes += p->length;
}

static int
virtio_net_tx(struct netdev *dev, struct batch *in)
{
	struct virtio_net *v = container_of(dev, struct virtio_net, dev);
	uint32_t n = 0;

	if (v->broken)
		return ERR_PEER;
	v->thread = in->thread;
	virtio_net_reap(v);
	if (v->broken)
		return ERR_PEER;
	for (; n < in->count && v->tx_nfree > 0; n++) {
		if (in->packet[n]->length == 0 ||
		    in->packet[n]->length >
		        v->dev.mtu + 0u + ETHERNET + VLAN_TAG) {
			v->stats.tx_dropped++;
			packet_kill(in->thread, in->packet[n]);
			continue;
		}
		virtio_net_send(v, in->packet[n]);
	}
	if (virtio_push(v->device, QUEUE_TX, &v->tx))
		v->stats.wakeups_out++;
	if (n > 0) {
		os_stage(OS_STAGE_FRAME);
		in->count -= n;
		memmove(in->packet, in->packet + n,
		    in->count * sizeof(in->packet[0]));
	}
	return (int)n;
}

static void
virtio_net_tx_start(struct virtio_net *v)
{
	uint16_t slot;

	for (slot = 0; slot < v->tx.size / 2; slot++) {
		v->tx.desc[2 * slot] = (struct vring_desc){
			.address = (uintptr_t)no_header,
			.length = v->header,
			.flags = VRING_NEXT,
			.next = (uint16_t)(2 * slot + 1),
		};
		v->tx_free[v->tx_nfree++] = slot;
	}
}

/* ---- events ---- */

static bool
virtio_net_arm(struct netdev *dev, unsigned int what)
{
	struct virtio_net *v = container_of(dev, struct virtio_net, dev);
	uint16_t flying;
	bool now;

	if (v->broken)
		return true;
	if (what == NETDEV_RX) {
		now = v->posted == 0 || vring_arm(&v->rx, 1);
	} else {
		/* Once a good part is free again, not for every frame. */
		flying = (uint16_t)(v->tx.size / 2 - v->tx_nfree);
		now = flying <= v->tx.size / 4 ||
		      vring_arm(&v->tx, (uint16_t)(flying / 4 + 1));
	}
	if (!now)
		v->armed |= what;
	return now;
}

/* On the port's thread, inside os_wait(). */
static void
virtio_net_ready(struct waiter_source *s)
{
	struct virtio_net *v = container_of(s, struct virtio_net, source);
	unsigned int what, fired = v->fired;

	v->fired = 0;
	for (what = NETDEV_RX; what <= NETDEV_TX; what++)
		if ((fired & what) != 0 && v->dev.ready[what] != NULL)
			v->dev.ready[what](v->dev.ready_arg[what], what);
}

bool
virtio_net_poll(void)
{
	bool any = false;

	list_each(node, &open_ports)
	{
		struct virtio_net *v =
		    container_of(node, struct virtio_net, node);
		unsigned int come = 0;

		if ((v->armed & NETDEV_RX) != 0 && vring_waiting(&v->rx))
			come |= NETDEV_RX;
		if ((v->armed & NETDEV_TX) != 0 && vring_waiting(&v->tx))
			come |= NETDEV_TX;
		if (come == 0)
			continue;
		v->stats.wakeups_in++;
		v->armed &= ~come;
		v->fired |= come;
		waiter_post(&v->source);
		any = true;
	}
	return any;
}

/* ---- opening, closing ---- */

static void
virtio_net_stats(struct netdev *dev, struct netdev_stats *s)
{
	*s = container_of(dev, struct virtio_net, dev)->stats;
}

static void
virtio_net_free(struct virtio_net *v)
{
	uint16_t i;

	list_remove(&v->node);
	waiter_cancel(&v->source);
	virtio_reset(v->device);
	for (i = 0; i < VRING_MAX; i++)
		if (v->rx_packet[i] != NULL)
			packet_kill(v->thread, v->rx_packet[i]);
	for (i = 0; i < VRING_MAX / 2; i++)
		if (v->tx_packet[i] != NULL)
			packet_kill(v->thread, v->tx_packet[i]);
	vring_fini(&v->rx);
	vring_fini(&v->tx);
	free(v);
}

static void
virtio_net_close(struct netdev *dev)
{
	struct virtio_net *v = container_of(dev, struct virtio_net, dev);

	if (--v->opens == 0)
		virtio_net_free(v);
}

static const struct netdev_ops virtio_net_ops = {
	.rx = virtio_net_rx,
	.tx = virtio_net_tx,
	.arm = virtio_net_arm,
	.stats = virtio_net_stats,
	.close = virtio_net_close,
};

/* Without that field the link is always up (5.1.4.2). */
static bool
virtio_net_link(struct virtio_device *d)
{
	return (d->features & F_STATUS) == 0 ||
	       (d->transport->config(d, CONFIG_STATUS, 2) & LINK_UP) != 0;
}

/* What the device says of itself; an address of our own if it has none. */
static void
virtio_net_config(struct virtio_net *v)
{
	struct virtio_device *d = v->device;
	const struct virtio_transport *t = d->transport;
	unsigned int i;

	os_random(v->dev.mac, sizeof(v->dev.mac));
	v->dev.mac[0] = (uint8_t)((v->dev.mac[0] & ~1u) | 2);
	for (i = 0; (d->features & F_MAC) != 0 && i < 6; i++)
		v->dev.mac[i] = (uint8_t)t->config(d, CONFIG_MAC + i, 1);
	v->dev.mtu = 1500;
	if ((d->features & F_MTU) != 0)
		v->dev.mtu = (uint16_t)t->config(d, CONFIG_MTU, 2);
	if (v->dev.mtu > MTU_MAX) {
		console_printf("%s: mtu %u: %d is as much as we can\n", d->name,
		    v->dev.mtu, MTU_MAX);
		v->dev.mtu = MTU_MAX;
	}
	v->dev.link = virtio_net_link(d);
}

/* Descriptors that our memory has packets for. */
static uint16_t
virtio_net_slots(void)
{
	struct pages_stats p;
	uint16_t n = VRING_MAX;

	pages_stats(&p);
	while (n > SLOTS_MIN && n / 2 > p.free / MEMORY_SHARE)
		n /= 2;
	return n;
}

static int
virtio_net_connect(struct virtio_net *v, struct diag *why)
{
	struct virtio_device *d = v->device;
	uint16_t slots = virtio_net_slots();
	int err = virtio_negotiate(d, F_MAC | F_STATUS | F_MTU, why);

	if (err != 0)
		return err;
	v->header =
	    (d->features & VIRTIO_F_VERSION_1) != 0 ? HEADER : HEADER_LEGACY;
	virtio_net_config(v);
	err = virtio_queue(d, QUEUE_RX, slots, &v->rx, why);
	if (err == 0)
		err = virtio_queue(d, QUEUE_TX, slots, &v->tx, why);
	if (err != 0)
		return err;
	virtio_net_tx_start(v);
	virtio_ready(d);
	return 0;
}

static struct virtio_net *
virtio_net_find(const struct virtio_device *d)
{
	list_each(node, &open_ports)
	{
		struct virtio_net *v =
		    container_of(node, struct virtio_net, node);

		if (v->device == d)
			return v;
	}
	return NULL;
}

static int
virtio_net_new(struct virtio_device *d, unsigned int number,
    const struct os_port_request *req, struct virtio_net **out,
    struct diag *why)
{
	struct virtio_net *v = calloc(1, sizeof(*v));
	int err;

	if (v == NULL)
		return diag(why, ERR_NOMEM, "port %u: no memory", number);
	v->dev.ops = &virtio_net_ops;
	v->device = d;
	v->number = number;
	v->opens = 1;
	v->owner = req->owner;
	(void)str_copy(req->owner_name, v->owner_name, sizeof(v->owner_name));
	waiter_source_init(&v->source, req->waiter, virtio_net_ready);
	list_append(&open_ports, &v->node);
	err = virtio_net_connect(v, why);
	if (err != 0) {
		virtio_net_free(v);
		return err;
	}
	*out = v;
	return 0;
}

void
virtio_net_changed(struct virtio_device *d)
{
	struct virtio_net *v = virtio_net_find(d);
	bool before = v != NULL && v->dev.link;
	int64_t now = os_steady_ns();

	if (v == NULL || v->broken)
		return;
	netdev_set_link(&v->dev, &v->stats, virtio_net_link(d));
	if (v->dev.link == before ||
	    (v->said_ns != 0 && now < v->said_ns + SAY_NS))
		return;
	v->said_ns = now;
	console_printf("port %u (%s): link is %s\n", v->number, d->name,
	    v->dev.link ? "up" : "down");
}

int
virtio_net_open(struct virtio_device *d, unsigned int number,
    const struct os_port_request *req, struct netdev **dev, struct diag *why)
{
	struct virtio_net *v = virtio_net_find(d);
	int err;

	if (v == NULL) {
		err = virtio_net_new(d, number, req, &v, why);
		if (err != 0)
			return err;
	} else if (v->owner != req->owner) {
		return diag(why, ERR_BUSY, "port %u: held by %s", number,
		    v->owner_name);
	} else {
		v->opens++;
	}
	*dev = &v->dev;
	return 0;
}
