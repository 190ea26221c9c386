/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_xen_vif.c -- a vif by the standard protocol (xen/io/netif.h): what
 * Linux' xen-netback does, for guests that know nothing of us.
 *
 * Frames are copied by the hypervisor, a whole burst in one call: out of the
 * guest's pages into memory of our own (so nothing that the switch looks at
 * can change), and from there into the pages that the guest has posted.
 *
 * All that we know is in the two rings: a switch that is started again maps
 * them again and goes on behind the last answer.
 */
#include <stdlib.h>
#include <string.h>

#include "vale/count.h"
#include "vale/xen.h"
#include "xen/backring.h"
#include "xen/offload.h"

enum {
	PAGE = 4096,
	ARENA = 256 * 1024, /* of frames from the guest, one burst */
	STAGE = 64,         /* pages of frames for it, until they are copied */
	SLOTS = 256,        /* of a ring, at most */
	ALIGN = 64,
	OKAY = 0,
	NOTHING = 1, /* the answer to an extra info */
	ERROR = -1,
};

/* One request that was consumed, until it is answered. */
struct vif_answer {
	uint16_t id;
	int16_t status;
};

struct xen_vif_port {
	struct vale_port port;
	struct xen_vif *vif;
	const struct xenhost_ops *ops;
	struct xenhost *host;
	uint32_t domid, copy_batch;
	struct xenhost_events *events;
	int tx_event, rx_event;
	void *tx_page, *rx_page;

	/* the worker's: frames from the guest */
	struct xen_backring in CACHE_ALIGNED;
	uint32_t seen; /* requests known of */
	uint32_t nanswers, ncopies, used;
	struct vif_answer answer[SLOTS];
	struct xenhost_copy copy[SLOTS];
	uint16_t first[VALE_BURST + 1]; /* copies of each frame */
	uint8_t *arena;
	uint64_t wakes_in, rx_wakes, copies_in;

	/* under the port's lock: frames for it */
	struct xen_backring out CACHE_ALIGNED;
	uint32_t nstaged;
	struct netif_rx_done done[STAGE];
	struct xenhost_copy stage[STAGE];
	uint8_t *staging;
	bool one_event;
	uint64_t tx_wakes;
};

static struct xen_vif_port *
xvif_of(struct vale_port *p)
{
	return container_of(p, struct xen_vif_port, port);
}

/* In calls of copy_batch pieces; what fails has its status set. */
static void
xvif_copy(struct xen_vif_port *v, struct xenhost_copy *c, uint32_t n)
{
	uint32_t most = v->copy_batch > 0 ? v->copy_batch : n, now;

	for (; n > 0; n -= now, c += now) {
		now = n < most ? n : most;
		if (v->ops->copy(v->host, v->domid, c, now))
			continue;
		for (uint32_t i = 0; i < now; i++)
			c[i].status = ERROR;
	}
}

/* ---- frames from the guest ---- */

/* One frame's requests, read once. */
struct vif_frame {
	struct netif_tx part[NETIF_SLOTS_MAX];
	uint32_t parts, slots;
	bool extra; /* has infos that nobody asked for */
};

static void
xvif_answer(struct xen_vif_port *v, uint16_t id, int16_t status)
{
	v->answer[v->nanswers++] = (struct vif_answer){ id, status };
}

/*
 * Reads the frame at index, of which have slots wait: 1, 0 when it is not
 * whole yet, or ERR_PEER.
 */
static int
xvif_read(
    struct xen_vif_port *v, uint32_t index, uint32_t have, struct vif_frame *f)
{
	bool more = true, first = true;

	*f = (struct vif_frame){ .parts = 0 };
	while (more) {
		struct netif_tx *t = &f->part[f->parts];
		uint8_t extra;

		if (f->slots == have)
			return 0;
		if (f->parts == NETIF_SLOTS_MAX)
			return vale_port_broken(
			    &v->port, "tx ring: frame of too many slots");
		memcpy(t, xen_backring_slot(&v->in, index + f->slots++),
		    sizeof(*t));
		f->parts++;
		extra = first && (t->flags & NETIF_TX_EXTRA) != 0;
		first = false;
		while (extra != 0) {
			struct netif_extra e;

			if (f->slots == have)
				return 0;
			memcpy(&e,
			    xen_backring_slot(&v->in, index + f->slots++),
			    sizeof(e));
			f->extra = true;
			extra = e.flags & NETIF_EXTRA_MORE;
		}
		more = (t->flags & NETIF_TX_MORE) != 0;
	}
	return 1;
}

