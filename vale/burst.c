/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * burst.c -- one burst of frames from a port to the others: prefetch, look up,
 * copy (port.h has the picture).
 */
#include "vale/ingress.h"

/* ---- sending to one port ---- */

/* The longest frame that p takes, with a tag. */
static uint32_t
longest_for(const struct vale_port *p)
{
	return (uint32_t)p->mtu + VALE_FRAME_MIN + VLAN_TAG;
}

static void
drop_tx(struct vale_slot *d, enum vale_drop why, unsigned int n)
{
	if (n > 0)
		count_add(&d->tx.drops[why], n);
}

static void
drop_rx(struct vale_slot *s, enum vale_drop why, unsigned int n)
{
	if (n > 0)
		count_add(&s->rx.drops[why], n);
}

/* Makes *f what d takes: offloads, MTU, tag, rate.  DROP_NONE or why not. */
static enum vale_drop
egress_one(struct vale_worker *w, struct vale_slot *d,
    const struct vale_settings *set, struct vale_frame **f, unsigned int i)
{
	const struct vale_port *p = d->port;
	bool gso = ((*f)->flags & (VALE_GSO_TCP4 | VALE_GSO_TCP6)) != 0;

	if (!gso && (*f)->total > longest_for(p))
		return DROP_MTU;
	if (((*f)->flags & VALE_CSUM_PARTIAL) != 0 &&
	    (p->features & VALE_F_CSUM) == 0 && !egress_checksum(*f))
		return DROP_OFFLOAD;
	if (set->tx_pps != 0 &&
	    !limit_take(&d->tx_pps, set->tx_pps, LIMIT_FRAMES, 1, w->now_ns))
		return DROP_TX_LIMIT;
	if (set->tx_bps != 0 && !limit_take(&d->tx_bps, (set->tx_bps + 7) / 8,
	                            VALE_FRAME_MAX, (*f)->total, w->now_ns))
		return DROP_TX_LIMIT;
	if (egress_tagged(set, *f)) {
		egress_tag(*f, &w->scratch->changed[i],
		    w->scratch->tagged[i] + HEAD_ROOM);
		*f = &w->scratch->changed[i];
	}
	return DROP_NONE;
}

/*
 * True when some frame of the burst may need a look or a change before d can
 * have it.
 */
static bool
egress_needed(const struct vale_worker *w, const struct vale_slot *d,
    const struct vale_settings *set)
{
	const uint16_t offloads =
	    VALE_CSUM_PARTIAL | VALE_GSO_TCP4 | VALE_GSO_TCP6;

	return w->scratch->longest > longest_for(d->port) ||
	       (w->scratch->flags & offloads) != 0 ||
	       set->vlan_mode == VLAN_TRUNK || (set->tx_pps | set->tx_bps) != 0;
}

/* Hands list, which d takes as it is, to the port. */
static void
put_locked(struct vale_worker *w, struct vale_slot *d, struct vale_frame **list,
    unsigned int n)
{
	uint64_t bytes = 0;
	int taken;

	if (n == 0)
		return;
	taken = d->port->ops->tx(d->port, list, n);
	if (unlikely(taken < 0)) {
		vale_slot_broken(d, taken);
		drop_tx(d, DROP_BROKEN, n);
		return;
	}
	for (int i = 0; i < taken; i++)
		bytes += list[i]->total;
	count_add(&d->tx.frames, (uint64_t)taken);
	count_add(&d->tx.bytes, bytes);
	drop_tx(d, DROP_FULL, n - (unsigned int)taken);
	d->port->ops->tx_end(d->port);
	if (d->port->ops->wake != NULL)
		vale_worker_dirty(w, d);
}

/* Cuts f for a port that cannot; every segment but the first is a copy. */
static void
put_segments(struct vale_worker *w, struct vale_slot *d,
    const struct vale_settings *set, const struct vale_frame *f)
{
	struct segmenter *s = &w->scratch->segmenter;
	struct vale_frame *list[SEGMENTS];
	unsigned int n, all = 0;

	if (!segment_begin(s, f)) {
		drop_tx(d, DROP_OFFLOAD, 1);
		return;
	}
	while ((n = segment_next(s)) > 0) {
		unsigned int kept = 0;

		all += n;
		for (unsigned int i = 0; i < n; i++) {
			enum vale_drop why;

			list[kept] = &s->segment[i];
			why = egress_one(w, d, set, &list[kept], i);
			if (why != DROP_NONE)
				drop_tx(d, why, 1);
			else
				kept++;
		}
		put_locked(w, d, list, kept);
	}
	w->scratch->segments += all - 1;
}

static bool
must_segment(const struct vale_slot *d, const struct vale_frame *f)
{
	return (f->flags & (VALE_GSO_TCP4 | VALE_GSO_TCP6)) != 0 &&
	       (d->port->features & VALE_F_GSO) == 0;
}

/* Sends list to d, which is locked, in order. */
static void
send_locked(struct vale_worker *w, struct vale_slot *d,
    struct vale_frame **list, unsigned int n)
{
	const struct vale_settings *set = load_acquire(&d->set);
	unsigned int kept = 0;

