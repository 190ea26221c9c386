/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_rx.c -- receiving.  Each page is granted once and posted again as
 * soon as its bytes are copied into a packet: no grant operation a packet, and
 * a packet that stays in a queue holds no slot.  Backends answer in order.
 */
#include <string.h>

#include "click/batch.h"
#include "minios/arch.h"
#include "minios/pages.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/netfront.h"
#include "xen/netif.h"
#include "xen/offload.h"

enum { MEMORY_SHARE = 16 };

/* One part of a frame, read from the ring and checked. */
struct part {
	const uint8_t *data;
	uint32_t length;
};

struct frame {
	struct part part[NETIF_SLOTS_MAX];
	unsigned int parts, slots; /* slots: with those of extra infos */
	uint32_t length;
	bool csum_blank;
	bool failed; /* the backend gave up on it, or it cannot be used */
};

int
netfront_rx_alloc(struct netfront *f)
{
	struct pages_stats p;
	unsigned int want;

	pages_stats(&p);
	want = p.free / MEMORY_SHARE > NETFRONT_SLOTS
	           ? NETFRONT_SLOTS
	           : (unsigned int)(p.free / MEMORY_SHARE);
	if (want < NETFRONT_RX_MIN)
		want = NETFRONT_RX_MIN;
	for (f->rx_buffers = 0; f->rx_buffers < want; f->rx_buffers++) {
		f->rx_buffer[f->rx_buffers] = pages_alloc(1);
		if (f->rx_buffer[f->rx_buffers] == NULL) {
			netfront_rx_free(f);
			return ERR_NOMEM;
		}
	}
	return 0;
}

void
netfront_rx_free(struct netfront *f)
{
	while (f->rx_buffers > 0) {
		f->rx_buffers--;
		if (f->rx_buffer[f->rx_buffers] != NULL)
			pages_free(f->rx_buffer[f->rx_buffers]);
	}
}

static void
netfront_rx_post(struct netfront *f, uint16_t buffer)
{
	uint32_t index = f->rx.req_prod++;
	struct netif_rx *slot = xen_ring_slot(&f->rx, index);

	f->rx_posted[index % NETFRONT_SLOTS] = buffer;
	*slot = (struct netif_rx){
		.id = (uint16_t)(index % NETFRONT_SLOTS),
		.ref = f->rx_ref[buffer],
	};
}

int
netfront_rx_start(struct netfront *f)
{
	unsigned int i;
	int err;

	xen_ring_init(&f->rx, f->rx_page, sizeof(struct netif_rx));
	for (i = 0; i < f->rx_buffers; i++) {
		err =
		    grant_page(f->domid, f->rx_buffer[i], false, &f->rx_ref[i]);
		if (err != 0)
			goto end_grants;
		netfront_rx_post(f, (uint16_t)i);
	}
	xen_ring_push(&f->rx);
	return 0;

end_grants:
	while (i-- > 0)
		grant_end(f->rx_ref[i]);
	return err;
}

/* A page that the backend still has mapped is lost to us. */
void
netfront_rx_stop(struct netfront *f)
{
	unsigned int i;

	for (i = 0; i < f->rx_buffers; i++) {
		if (grant_end(f->rx_ref[i]))
			continue;
		f->rx_buffer[i] = f->rx_buffer[f->rx_buffers - 1];
		f->rx_ref[i] = f->rx_ref[f->rx_buffers - 1];
		f->rx_buffers--;
		i--;
	}
}

static int
netfront_rx_part(
    struct netfront *f, struct frame *frame, uint32_t index, uint16_t *flags)
{
	const struct netif_rx_done *slot = xen_ring_slot(&f->rx, index);
	struct netif_rx_done done;

	/* One copy, so that what was checked is what is used. */
	done.id = load_relaxed(&slot->id);
	done.offset = load_relaxed(&slot->offset);
	done.flags = load_relaxed(&slot->flags);
	done.status = load_relaxed(&slot->status);
	if (done.id != index % NETFRONT_SLOTS)
		return netfront_break(f, "rx: answer out of order");
	if (done.status > 0 && done.offset + done.status > PAGE_SIZE)
		return netfront_break(f, "rx: frame beyond its page");
	if (frame->parts == NETIF_SLOTS_MAX)
		return netfront_break(f, "rx: frame of too many parts");
	if (done.status < 0)
		frame->failed = true;
	else
		frame->part[frame->parts++] = (struct part){
			.data = (uint8_t *)f->rx_buffer
			            [f->rx_posted[index % NETFRONT_SLOTS]] +
			        done.offset,
			.length = (uint32_t)done.status,
		};
	frame->length += done.status > 0 ? (uint32_t)done.status : 0;
	*flags = done.flags;
	return 0;
}

/*
 * Gathers the frame at the ring's head out of the waiting answers.  1, 0 when
 * it is not complete yet, or ERR_PEER.  Nothing is consumed.
 */