/* The first part's size is the whole frame's: makes it its own.  False: bad. */
static bool
xvif_sizes(struct vif_frame *f, uint32_t *total)
{
	uint32_t rest = 0;

	*total = f->part[0].size;
	for (uint32_t i = 1; i < f->parts; i++)
		rest += f->part[i].size;
	if (rest > *total)
		return false;
	f->part[0].size = (uint16_t)(*total - rest);
	for (uint32_t i = 0; i < f->parts; i++)
		if (f->part[i].offset + f->part[i].size > PAGE)
			return false;
	return true;
}

/* Answers for all of the frame's slots. */
static void
xvif_consume(struct xen_vif_port *v, const struct vif_frame *f, int16_t status)
{
	xvif_answer(v, f->part[0].id, status);
	for (uint32_t i = f->parts; i < f->slots; i++)
		xvif_answer(v, 0, NOTHING);
	for (uint32_t i = 1; i < f->parts; i++)
		xvif_answer(v, f->part[i].id, status);
	v->in.req_cons += f->slots;
}

/* Where the frame's bytes will be, and the copies that bring them. */
static void
xvif_gather(struct xen_vif_port *v, const struct vif_frame *f, uint32_t total,
    struct vale_frame *out)
{
	uint8_t *to = v->arena + v->used + VALE_HEADROOM;

	*out = (struct vale_frame){
		.head = to, .head_length = total, .total = total
	};
	if ((f->part[0].flags & NETIF_TX_DATA_VALIDATED) != 0)
		out->flags = VALE_CSUM_GOOD;
	v->used += (VALE_HEADROOM + total + ALIGN - 1) & ~(uint32_t)(ALIGN - 1);
	for (uint32_t i = 0; i < f->parts; i++) {
		if (f->part[i].size == 0)
			continue;
		v->copy[v->ncopies++] = (struct xenhost_copy){ .local = to,
			.ref = f->part[i].ref,
			.offset = f->part[i].offset,
			.length = f->part[i].size };
		to += f->part[i].size;
	}
}

/* Whether all pieces of frame i have come. */
static bool
xvif_came(const struct xen_vif_port *v, uint32_t i)
{
	for (uint32_t c = v->first[i]; c < v->first[i + 1]; c++)
		if (v->copy[c].status != 0)
			return false;
	return true;
}

static void
xvif_show_answers(struct xen_vif_port *v)
{
	for (uint32_t i = 0; i < v->nanswers; i++) {
		struct netif_tx_done d = { v->answer[i].id,
			v->answer[i].status };

		memcpy(
		    xen_backring_slot(&v->in, v->in.rsp_prod++), &d, sizeof(d));
	}
	v->nanswers = 0;
	xen_backring_show(&v->in);
}

/*
 * Fetches the bytes of the n frames gathered; those whose pages were not there
 * are shown as empty, and the switch drops and counts them.
 */
static void
xvif_fetch(
    struct xen_vif_port *v, struct vale_frame *f, uint32_t n, const bool *blank)
{
	xvif_copy(v, v->copy, v->ncopies);
	count_add(&v->copies_in, v->ncopies);
	for (uint32_t i = 0; i < n; i++) {
		if (!xvif_came(v, i))
			f[i].head_length = f[i].total = 0;
		else if (blank[i])
			offload_checksum(f[i].head, f[i].total);
	}
}

static int
xvif_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct xen_vif_port *v = xvif_of(p);
	int have = xen_backring_waiting(&v->in);
	bool blank[VALE_BURST];
	struct vif_frame fr;
	uint32_t n = 0, total;

	if (have < 0)
		return vale_port_broken(p, "tx ring: index out of range");
	v->ncopies = v->used = 0;
	while (n < max) {
		int whole = xvif_read(v, v->in.req_cons, (uint32_t)have, &fr);

		if (whole < 0)
			return whole;
		if (whole == 0)
			break;
		if (!xvif_sizes(&fr, &total))
			return vale_port_broken(
			    p, "tx ring: request makes no sense");
		if (v->used + total + VALE_HEADROOM + ALIGN > ARENA)
			break;
		have -= (int)fr.slots;
		if (fr.extra) {
			xvif_consume(v, &fr, ERROR);
			continue;
		}
		v->first[n] = (uint16_t)v->ncopies;
		blank[n] = (fr.part[0].flags & NETIF_TX_CSUM_BLANK) != 0;
		xvif_gather(v, &fr, total, &f[n]);
		v->first[++n] = (uint16_t)v->ncopies;
		xvif_consume(v, &fr, OKAY);
	}
	v->seen = v->in.req_cons + (uint32_t)have;
	if (n > 0)
		xvif_fetch(v, f, n, blank);
	else if (v->nanswers > 0)
		xvif_show_answers(v);
	return (int)n;
}

