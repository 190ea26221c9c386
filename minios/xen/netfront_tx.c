/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_tx.c -- sending.  A packet is granted where it lies, page by page,
 * and lives until the backend has answered every part: no copy.
 *
 * A request may have a page of its own, too, which is granted at its first use
 * and then stays so: frames of up to a page are copied there if they span pages
 * and the backend wants one slot a frame; with vif.persistent all are, and no
 * grant changes hands while packets flow.
 */
#include <string.h>

#include "click/batch.h"
#include "minios/arch.h"
#include "minios/pages.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/netfront.h"
#include "xen/netif.h"

void
netfront_tx_start(struct netfront *f)
{
	unsigned int i;

	xen_ring_init(&f->tx, f->tx_page, sizeof(struct netif_tx));
	for (i = 0; i < NETFRONT_SLOTS; i++)
		f->tx_slot[i] = (struct netfront_tx_slot){
			.first = (uint16_t)(i + 1),
		};
	f->tx_free = 0;
	f->tx_nfree = NETFRONT_SLOTS;
}

/*
 * Requests that may be made now.  Fewer than the ring has room for while frames
 * of several parts are answered in part: their first one's id is still theirs.
 */
static uint32_t
netfront_tx_room(const struct netfront *f)
{
	uint32_t room = xen_ring_room(&f->tx);

	return room < f->tx_nfree ? room : f->tx_nfree;
}

static uint16_t
netfront_tx_take(struct netfront *f)
{
	uint16_t id = f->tx_free;

	f->tx_free = f->tx_slot[id].first;
	f->tx_nfree--;
	f->tx_slot[id].state = NETFRONT_TX_FLYING;
	f->tx_slot[id].own = false;
	return id;
}

static void
netfront_tx_give(struct netfront *f, uint16_t id)
{
	f->tx_slot[id].state = NETFRONT_TX_FREE;
	f->tx_slot[id].first = f->tx_free;
	f->tx_free = id;
	f->tx_nfree++;
}

/*
 * One part is done.  A page still mapped by a backend that says it is done
 * stays granted and its packet is lost to us, but nothing else happens.
 */
static void
netfront_tx_finish(struct netfront *f, uint16_t id, bool ended)
{
	uint16_t first = f->tx_slot[id].first;
	struct netfront_tx_slot *head = &f->tx_slot[first];

	if (!ended)
		head->packet = NULL;
	if (id == first)
		head->state = NETFRONT_TX_DONE;
	else
		netfront_tx_give(f, id);
	if (--head->left > 0)
		return;
	if (head->packet != NULL)
		packet_kill(f->thread, head->packet);
	head->packet = NULL;
	netfront_tx_give(f, first);
}

/* False: the backend keeps the page.  One of our own stays granted. */
static bool
netfront_tx_end_grant(struct netfront *f, uint16_t id)
{
	return f->tx_slot[id].own || grant_end(f->tx_slot[id].ref);
}

/* Takes the answers that have come; ERR_PEER. */
int
netfront_tx_reap(struct netfront *f)
{
	const struct netif_tx_done *done;
	int waiting = xen_ring_waiting(&f->tx);
	uint16_t id;

	if (waiting < 0)
		return netfront_break(f, "tx: index beyond the ring");
	for (; waiting > 0; waiting--) {
		done = xen_ring_slot(&f->tx, f->tx.rsp_cons++);
		id = load_relaxed(&done->id);
		if (id >= NETFRONT_SLOTS ||
		    f->tx_slot[id].state != NETFRONT_TX_FLYING)
			return netfront_break(f, "tx: answer to no request");
		netfront_tx_finish(f, id, netfront_tx_end_grant(f, id));
	}
	return 0;
}

static unsigned int
netfront_tx_parts(const struct packet *p)
{
	uintptr_t first = (uintptr_t)p->data >> PAGE_SHIFT;
	uintptr_t last = ((uintptr_t)packet_end(p) - 1) >> PAGE_SHIFT;

	return (unsigned int)(last - first + 1);
}

/* Undoes the parts begun of a frame that cannot be sent whole. */
static void
netfront_tx_undo(struct netfront *f, const uint16_t *id, unsigned int count)
{
	while (count-- > 0) {
		grant_end(f->tx_slot[id[count]].ref);
		netfront_tx_give(f, id[count]);
	}
}

/* Grants the page of each part; ERR_NOMEM leaves nothing behind. */
static int
netfront_tx_grant(struct netfront *f, const struct packet *p, uint16_t *id,
    unsigned int parts)
{
	uintptr_t page = (uintptr_t)p->data & ~(uintptr_t)(PAGE_SIZE - 1);
	unsigned int i;

	for (i = 0; i < parts; i++, page += PAGE_SIZE) {
		id[i] = netfront_tx_take(f);
		if (grant_page(f->domid, (void *)page, true,
		        &f->tx_slot[id[i]].ref) != 0) {
			netfront_tx_give(f, id[i]);
			netfront_tx_undo(f, id, i);
			return ERR_NOMEM;
		}
		f->tx_slot[id[i]].first = id[0];
	}
	return 0;
}

