/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_mem.c -- mem:[SLOTS]: a port in memory, with buffers of its own.
 *
 * What is sent into it comes out of it again, as from a cable plugged into
 * itself.  Its frames lie in a region that the packet pool knows nothing of:
 * received packets borrow their buffer from it (packet_new_foreign) and give
 * it back when they die, on whatever thread; what is sent is copied in.  So
 * every element that it feeds meets foreign packets, which is what it is for.
 */
#include <stdlib.h>

#include "base/atomic.h"
#include "host/port.h"

enum {
	MEM_SLOTS = 512,
	MEM_SLOTS_MAX = 65536,
	MEM_SLOT = 2048,
	MEM_HEADROOM = PACKET_HEADROOM,
};

struct mem_slot {
	struct foreign_buffer foreign;
	struct mem_region *region;
	struct mem_slot *next; /* while it is free or waits */
	uint32_t length;
	int64_t stamp_ns;
};

/* Outlives the port while packets hold slots of it. */
struct mem_region {
	struct spinlock lock;
	uint32_t nslots, out; /* slots that packets hold */
	bool closed;
	struct mem_slot *free;
	struct mem_slot *first, **last; /* frames that wait */
	struct mem_slot *slots;
	uint8_t *bytes;
};

struct mem_port {
	struct host_port port;
	struct mem_region *region;
	bool armed[3];
};

static void
mem_region_free(struct mem_region *r)
{
	os_buffers_free(r->bytes, (size_t)r->nslots * MEM_SLOT);
	free(r->slots);
	free(r);
}

static uint8_t *
mem_slot_bytes(const struct mem_slot *s)
{
	return s->region->bytes + (size_t)(s - s->region->slots) * MEM_SLOT;
}

static void
mem_slot_release(struct foreign_buffer *f)
{
	struct mem_slot *s = container_of(f, struct mem_slot, foreign);
	struct mem_region *r = s->region;
	bool last;

	spin_lock(&r->lock);
	s->next = r->free;
	r->free = s;
	r->out--;
	last = r->closed && r->out == 0;
	spin_unlock(&r->lock);
	if (last)
		mem_region_free(r);
}

static struct mem_region *
mem_region_new(uint32_t nslots)
{
	struct mem_region *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->nslots = nslots;
	r->slots = calloc(nslots, sizeof(*r->slots));
	r->bytes = os_buffers_alloc((size_t)nslots * MEM_SLOT);
	r->last = &r->first;
	if (r->slots == NULL || r->bytes == NULL) {
		mem_region_free(r);
		return NULL;
	}
	for (uint32_t i = nslots; i-- > 0;) {
		r->slots[i].foreign.release = mem_slot_release;
		r->slots[i].region = r;
		r->slots[i].next = r->free;
		r->free = &r->slots[i];
	}
	return r;
}

/* Takes the first waiting frame; it counts as held from here on. */
static struct mem_slot *
mem_take(struct mem_region *r)
{
	struct mem_slot *s;

	spin_lock(&r->lock);
	s = r->first;
	if (s != NULL) {
		r->first = s->next;
		if (r->first == NULL)
			r->last = &r->first;
		r->out++;
	}
	spin_unlock(&r->lock);
	return s;
}

static int
mem_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct mem_port *m = container_of(dev, struct mem_port, port.dev);
	unsigned int n = 0;

	while (n < max) {
		struct mem_slot *s = mem_take(m->region);
		struct packet *p;

		if (s == NULL)
			break;
		p = packet_new_foreign(out->thread, &s->foreign,
		    mem_slot_bytes(s), MEM_SLOT, MEM_HEADROOM, s->length);
		if (p == NULL) {
			m->port.stats.rx_dropped++;
			mem_slot_release(&s->foreign);
			continue;
		}
		p->timestamp_ns = s->stamp_ns;
		packet_set_mac(p, p->data);
		m->port.stats.rx_packets++;
		m->port.stats.rx_bytes += p->length;
		batch_add(out, p);
		n++;
	}
	if (n > 0 && m->armed[NETDEV_TX]) {
		m->armed[NETDEV_TX] = false;
		port_ready(&m->port, NETDEV_TX);
	}
	return (int)n;
}

