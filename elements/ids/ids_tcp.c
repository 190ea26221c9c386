/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ids_tcp.c -- what TCP says, in order, for the IDS element; see ids.h.
 *
 * What an end host would not take must not move what we think it has: RSTs
 * count only at the next or last sequence number seen (RFC 5961, 3), a SYN
 * within a connection only when the other end has agreed to it, and a hole is
 * given up only when the receiver has acknowledged data behind it.
 */
#include <stdlib.h>

#include "elements/ids/ids.h"

/* ---- bytes ---- */

static size_t
ids_pending_bytes(const struct ids *self)
{
	return rule_set_words(&self->set) * sizeof(uint64_t);
}

/* Most chunks leave no rule waiting: only then is there memory for them. */
static void
ids_side_keep_pending(struct ids *self, struct ids_packet *pk,
    struct ids_side *s, const uint64_t *pending)
{
	size_t bytes = ids_pending_bytes(self);

	if (!pk->matches.waiting && s->pending != NULL) {
		free(s->pending);
		s->pending = NULL;
		self->stream_bytes -= bytes;
	} else if (pk->matches.waiting && s->pending == NULL) {
		if (ids_flows_make_room(self, pk->record, bytes))
			s->pending = malloc(bytes);
		if (s->pending == NULL) {
			self->count[IDS_LOST]++;
			return;
		}
		memcpy(s->pending, pending, bytes);
		self->stream_bytes += bytes;
	}
}

/* Shows rules what side has said from sequence number old on. */
static void
ids_side_show(
    struct ids *self, struct ids_packet *pk, unsigned int which, uint32_t old)
{
	struct ids_side *s = &pk->flow->side[which];
	struct rule_view v = pk->view;
	uint32_t from = s->stream.base;

	if (s->stream.next == old)
		return;
	if (old - from > self->limits.history)
		from = old - self->limits.history;
	if (pk->flow->spoke != which)
		s->message = old;
	pk->flow->spoke = (uint8_t)which;
	v.data = tcp_stream_at(&s->stream, from);
	v.n = s->stream.next - from;
	v.fresh = old - from;
	v.message = (int32_t)(s->message - from);
	if (which != pk->which) {
		uint8_t way = SNORT_TO_SERVER | SNORT_TO_CLIENT;

		v.flow ^= way;
		v.dsize = v.n - v.fresh;
	}
	v.pending = s->pending;
	if (v.pending == NULL) {
		v.pending =
		    pk->scratch + 2 * (size_t)rule_set_words(&self->set);
		memset(v.pending, 0, ids_pending_bytes(self));
	}
	pk->matches.waiting = false;
	rule_set_match_contents(&self->set, &v, pk->scratch, &pk->matches);
	ids_side_keep_pending(self, pk, s, v.pending);
}

/* Data that no stream can take is looked at by itself. */
static void
ids_show_alone(struct ids *self, struct ids_packet *pk)
{
	self->count[IDS_LOST]++;
	rule_set_match_contents(
	    &self->set, &pk->view, pk->scratch, &pk->matches);
}

/* Adds n bytes, no more than the window, and shows what comes of it. */
static void
ids_side_add(struct ids *self, struct ids_packet *pk, uint32_t seq,
    const uint8_t *data, uint32_t n)
{
	struct ids_side *s = &pk->flow->side[pk->which];
	uint32_t before = tcp_stream_bytes(&s->stream), old = 0;
	unsigned int result;

	/* At most twice what there is, and what comes. */
	if (!ids_flows_make_room(self, pk->record, before + n)) {
		ids_show_alone(self, pk);
		return;
	}
	result = tcp_stream_add(&s->stream, &self->limits, seq, data, n, &old);
	self->stream_bytes += tcp_stream_bytes(&s->stream) - before;
	self->count[IDS_OLD] += (result & TCP_STREAM_OLD) != 0;
	self->count[IDS_DIFFERS] += (result & TCP_STREAM_DIFFERS) != 0;
	if ((result & TCP_STREAM_NEW) != 0)
		ids_side_show(self, pk, pk->which, old);
	if ((result & (TCP_STREAM_BEYOND | TCP_STREAM_FULL)) != 0)
		ids_show_alone(self, pk);
}

/*
 * The other end has acknowledged data behind a hole of ours: it has what we
 * have missed.
 */
static void
ids_side_acked(struct ids *self, struct ids_packet *pk, uint32_t ack)
{
	struct ids_side *o = &pk->flow->side[!pk->which];
	struct tcp_stream *st = &o->stream;
	uint32_t old;

	while (st->nislands > 0 && (int32_t)(ack - st->islands[0].from) > 0 &&
	       tcp_stream_skip(st, st->islands[0].from, &old)) {
		self->count[IDS_GAPS]++;
		o->message = old;
		ids_side_show(self, pk, !pk->which, old);
	}
}