static void
xvif_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	(void)f;
	(void)n;
	xvif_show_answers(xvif_of(p));
}

/* ---- frames for the guest ---- */

/* Copies what is staged into the guest's pages, and answers. */
static void
xvif_flush(struct xen_vif_port *v)
{
	if (v->nstaged == 0)
		return;
	xvif_copy(v, v->stage, v->nstaged);
	for (uint32_t i = 0; i < v->nstaged; i++) {
		if (v->stage[i].status != 0)
			v->done[i].status = ERROR;
		memcpy(xen_backring_slot(&v->out, v->out.rsp_prod++),
		    &v->done[i], sizeof(v->done[i]));
	}
	v->nstaged = 0;
	xen_backring_show(&v->out);
}

/* One page of a frame: bytes from `from` on; n of them. */
static void
xvif_stage(struct xen_vif_port *v, const struct vale_frame *f, uint32_t from,
    uint32_t n)
{
	uint8_t *page = v->staging + (size_t)v->nstaged * PAGE;
	struct netif_rx r;
	uint16_t flags = 0;

	memcpy(&r, xen_backring_slot(&v->out, v->out.req_cons++), sizeof(r));
	vale_frame_copy_part(&v->port, page, f, from, n);
	if (from == 0 && (f->flags & VALE_CSUM_GOOD) != 0)
		flags |= NETIF_RX_DATA_VALIDATED;
	if (from + n < f->total)
		flags |= NETIF_RX_MORE;
	v->stage[v->nstaged] = (struct xenhost_copy){ .local = page,
		.ref = r.ref,
		.length = (uint16_t)n,
		.to_guest = true };
	v->done[v->nstaged++] = (struct netif_rx_done){
		.id = r.id, .flags = flags, .status = (int16_t)n
	};
}

static int
xvif_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct xen_vif_port *v = xvif_of(p);
	int have = xen_backring_waiting(&v->out);
	unsigned int i;

	if (have < 0)
		return vale_port_broken(p, "rx ring: index out of range");
	for (i = 0; i < n; i++) {
		uint32_t slots = (f[i]->total + PAGE - 1) / PAGE;

		if (slots > (uint32_t)have)
			break;
		if (v->nstaged + slots > STAGE)
			xvif_flush(v);
		for (uint32_t at = 0; at < f[i]->total; at += PAGE)
			xvif_stage(v, f[i], at,
			    f[i]->total - at < PAGE ? f[i]->total - at : PAGE);
		have -= (int)slots;
	}
	return (int)i;
}

static void
xvif_tx_end(struct vale_port *p)
{
	xvif_flush(xvif_of(p));
}

/* ---- sleeping and waking ---- */

static void
xvif_wake(struct vale_port *p, unsigned int what)
{
	struct xen_vif_port *v = xvif_of(p);
	struct xen_backring *r = what == VALE_RX ? &v->in : &v->out;
	uint32_t n = v->one_event ? r->shown - r->told : 1;

	if (!xen_backring_must_wake(r))
		return;
	count_add(what == VALE_RX ? &v->rx_wakes : &v->tx_wakes, n);
	while (n-- > 0)
		v->ops->notify(
		    v->events, what == VALE_RX ? v->tx_event : v->rx_event);
}

static bool
xvif_arm(struct vale_port *p)
{
	struct xen_vif_port *v = xvif_of(p);

	return xen_backring_arm(&v->in, v->seen);
}

static void
xvif_event(struct vale_port *p)
{
	struct xen_vif_port *v = xvif_of(p);

	while (v->ops->pending(v->events) >= 0)
		count_add(&v->wakes_in, 1);
}

static void
xvif_stats(struct vale_port *p, struct vale_port_stats *s)
{
	struct xen_vif_port *v = xvif_of(p);

	s->wakeups_in = load_relaxed(&v->wakes_in);
	s->wakeups_out =
	    load_relaxed(&v->rx_wakes) + load_relaxed(&v->tx_wakes);
}

static void
xvif_show(struct vale_port *p, struct strbuf *out)
{
	const struct xen_vif_port *v = xvif_of(p);

	sb_printf(out,
	    ", \"domain\": %u, \"vif\": %u, \"split\": %s, "
	    "\"grant_copies_in\": %llu",
	    v->domid, v->vif->handle,
	    v->tx_event != v->rx_event ? "true" : "false",
	    (unsigned long long)load_relaxed(&v->copies_in));
}