static int
netfront_tx_put(struct netfront *f, struct packet *p, unsigned int parts)
{
	uint16_t id[NETIF_SLOTS_MAX] = { 0 };
	uint32_t at = 0, offset, n;
	unsigned int i;

	if (netfront_tx_grant(f, p, id, parts) != 0)
		return ERR_NOMEM;
	f->tx_slot[id[0]].packet = p;
	f->tx_slot[id[0]].left = (uint8_t)parts;
	for (i = 0; i < parts; i++, at += n) {
		struct netif_tx *slot = xen_ring_slot(&f->tx, f->tx.req_prod++);

		offset = (uintptr_t)(p->data + at) % PAGE_SIZE;
		n = PAGE_SIZE - offset;
		if (n > p->length - at)
			n = p->length - at;
		*slot = (struct netif_tx){
			.ref = f->tx_slot[id[i]].ref,
			.offset = (uint16_t)offset,
			.flags = i + 1 < parts ? NETIF_TX_MORE : 0,
			.id = id[i],
			/* The first slot tells the whole frame's size. */
			.size = (uint16_t)(i == 0 ? p->length : n),
		};
	}
	f->stats.tx_packets++;
	f->stats.tx_bytes += p->length;
	return 0;
}

/* The page of request id, granted now if it is not yet. */
static int
netfront_tx_own(struct netfront *f, uint16_t id)
{
	int err;

	if (f->tx_buffer[id] != NULL)
		return 0;
	f->tx_buffer[id] = pages_alloc(1);
	if (f->tx_buffer[id] == NULL)
		return ERR_NOMEM;
	err =
	    grant_page(f->domid, f->tx_buffer[id], true, &f->tx_buffer_ref[id]);
	if (err != 0) {
		pages_free(f->tx_buffer[id]);
		f->tx_buffer[id] = NULL;
	}
	return err;
}

/* Sends a copy of p and kills it; ERR_NOMEM: p stays. */
static int
netfront_tx_put_copy(struct netfront *f, struct thread *t, struct packet *p)
{
	uint16_t id = netfront_tx_take(f);
	struct netif_tx *slot;

	if (netfront_tx_own(f, id) != 0) {
		netfront_tx_give(f, id);
		return ERR_NOMEM;
	}
	memcpy(f->tx_buffer[id], p->data, p->length);
	f->tx_slot[id].own = true;
	f->tx_slot[id].first = id;
	f->tx_slot[id].left = 1;
	slot = xen_ring_slot(&f->tx, f->tx.req_prod++);
	*slot = (struct netif_tx){
		.ref = f->tx_buffer_ref[id],
		.id = id,
		.size = (uint16_t)p->length,
	};
	f->stats.tx_packets++;
	f->stats.tx_bytes += p->length;
	f->stats.copies++;
	packet_kill(t, p);
	return 0;
}

/*
 * 1 if p is ours now (sent, or dropped and counted), 0 if there is no room.
 */
static int
netfront_tx_one(struct netfront *f, struct thread *t, struct packet *p)
{
	unsigned int parts = netfront_tx_parts(p);
	bool fits = parts <= (f->sg ? NETIF_SLOTS_MAX : 1);

	if (p->length == 0 || p->length > UINT16_MAX)
		goto drop;
	if (netfront_tx_room(f) < (fits ? parts : 1))
		return 0;
	/* Without memory for another page: a grant for this frame. */
	if ((f->persistent || !fits) && p->length <= PAGE_SIZE &&
	    netfront_tx_put_copy(f, t, p) == 0)
		return 1;
	if (fits && netfront_tx_put(f, p, parts) == 0)
		return 1;
drop:
	f->stats.tx_dropped++;
	packet_kill(t, p);
	return 1;
}

/* Nobody listens: what is sent is lost, as on a cable without a far end. */
int
netfront_tx_lose(struct netfront *f, struct batch *in)
{
	int n = (int)in->count;

	f->stats.tx_dropped += in->count;
	batch_kill(in);
	in->count = 0;
	return n;
}

void
netfront_taken(struct batch *in, uint32_t n)
{
	if (n == 0)
		return;
	os_stage(OS_STAGE_FRAME);
	in->count -= n;
	memmove(in->packet, in->packet + n, in->count * sizeof(in->packet[0]));
}

int
netfront_tx(struct netdev *dev, struct batch *in)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	uint32_t n = 0;

	f->thread = in->thread;
	if (f->broken || !f->connected || netfront_tx_reap(f) != 0)
		return netfront_tx_lose(f, in);
	while (
	    n < in->count && netfront_tx_one(f, in->thread, in->packet[n]) != 0)
		n++;
	if (xen_ring_push(&f->tx)) {
		event_send(f->tx_port);
		f->stats.wakeups_out++;
	}
	netfront_taken(in, n);
	return (int)n;
}

bool
netfront_tx_arm(struct netfront *f)
{
	uint32_t flying;

	if (f->broken || !f->connected || netfront_tx_reap(f) != 0)
		return true;
	flying = f->tx.req_prod - f->tx.rsp_cons;
	if (flying <= NETFRONT_SLOTS / 2)
		return true;
	/* Woken once a good part is free again, not for every frame. */
	return xen_ring_arm(&f->tx, flying / 4 + 1);
}

/* The pages of requests; one that the backend keeps is given up. */
static void
netfront_tx_free_own(struct netfront *f)
{
	uint16_t id;

	for (id = 0; id < NETFRONT_SLOTS; id++) {
		if (f->tx_buffer[id] == NULL)
			continue;
		if (grant_end(f->tx_buffer_ref[id]))
			pages_free(f->tx_buffer[id]);
		f->tx_buffer[id] = NULL;
	}
}

void
netfront_tx_stop(struct netfront *f)
{
	uint16_t id;

	for (id = 0; id < NETFRONT_SLOTS; id++) {
		if (f->tx_slot[id].state != NETFRONT_TX_FLYING)
			continue;
		if (f->tx_slot[id].first == id)
			f->stats.tx_dropped++;
		netfront_tx_finish(f, id, netfront_tx_end_grant(f, id));
	}
	netfront_tx_free_own(f);
}