/* ---- TCP ---- */

static void
ids_side_start(struct ids_side *s, uint32_t seq)
{
	tcp_stream_start(&s->stream, seq);
	s->message = seq;
	s->started = true;
}

/* A SYN, or one that answers it. */
static void
ids_tcp_syn(struct ids *self, struct ids_packet *pk, uint32_t next,
    uint32_t ack, bool answer)
{
	struct ids_flow *f = pk->flow;
	struct ids_side *s = &f->side[pk->which], *o = &f->side[!pk->which];

	if (answer && (f->state & IDS_RESYN) != 0 && ack == f->resyn &&
	    f->resyn_side != pk->which) {
		ids_flow_clear(self, f);
		ids_side_start(o, ack);
		f->client = !pk->which;
	}
	if ((f->state & IDS_CLOSED) != 0)
		ids_flow_clear(self, f);
	if (!s->started) {
		ids_side_start(s, next);
		if (!o->started) {
			f->client = answer ? !pk->which : (uint8_t)pk->which;
			if (answer)
				ids_side_start(o, ack);
		}
		f->spoke = f->client;
		f->state |= IDS_FLOW_OPEN;
	} else if (!answer && s->stream.next != next) {
		f->state |= IDS_RESYN;
		f->resyn = next;
		f->resyn_side = (uint8_t)pk->which;
	}
}

/* A segment of a connection whose beginning was not seen. */
static void
ids_tcp_midstream(struct ids_packet *pk, uint32_t seq, uint32_t ack)
{
	struct ids_flow *f = pk->flow;
	struct ids_side *s = &f->side[pk->which], *o = &f->side[!pk->which];

	if (!s->started && !o->started) {
		/* Servers have the lower ports. */
		f->client =
		    pk->view.sport < pk->view.dport ? !pk->which : pk->which;
		f->spoke = !pk->which;
	}
	if (!s->started)
		ids_side_start(s, seq);
	if (!o->started)
		ids_side_start(o, ack);
	f->state |= IDS_FLOW_OPEN;
}

static void
ids_tcp_reset(struct ids *self, struct ids_packet *pk, uint32_t seq)
{
	const struct tcp_stream *s = &pk->flow->side[pk->which].stream;
	uint32_t top =
	    s->nislands > 0 ? s->islands[s->nislands - 1].to : s->next;

	if (!pk->flow->side[pk->which].started || seq == s->next ||
	    seq == top) {
		ids_flow_clear(self, pk->flow);
		ids_flow_state(self, pk, IDS_CLOSED);
	}
}

static void
ids_tcp_fin(struct ids *self, struct ids_packet *pk)
{
	struct ids_flow *f = pk->flow;

	for (int i = 0; i < 2; i++)
		if (!f->side[i].fin_seen ||
		    (int32_t)(f->side[i].stream.next - f->side[i].fin) < 0)
			return;
	ids_flow_clear(self, f);
	ids_flow_state(self, pk, IDS_CLOSED);
}

void
ids_tcp_segment(struct ids *self, struct ids_packet *pk, const struct tcp *tcp,
    const uint8_t *data, uint32_t n)
{
	struct ids_flow *f = pk->flow;
	struct ids_side *s = &f->side[pk->which];
	uint32_t seq = get_be32(tcp->seq), ack = get_be32(tcp->ack);
	bool has_ack = (tcp->flags & TCP_ACK) != 0;

	if ((tcp->flags & TCP_RST) != 0) {
		ids_tcp_reset(self, pk, seq);
		return;
	}
	if ((tcp->flags & TCP_SYN) != 0) {
		ids_tcp_syn(self, pk, ++seq, ack, has_ack);
	} else if (has_ack) {
		if ((f->state & IDS_CLOSED) != 0 && n == 0)
			return;
		if (!s->started || !f->side[!pk->which].started)
			ids_tcp_midstream(pk, seq, ack);
		f->state |= IDS_ESTABLISHED;
		ids_side_acked(self, pk, ack);
	}
	pk->view.flow = ids_flow_bits(pk);
	/* Data with a SYN may come again; without an ACK no host takes it. */
	if (!has_ack || (tcp->flags & TCP_SYN) != 0) {
		if (n > 0)
			ids_show_alone(self, pk);
		return;
	}
	for (uint32_t piece; n > 0; data += piece, seq += piece, n -= piece) {
		piece = n < self->limits.window ? n : self->limits.window;
		ids_side_add(self, pk, seq, data, piece);
	}
	if ((tcp->flags & TCP_FIN) != 0 && !s->fin_seen) {
		s->fin_seen = true;
		s->fin = seq;
	}
	ids_tcp_fin(self, pk);
}