static int
netfront_rx_frame(struct netfront *f, struct frame *frame, unsigned int waiting)
{
	const struct netif_extra *extra;
	uint32_t index = f->rx.rsp_cons, end = index + waiting;
	uint16_t flags = 0;
	bool first = true;
	uint8_t more;
	int err;

	*frame = (struct frame){ .parts = 0 };
	do {
		if (index == end)
			return 0;
		err = netfront_rx_part(f, frame, index++, &flags);
		if (err != 0)
			return err;
		if (first)
			frame->csum_blank = (flags & NETIF_RX_CSUM_BLANK) != 0;
		/*
		 * Infos that we never asked for, segmentation first of all:
		 * the frame is of no use.
		 */
		for (more = first && (flags & NETIF_RX_EXTRA) != 0; more != 0;
		     index++) {
			if (index == end)
				return 0;
			frame->failed = true;
			extra = xen_ring_slot(&f->rx, index);
			more = load_relaxed(&extra->flags) & NETIF_EXTRA_MORE;
		}
		first = false;
	} while ((flags & NETIF_RX_MORE) != 0);
	frame->slots = index - f->rx.rsp_cons;
	return 1;
}

uint8_t
netfront_type(const struct netfront *f, const uint8_t *to)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if ((to[0] & 1) == 0)
		return memcmp(to, f->dev.mac, 6) == 0 ? PACKET_HOST
		                                      : PACKET_OTHERHOST;
	return memcmp(to, all, 6) == 0 ? PACKET_BROADCAST : PACKET_MULTICAST;
}

static struct packet *
netfront_rx_copy(
    struct netfront *f, struct thread *t, const struct frame *frame)
{
	struct packet *p =
	    packet_new(t, PACKET_HEADROOM, NULL, frame->length, 0);
	uint8_t *to;
	unsigned int i;

	if (p == NULL)
		return NULL;
	to = p->data;
	for (i = 0; i < frame->parts; i++) {
		memcpy(to, frame->part[i].data, frame->part[i].length);
		to += frame->part[i].length;
	}
	if (frame->csum_blank)
		offload_checksum(p->data, p->length);
	p->type = netfront_type(f, p->data);
	packet_set_mac(p, p->data);
	return p;
}

static void
netfront_rx_deliver(
    struct netfront *f, const struct frame *frame, struct batch *out)
{
	struct packet *p;

	if (frame->failed || frame->length < 14) {
		f->stats.rx_errors++;
		return;
	}
	p = netfront_rx_copy(f, out->thread, frame);
	if (p == NULL) {
		f->stats.rx_dropped++;
		return;
	}
	f->stats.rx_packets++;
	f->stats.rx_bytes += frame->length;
	f->stats.copies++;
	batch_add(out, p);
}

/* Gives the frame's slots back. */
static void
netfront_rx_consume(struct netfront *f, const struct frame *frame)
{
	unsigned int i;
	uint32_t index = f->rx.rsp_cons;

	f->rx.rsp_cons += frame->slots;
	for (i = 0; i < frame->slots; i++, index++)
		netfront_rx_post(f, f->rx_posted[index % NETFRONT_SLOTS]);
}

void
netfront_stamp(struct batch *out, uint32_t from)
{
	int64_t now = out->count > from ? os_wall_ns() : 0;

	for (; from < out->count; from++)
		out->packet[from]->timestamp_ns = now;
}

int
netfront_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	uint32_t before = out->count;
	struct frame frame;
	int waiting;

	if (f->broken || !f->connected)
		return 0;
	f->thread = out->thread;
	if (f->announce && dev->link)
		netfront_announce(f, out->thread);
	/* A sender that has gone quiet does not do it. */
	if (netfront_tx_reap(f) != 0)
		return 0;
	waiting = xen_ring_waiting(&f->rx);
	if (waiting < 0)
		(void)netfront_break(f, "rx: index beyond the ring");
	while (waiting > 0 && out->count - before < max) {
		if (netfront_rx_frame(f, &frame, (unsigned int)waiting) <= 0)
			break; /* not whole yet, or nonsense */
		netfront_rx_deliver(f, &frame, out);
		netfront_rx_consume(f, &frame);
		waiting -= (int)frame.slots;
	}
	if (xen_ring_push(&f->rx)) {
		event_send(f->rx_port);
		f->stats.wakeups_out++;
	}
	netfront_stamp(out, before);
	return (int)(out->count - before);
}

bool
netfront_rx_arm(struct netfront *f)
{
	struct frame frame;
	int waiting;

	if (f->broken || !f->connected)
		return false;
	waiting = xen_ring_waiting(&f->rx);
	if (waiting < 0)
		return true;
	if (waiting > 0 &&
	    netfront_rx_frame(f, &frame, (unsigned int)waiting) != 0)
		return true;
	/* Beyond the parts of a frame that is not whole yet. */
	return xen_ring_arm(&f->rx, (uint32_t)waiting + 1);
}
