/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rewriter_state.c -- the flows of rewriters, to another process or another
 * configuration (click/state.h): each rewriter tells those that its own inputs
 * have made, also where several share a set.
 */
#include "elements/ip/flowset.h"
#include "elements/ip/rwtcp.h"

/* A flow's numbers of sequence changes: found again by its first key. */
struct rewriter_seq {
	struct flow_key key;
	struct rwtcp_seq seq;
};

/* A rewriter's kinds count from 0 on the way, for sets are numbered anew. */
static const struct state_field flow_fields[] = {
	STATE_RAW(struct rewriter_flow, key[0].src),
	STATE_RAW(struct rewriter_flow, key[0].dst),
	STATE_RAW(struct rewriter_flow, key[0].sport),
	STATE_RAW(struct rewriter_flow, key[0].dport),
	STATE_UP_TO(struct rewriter_flow, key[0].kind, REWRITER_KINDS - 1),
	STATE_RAW(struct rewriter_flow, key[1].src),
	STATE_RAW(struct rewriter_flow, key[1].dst),
	STATE_RAW(struct rewriter_flow, key[1].sport),
	STATE_RAW(struct rewriter_flow, key[1].dport),
	STATE_UP_TO(struct rewriter_flow, key[1].kind, REWRITER_KINDS - 1),
	STATE_RAW(struct rewriter_flow, link.user),
	STATE_AGE_MS(struct rewriter_flow, last_ms),
	STATE_RAW(struct rewriter_flow, ip_delta),
	STATE_RAW(struct rewriter_flow, l4_delta),
	STATE_RAW(struct rewriter_flow, out[0]),
	STATE_RAW(struct rewriter_flow, out[1]),
	STATE_RAW(struct rewriter_flow, proto),
	STATE_UP_TO(struct rewriter_flow, track, TRACKS - 1),
	STATE_RAW(struct rewriter_flow, tflags),
	STATE_RAW(struct rewriter_flow, reply_anno),
};

static const struct state_field seq_fields[] = {
	STATE_RAW(struct rewriter_seq, key.src),
	STATE_RAW(struct rewriter_seq, key.dst),
	STATE_RAW(struct rewriter_seq, key.sport),
	STATE_RAW(struct rewriter_seq, key.dport),
	STATE_UP_TO(struct rewriter_seq, key.kind, REWRITER_KINDS - 1),
	STATE_RAW(struct rewriter_seq, seq.change),
	STATE_UP_TO(struct rewriter_seq, seq.n[0], RWTCP_CHANGES),
	STATE_UP_TO(struct rewriter_seq, seq.n[1], RWTCP_CHANGES),
	STATE_RAW(struct rewriter_seq, seq.base),
};

/* The next flow of rw's own at *at or after it; its record, 0: none. */
static uint32_t
rewriter_next(const struct rewriter *rw, uint64_t *at)
{
	uint32_t n;

	for (; (n = flowtable_next_at(&rw->set->table, at)) != 0; ++*at) {
		const struct rewriter_flow *f = flowset_flow(rw->set, n);

		if (rw->set->inputs.v[f->link.user]->owner == rw)
			return n;
	}
	return 0;
}

static const void *
rewriter_next_flow(const struct state_call *c, uint64_t *at, void *room)
{
	const struct rewriter *rw = element_state(c->e);
	struct rewriter_flow *f = room;
	uint32_t n = rewriter_next(rw, at);

	if (n == 0)
		return NULL;
	*f = *flowset_flow(rw->set, n);
	f->link.user = rw->set->inputs.v[f->link.user]->number;
	for (unsigned int i = 0; i < 2; i++)
		f->key[i].kind -= rw->kind;
	return f;
}

static const void *
rewriter_next_seq(const struct state_call *c, uint64_t *at, void *room)
{
	const struct rewriter *rw = element_state(c->e);
	struct rewriter_seq *s = room;
	const struct rewriter_flow *f;
	uint32_t n;

	do {
		n = rewriter_next(rw, at);
		if (n == 0)
			return NULL;
		f = flowset_flow(rw->set, n);
		*at += f->seq == 0;
	} while (f->seq == 0);
	s->key = f->key[0];
	s->key.kind -= rw->kind;
	s->seq = *rw->set->seqs.v[f->seq - 1];
	return s;
}