	if (egress_needed(w, d, set)) {
		for (unsigned int i = 0; i < n; i++) {
			enum vale_drop why = DROP_NONE;

			if (must_segment(d, list[i])) {
				put_locked(w, d, list, kept);
				kept = 0;
				put_segments(w, d, set, list[i]);
				continue;
			}
			why = egress_one(w, d, set, &list[i], i);
			if (why != DROP_NONE)
				drop_tx(d, why, 1);
			else
				list[kept++] = list[i];
		}
		n = kept;
	}
	put_locked(w, d, list, n);
}

/* Sends n frames to d; list is scratch afterwards. */
static void
send_to(struct vale_worker *w, struct vale_slot *d, struct vale_frame **list,
    unsigned int n)
{
	slot_lock(w, d);
	if (vale_slot_usable(d))
		send_locked(w, d, list, n);
	else
		drop_tx(d, DROP_DOWN, n);
	slot_unlock(w, d);
}

/* Another copy of n frames, for m. */
static void
send_mirror(struct vale_worker *w, struct vale_slot *s, struct vale_slot *m,
    struct vale_frame **list, unsigned int n)
{
	struct vale_frame *copy[VALE_BURST];

	for (unsigned int i = 0; i < n; i++) {
		list[i]->flags &= (uint16_t)~VALE_UNCHANGED;
		copy[i] = list[i];
	}
	count_add(&s->rx.copies, n);
	send_to(w, m, copy, n);
}

/* ---- from one port to which others ---- */

/* Sends part, which goes to d, there and where d is mirrored to. */
static void
deliver(struct vale_worker *w, struct vale_slot *s, struct vale_slot *d,
    struct vale_frame **part, unsigned int n)
{
	struct vale_slot *m = load_acquire(&d->mirror);

	if (unlikely(m != NULL) && m != load_acquire(&s->mirror) && m != s)
		send_mirror(w, s, m, part, n);
	send_to(w, d, part, n);
}

static bool
both_isolated(const struct vale_slot *s, const struct vale_slot *d)
{
	return load_acquire(&s->set)->isolated &&
	       load_acquire(&d->set)->isolated;
}

/* Those of part that may leave by d; returns how many. */
static unsigned int
members(const struct vale_worker *w, const struct vale_slot *d,
    struct vale_frame *const *part, unsigned int n, struct vale_frame **out)
{
	const struct vale_settings *set = load_acquire(&d->set);
	unsigned int kept = 0;

	if (likely(set->vlan_mode == VLAN_OFF && w->scratch->vlans == 0)) {
		memcpy(out, part, n * sizeof(*out));
		return n;
	}

	for (unsigned int i = 0; i < n; i++)
		if (settings_member(set, part[i]->vlan & VLAN_VID))
			out[kept++] = part[i];
	return kept;
}

static void
forward_unicast(struct vale_worker *w, struct vale_slot *s, struct vale_slot *d,
    struct vale_frame **part, unsigned int n)
{
	struct vale_frame *in[VALE_BURST];
	unsigned int kept;

	if (d == NULL) {
		drop_rx(s, DROP_NOWHERE, n);
	} else if (d == s) {
		drop_rx(s, DROP_SELF, n);
	} else if (unlikely(both_isolated(s, d))) {
		drop_rx(s, DROP_ISOLATED, n);
	} else {
		kept = members(w, d, part, n, in);
		drop_rx(s, DROP_FOREIGN, n - kept);
		store_relaxed(&s->guess, d);
		if (kept > 0)
			deliver(w, s, d, in, kept);
	}
}

/* Those of part that s may still flood. */
static unsigned int
flood_limited(struct vale_worker *w, struct vale_slot *s,
    struct vale_frame **part, unsigned int n)
{
	uint64_t rate = load_acquire(&s->set)->flood_pps;
	unsigned int kept = 0;

	if (rate == 0)
		return n;
	for (unsigned int i = 0; i < n; i++)
		if (limit_take(&s->flood_pps, rate, LIMIT_FRAMES, 1, w->now_ns))
			part[kept++] = part[i];
	drop_rx(s, DROP_FLOOD, n - kept);
	return kept;
}

static void
forward_flood(struct vale_worker *w, struct vale_slot *s,
    const struct vale_table *table, struct vale_frame **part, unsigned int n)
{
	struct vale_frame *in[VALE_BURST];
	uint64_t sent = 0;
	unsigned int nowhere = 0;

	n = flood_limited(w, s, part, n);
	for (unsigned int i = 0; i < n; i++) {
		part[i]->flags &= (uint16_t)~VALE_UNCHANGED;
		part[i]->to = 0; /* destinations so far */
	}
	for (uint32_t k = 0; k < table->n && n > 0; k++) {
		struct vale_slot *d = load_acquire(&table->slot[k]);
		unsigned int kept;

		if (d == NULL || d == s || both_isolated(s, d))
			continue;
		kept = members(w, d, part, n, in);
		for (unsigned int i = 0; i < kept; i++)
			in[i]->to++;
		sent += kept;
		if (kept > 0)
			deliver(w, s, d, in, kept);
	}
	for (unsigned int i = 0; i < n; i++)
		nowhere += part[i]->to == 0;
	drop_rx(s, DROP_NOWHERE, nowhere);
	count_add(&s->rx.copies, sent - (n - nowhere));
}