static const struct vale_port_ops xvif_ops = {
	.rx = xvif_rx,
	.rx_done = xvif_rx_done,
	.tx = xvif_tx,
	.tx_end = xvif_tx_end,
	.wake = xvif_wake,
	.arm = xvif_arm,
	.event = xvif_event,
	.stats = xvif_stats,
	.show = xvif_show,
};

/* ---- life ---- */

static int
xvif_bind(struct xen_vif_port *v, struct diag *why)
{
	const struct xen_vif *vif = v->vif;

	v->events = vale_xen_events(vif->xen, why);
	if (v->events == NULL)
		return ERR_IO;
	v->tx_event = v->ops->bind(v->events, v->domid, vif->tx_event);
	v->rx_event = vif->rx_event == vif->tx_event
	                  ? v->tx_event
	                  : v->ops->bind(v->events, v->domid, vif->rx_event);
	if (v->tx_event >= 0 && v->rx_event >= 0)
		return 0;
	v->ops->events_close(v->events);
	return diag(why, ERR_PEER, "event channels %u and %u: cannot be bound",
	    vif->tx_event, vif->rx_event);
}

static int
xvif_map(struct xen_vif_port *v, struct diag *why)
{
	const struct xen_vif *vif = v->vif;
	int err = 0;

	v->tx_page = v->ops->map(v->host, v->domid, &vif->tx_ref, 1);
	if (v->tx_page == NULL)
		return diag(
		    why, ERR_PEER, "tx-ring-ref %u: not granted", vif->tx_ref);
	v->rx_page = v->ops->map(v->host, v->domid, &vif->rx_ref, 1);
	if (v->rx_page == NULL) {
		err = diag(
		    why, ERR_PEER, "rx-ring-ref %u: not granted", vif->rx_ref);
		goto unmap_tx;
	}
	if (xen_backring_init(&v->in, v->tx_page, sizeof(struct netif_tx)) !=
	        0 ||
	    xen_backring_init(&v->out, v->rx_page, sizeof(struct netif_rx)) !=
	        0) {
		err = diag(why, ERR_PEER, "rings: indices make no sense");
		goto unmap_rx;
	}
	v->seen = v->in.req_cons;
	return 0;

unmap_rx:
	v->ops->unmap(v->host, v->rx_page, 1);
unmap_tx:
	v->ops->unmap(v->host, v->tx_page, 1);
	return err;
}

static void
xvif_unmap(struct xen_vif_port *v)
{
	v->ops->unmap(v->host, v->rx_page, 1);
	v->ops->unmap(v->host, v->tx_page, 1);
}

static int
xvif_memory(struct xen_vif_port *v, struct diag *why)
{
	v->arena = aligned_alloc(PAGE, ARENA);
	v->staging = aligned_alloc(PAGE, (size_t)STAGE * PAGE);
	if (v->arena != NULL && v->staging != NULL)
		return 0;
	free(v->arena);
	free(v->staging);
	return diag(why, ERR_NOMEM, "out of memory");
}

static int
xvif_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct xen_vif_port *v = xvif_of(p);
	struct xen_vif *vif = p->context;
	int err;

	(void)args;
	v->vif = vif;
	v->ops = vif->xen->ops;
	v->host = vif->xen->host;
	v->domid = vif->domid;
	v->copy_batch = vif->xen->options.copy_batch;
	v->one_event = vif->xen->options.one_event;
	err = xvif_memory(v, why);
	if (err != 0)
		return err;
	err = xvif_map(v, why);
	if (err != 0)
		goto free_memory;
	err = xvif_bind(v, why);
	if (err != 0)
		goto unmap;
	p->ops = &xvif_ops;
	p->mtu = 9000;
	p->fd = v->ops->events_fd(v->events);
	/* An earlier switch may have died with events owed. */
	v->ops->notify(v->events, v->tx_event);
	if (v->rx_event != v->tx_event)
		v->ops->notify(v->events, v->rx_event);
	return 0;

unmap:
	xvif_unmap(v);
free_memory:
	free(v->arena);
	free(v->staging);
	return err;
}

static void
xvif_close(struct vale_port *p)
{
	struct xen_vif_port *v = xvif_of(p);

	v->ops->events_close(v->events);
	xvif_unmap(v);
	free(v->arena);
	free(v->staging);
	xen_vif_closed(v->vif, p);
}

static bool
xvif_deserted(struct vale_port *p)
{
	return xen_vif_deserted(xvif_of(p)->vif);
}

const struct vale_kind vale_kind_xen_vif = {
	.name = "xen-vif",
	.usage = "",
	.size = sizeof(struct xen_vif_port),
	.open = xvif_open,
	.close = xvif_close,
	.deserted = xvif_deserted,
};