/* A flow as it came, its keys the set's again, if it can be one of rw's. */
static const char *
rewriter_flow_fault(const struct rewriter *rw, const struct rewriter_flow *f)
{
	if (f->link.user >= rw->ninputs)
		return "it is of an input that is not there";
	if (f->out[0] >= rw->e->nout || f->out[1] >= rw->e->nout)
		return "it is for an output that is not there";
	if (flowtable_find(&rw->set->table, &f->key[0]) != 0 ||
	    flowtable_find(&rw->set->table, &f->key[1]) != 0)
		return "the same comes twice";
	if (rw->set->capacity >= 0 &&
	    rw->set->table.count >= (uint32_t)rw->set->capacity)
		return "there are more than CAPACITY";
	return NULL;
}

/*
 * Whether f's input would make it again, were it new: the configuration may be
 * another.  What a mapper would say today is not known.
 */
static bool
rewriter_makes(const struct rewriter *rw, const struct rewriter_flow *f)
{
	const struct rewriter_input *in = &rw->inputs[f->link.user];
	struct flow_key was, to, reply;

	rw->ops->reply(&f->key[1], &was); /* a reply's reply, but for kind */
	switch (in->kind) {
	case INPUT_DROP:
	case INPUT_NOCHANGE:
		return false;
	case INPUT_KEEP:
		to = f->key[0];
		break;
	case INPUT_PATTERN:
		if (!rw_pattern_remap(in->pattern, &f->key[0], &was, &to))
			return false;
		break;
	case INPUT_MAPPER:
		return true;
	}
	if (rw->ops->accept != NULL && !rw->ops->accept(&f->key[0], &to))
		return false;
	rw->ops->reply(&to, &reply);
	return flow_key_equal(&reply, &f->key[1]);
}

/* Where rw sends a flow of a configuration before it. */
static void
rewriter_redirect(const struct rewriter *rw, struct rewriter_flow *f)
{
	const struct rewriter_input *in;

	if (f->link.user >= rw->ninputs)
		return;
	in = &rw->inputs[f->link.user];
	if (in->kind != INPUT_KEEP && in->kind != INPUT_PATTERN)
		return;
	f->out[0] = (uint16_t)in->out[0];
	f->out[1] = (uint16_t)in->out[1];
}

static int
rewriter_take_flow(const struct state_call *c, const void *what)
{
	struct rewriter *rw = element_state(c->e);
	struct rewriter_flow flow = *(const struct rewriter_flow *)what, *f;
	const char *fault;
	uint32_t record;

	for (unsigned int i = 0; i < 2; i++)
		flow.key[i].kind += rw->kind;
	if (c->swapping)
		rewriter_redirect(rw, &flow);
	fault = rewriter_flow_fault(rw, &flow);
	if (fault == NULL && c->swapping && !rewriter_makes(rw, &flow))
		fault = "its input does not make such flows any more";
	if (fault != NULL)
		return state_refuse_item(c, fault);
	flow.link.user = rw->inputs[flow.link.user].slot;
	record = flowtable_new(&rw->set->table);
	if (record == 0)
		return ERR_NOMEM;
	f = flowset_flow(rw->set, record);
	*f = flow;
	if (flowset_enter(rw->set, record, c->now_ms) != 0) {
		flowtable_delete(&rw->set->table, record);
		return ERR_NOMEM;
	}
	return 0;
}

static int
rewriter_take_seq(const struct state_call *c, const void *what)
{
	struct rewriter *rw = element_state(c->e);
	const struct rewriter_seq *s = what;
	struct flow_key key = s->key;
	struct rewriter_flow *f;
	uint32_t ref;

	key.kind += rw->kind;
	ref = flowtable_find(&rw->set->table, &key);
	if (ref == 0)
		return state_refuse_item(c, "it is of no flow");
	f = flowset_flow(rw->set, flow_ref_record(ref));
	if (f->seq != 0)
		return state_refuse_item(c, "the same comes twice");
	return rwtcp_restore(rw->set, f, &s->seq);
}

static const struct state_item rewriter_items[] = {
	{ .what = "flow",
	    STATE_FIELDS(flow_fields),
	    .size = sizeof(struct rewriter_flow),
	    .next = rewriter_next_flow,
	    .take = rewriter_take_flow },
	{ .what = "sequence numbers",
	    STATE_FIELDS(seq_fields),
	    .size = sizeof(struct rewriter_seq),
	    .next = rewriter_next_seq,
	    .take = rewriter_take_seq },
};

const struct state_class rewriter_state = { 1, STATE_ITEMS(rewriter_items) };