static void
forward_part(struct vale_worker *w, struct vale_slot *s, uint32_t to,
    struct vale_frame **part, unsigned int n)
{
	const struct vale_table *table = load_acquire(&s->sw->table);

	if (to == VALE_TO_ALL)
		forward_flood(w, s, table, part, n);
	else
		forward_unicast(w, s,
		    to < table->n ? load_acquire(&table->slot[to]) : NULL, part,
		    n);
}

/* Looks up n frames and sends them, port by port, in order for each. */
static void
forward(struct vale_worker *w, struct vale_slot *s, struct vale_frame **list,
    unsigned int n)
{
	struct vale_forward_state *fn = load_acquire(&s->sw->forward);
	struct vale_slot *m = load_acquire(&s->mirror);

	if (unlikely(m != NULL) && m != s)
		send_mirror(w, s, m, list, n);
	fn->forward->look(fn, s->number, list, n, w->now_ns);
	while (n > 0) {
		struct vale_frame **part = w->scratch->part;
		uint32_t to = list[0]->to;
		unsigned int k = 0, left = 0;

		for (unsigned int i = 0; i < n; i++) {
			if (list[i]->to == to)
				part[k++] = list[i];
			else
				list[left++] = list[i];
		}
		n = left;
		forward_part(w, s, to, part, k);
	}
}

/* ---- from the port ---- */

/* Gives every frame a head and drops what may not pass; returns the rest. */
static unsigned int
take_in(struct vale_worker *w, struct vale_slot *s, unsigned int n)
{
	const struct vale_settings *set = load_acquire(&s->set);
	struct vale_scratch *sc = w->scratch;
	bool deep = load_acquire(&s->sw->forward)->forward->deep;
	uint32_t want = set->plain && !deep ? VALE_HEAD / 2 : VALE_HEAD;
	unsigned int kept = 0;
	uint64_t bytes = 0;

	sc->longest = 0;
	sc->flags = sc->vlans = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct vale_frame *f = &sc->frame[i];
		enum vale_drop why = DROP_NONE;

		bytes += f->total;
		f->vlan = 0;
		f->flags |= VALE_UNCHANGED;
		if (unlikely(f->total < VALE_FRAME_MIN ||
		             f->total > VALE_FRAME_MAX)) {
			drop_rx(s, DROP_LENGTH, 1);
			continue;
		}
		if (f->head == NULL)
			frame_take_head(s->port, f, sc->head[i] + HEAD_ROOM,
			    f->flags & VALE_CSUM_PARTIAL ? VALE_HEAD : want);
		if (!set->plain)
			why = ingress_check(s, set, f, w->now_ns);
		if (unlikely(why != DROP_NONE)) {
			drop_rx(s, why, 1);
			continue;
		}
		sc->list[kept++] = f;
		sc->flags |= f->flags;
		sc->vlans |= f->vlan;
		if (sc->longest < f->total)
			sc->longest = f->total;
	}
	count_add(&s->rx.frames, n);
	count_add(&s->rx.bytes, bytes);
	return kept;
}

static void
prefetch_frames(const struct vale_worker *w, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (w->scratch->frame[i].head == NULL)
			prefetch_read(w->scratch->frame[i].data);
}

/*
 * Asks for the buffers that the frames of s will probably be copied to: as
 * many as last time, where they went last time.  It is done first of all, so
 * that these lines come while others are waited for.
 */
static void
prefetch_target(const struct vale_worker *w, struct vale_slot *s)
{
	struct vale_slot *d = load_relaxed(&s->guess);

	if (d == NULL || s->last == 0 || d->port->ops->prefetch == NULL)
		return;
	slot_lock(w, d);
	if (vale_slot_usable(d))
		d->port->ops->prefetch(d->port, s->last);
	slot_unlock(w, d);
}

int
vale_burst(struct vale_worker *w, struct vale_slot *s)
{
	struct vale_port *p = s->port;
	unsigned int kept;
	int n;

	prefetch_target(w, s);
	n = p->ops->rx(p, w->scratch->frame, VALE_BURST);
	s->last = n > 0 ? (unsigned int)n : 0;
	if (n <= 0) {
		if (n < 0)
			vale_slot_broken(s, n);
		return n;
	}
	prefetch_frames(w, (unsigned int)n);
	kept = take_in(w, s, (unsigned int)n);
	w->scratch->segments = 0;
	if (kept > 0)
		forward(w, s, w->scratch->list, kept);
	if (w->scratch->segments > 0)
		count_add(&s->rx.copies, w->scratch->segments);
	p->ops->rx_done(p, w->scratch->frame, (unsigned int)n);
	s->rx_dirty = p->ops->wake != NULL;
	return n;
}