/* Puts one frame at the end; false: no slot is free. */
static bool
mem_put(struct mem_region *r, const struct packet *p)
{
	struct mem_slot *s;

	spin_lock(&r->lock);
	s = r->free;
	if (s != NULL)
		r->free = s->next;
	spin_unlock(&r->lock);
	if (s == NULL)
		return false;
	memcpy(mem_slot_bytes(s) + MEM_HEADROOM, p->data, p->length);
	s->length = p->length;
	s->stamp_ns = p->timestamp_ns;
	s->next = NULL;
	spin_lock(&r->lock);
	*r->last = s;
	r->last = &s->next;
	spin_unlock(&r->lock);
	return true;
}

static int
mem_tx(struct netdev *dev, struct batch *in)
{
	struct mem_port *m = container_of(dev, struct mem_port, port.dev);
	unsigned int n = 0;

	for (; n < in->count; n++) {
		struct packet *p = in->packet[n];

		if (p->length > MEM_SLOT - MEM_HEADROOM) {
			m->port.stats.tx_dropped++;
		} else if (mem_put(m->region, p)) {
			m->port.stats.tx_packets++;
			m->port.stats.tx_bytes += p->length;
			m->port.stats.copies++;
		} else {
			break;
		}
		packet_kill(in->thread, p);
	}
	port_taken(in, n);
	if (n > 0 && m->armed[NETDEV_RX]) {
		m->armed[NETDEV_RX] = false;
		port_ready(&m->port, NETDEV_RX);
	}
	return (int)n;
}

static bool
mem_arm(struct netdev *dev, unsigned int what)
{
	struct mem_port *m = container_of(dev, struct mem_port, port.dev);
	struct mem_region *r = m->region;
	bool now;

	spin_lock(&r->lock);
	/* Nobody says when a packet dies that holds a slot: keep looking. */
	now = what == NETDEV_RX ? r->first != NULL
	                        : r->free != NULL || r->out > 0;
	m->armed[what] = !now;
	spin_unlock(&r->lock);
	return now;
}

static const struct netdev_ops mem_ops = {
	.rx = mem_rx,
	.tx = mem_tx,
	.arm = mem_arm,
	.stats = port_stats,
	.close = port_close,
};

static int
mem_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct mem_port *m = container_of(port, struct mem_port, port);
	uint32_t nslots = 0;

	(void)req;
	for (size_t i = 0; i < args.n; i++) {
		if (!char_digit(args.s[i]) || nslots > MEM_SLOTS_MAX)
			return diag(why, ERR_INVAL,
			    "mem:%.*s: not a number of slots", STR_ARG(args));
		nslots = nslots * 10 + (uint32_t)(args.s[i] - '0');
	}
	if (args.n == 0)
		nslots = MEM_SLOTS;
	if (nslots == 0 || nslots > MEM_SLOTS_MAX)
		return diag(
		    why, ERR_INVAL, "mem: 1 to %d slots", MEM_SLOTS_MAX);
	m->region = mem_region_new(nslots);
	if (m->region == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	port->dev.ops = &mem_ops;
	return 0;
}

static void
mem_close(struct host_port *port)
{
	struct mem_region *r =
	    container_of(port, struct mem_port, port)->region;
	bool last;

	spin_lock(&r->lock);
	r->closed = true;
	last = r->out == 0;
	spin_unlock(&r->lock);
	if (last)
		mem_region_free(r);
}

const struct port_kind port_mem = {
	.name = "mem",
	.usage = "[SLOTS]",
	.size = sizeof(struct mem_port),
	.open = mem_open,
	.close = mem_close,
};
