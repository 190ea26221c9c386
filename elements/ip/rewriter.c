/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rewriter.c -- the flows of rewriters: made, aged, ended.  Arguments and
 * handlers are in rewriter_conf.c.
 */
#include "elements/ip/rewriter.h"

#include "elements/ip/flowset.h"
#include "elements/ip/rwtcp.h"

/* ---- age ---- */

static bool
rewriter_later(uint32_t a_ms, uint32_t b_ms)
{
	return (int32_t)(a_ms - b_ms) > 0;
}

static const struct rewriter_times *
rewriter_flow_times(const struct flowset *set, const struct rewriter_flow *f)
{
	return &set->inputs.v[f->link.user]->owner->times[f->track];
}

uint32_t
rewriter_timeout(const struct flowset *set, const struct rewriter_flow *f)
{
	const struct rewriter_times *times = rewriter_flow_times(set, f);

	if (f->track == TRACK_UDP && f->tflags > UDP_PACKETS)
		return times->busy_ms;
	if (f->track == TRACK_TCP) {
		if ((f->tflags & TCP_DONE_BOTH) == TCP_DONE_BOTH)
			return times->done_ms;
		if ((f->tflags & TCP_DATA_BOTH) == TCP_DATA_BOTH)
			return times->busy_ms;
	}
	return times->idle_ms;
}

static bool
flowset_guaranteed(
    const struct flowset *set, const struct rewriter_flow *f, uint32_t now_ms)
{
	uint32_t guarantee_ms = rewriter_flow_times(set, f)->guarantee_ms;

	return guarantee_ms != 0 &&
	       rewriter_later(f->last_ms + guarantee_ms, now_ms);
}

/* Puts a flow that is in no wheel into the right one. */
static void
flowset_enqueue(struct flowset *set, uint32_t record, uint32_t now_ms)
{
	struct rewriter_flow *f = flowset_flow(set, record);

	if (flowset_guaranteed(set, f, now_ms))
		flow_wheel_add(&set->wheels[WHEEL_GUARANTEE], record,
		    f->last_ms + rewriter_flow_times(set, f)->guarantee_ms);
	else
		flow_wheel_add(&set->wheels[WHEEL_EFFORT], record,
		    f->last_ms + rewriter_timeout(set, f));
}

static void
flowset_dequeue(struct flowset *set, uint32_t record)
{
	const struct rewriter_flow *f = flowset_flow(set, record);

	flow_wheel_remove(&set->wheels[flow_wheel_number(&f->link)], record);
}

void
rewriter_hasten(struct flowset *set, uint32_t record)
{
	struct rewriter_flow *f = flowset_flow(set, record);

	if (flow_wheel_number(&f->link) == WHEEL_EFFORT)
		flow_wheel_move(&set->wheels[WHEEL_EFFORT], record,
		    f->last_ms + rewriter_timeout(set, f));
}

void
flowset_end(struct flowset *set, uint32_t record)
{
	struct rewriter_flow *f = flowset_flow(set, record);

	set->inputs.v[f->link.user]->count--;
	rwtcp_end(set, f);
	flowset_dequeue(set, record);
	flowtable_remove(&set->table, record, 0);
	flowtable_remove(&set->table, record, 1);
	flowtable_delete(&set->table, record);
}

/* Puts a flow where it belongs by now; true if it has expired instead. */
static bool
flowset_settle(struct flowset *set, uint32_t record, uint32_t now_ms)
{
	struct rewriter_flow *f = flowset_flow(set, record);
	uint32_t expiry_ms = f->last_ms + rewriter_timeout(set, f);

	if (flow_wheel_number(&f->link) == WHEEL_EFFORT &&
	    !rewriter_later(expiry_ms, now_ms))
		return true;
	flowset_dequeue(set, record);
	flowset_enqueue(set, record, now_ms);
	return false;
}

/*
 * Looks at flows of one wheel that have reached their time, budget at most:
 * guarantees run out, best effort flows end.
 */
static void
flowset_look_due(struct flowset *set, enum flowset_wheel wheel, uint32_t now_ms,
    unsigned int *budget)
{
	struct flow_wheel *w = &set->wheels[wheel];
	uint32_t n;

	for (; *budget > 0 && (n = flow_wheel_due(w, now_ms)) != 0; --*budget)
		if (flowset_settle(set, n, now_ms))
			flowset_end(set, n);
}

/* The same with those that do within this very tick. */
static void
flowset_look_now(struct flowset *set, enum flowset_wheel wheel, uint32_t now_ms,
    unsigned int *budget)
{
	struct flow_wheel *w = &set->wheels[wheel];
	uint32_t n, next, last = 0;

	flowset_look_due(set, wheel, now_ms, budget);
	for (n = flow_wheel_now(w, &last); *budget > 0 && n != 0; n = next) {
		next = flow_wheel_after(w, n, last);
		if (flowset_settle(set, n, now_ms))
			flowset_end(set, n);
		--*budget;
	}
}

bool
flowset_reap(struct flowset *set, uint32_t now_ms, unsigned int budget)
{
	flowset_look_now(set, WHEEL_GUARANTEE, now_ms, &budget);
	flowset_look_now(set, WHEEL_EFFORT, now_ms, &budget);
	return budget == 0;
}

struct flowset_look {
	struct flowset *set;
	uint32_t now_ms;
};

/* Only best effort flows may go; one that turns out guaranteed moves over. */
static bool
flowset_look_effort(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	struct flowset_look *l = arg;
	struct rewriter_flow *f = flowset_flow(l->set, record);

	if (flowset_guaranteed(l->set, f, l->now_ms)) {
		flowset_dequeue(l->set, record);
		flowset_enqueue(l->set, record, l->now_ms);
		return false;
	}
	*expiry_ms = f->last_ms + rewriter_timeout(l->set, f);
	return true;
}

static bool
flowset_look_guaranteed(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	struct flowset_look *l = arg;
	struct rewriter_flow *f = flowset_flow(l->set, record);

	*expiry_ms = f->last_ms + rewriter_flow_times(l->set, f)->guarantee_ms;
	return true;
}

/* Ends the best effort flow that expires first; 0: there is none. */
static uint32_t
flowset_end_first(struct flowset *set, uint32_t now_ms)
{
	struct flowset_look look = { set, now_ms };
	unsigned int budget = FLOW_PICK_STALE;
	uint32_t n;

	flowset_look_due(set, WHEEL_GUARANTEE, now_ms, &budget);
	n = flow_wheel_pick(
	    &set->wheels[WHEEL_EFFORT], flowset_look_effort, &look);
	if (n == 0 && budget > 0) {
		flowset_look_now(set, WHEEL_GUARANTEE, now_ms, &budget);
		n = flow_wheel_pick(
		    &set->wheels[WHEEL_EFFORT], flowset_look_effort, &look);
	}
	if (n != 0)
		flowset_end(set, n);
	return n;
}

void
flowset_shrink(struct flowset *set, uint32_t now_ms, int32_t capacity)
{
	struct flowset_look look = { set, now_ms };
	uint32_t n;

	while (set->table.count > 0 && (int64_t)set->table.count > capacity) {
		if (flowset_end_first(set, now_ms) != 0)
			continue;
		n = flow_wheel_pick(&set->wheels[WHEEL_GUARANTEE],
		    flowset_look_guaranteed, &look);
		if (n != 0)
			flowset_end(set, n);
	}
}

/* ---- new flows ---- */

static bool
rewriter_is_free(void *arg, const struct flow_key *to)
{
	const struct rewriter *rw = arg;
	struct flow_key reply;

	rw->ops->reply(to, &reply);
	return flowtable_find(&rw->set->table, &reply) == 0;
}

int
rewriter_map_pattern(struct rewriter_input *in, struct rw_pattern *p,
    const int32_t out[2], struct thread *t, const struct flow_key *from,
    struct flow_key *to)
{
	if (!rw_pattern_map(p, &t->rand, from, to, rewriter_is_free, in->owner))
		return REWRITE_DROP;
	in->out[0] = out[0];
	in->out[1] = out[1];
	return REWRITE_ADD;
}

int
rewriter_map(struct rewriter_input *in, struct thread *t,
    const struct flow_key *from, struct flow_key *to)
{
	int result = REWRITE_DROP;

	switch (in->kind) {
	case INPUT_DROP:
		return REWRITE_DROP;
	case INPUT_NOCHANGE:
		return in->out[0];
	case INPUT_KEEP:
		*to = *from;
		return REWRITE_ADD;
	case INPUT_PATTERN:
		result =
		    rewriter_map_pattern(in, in->pattern, in->out, t, from, to);
		break;
	case INPUT_MAPPER:
		result = in->mapper->map(in->mapper, in, t, from, to);
		break;
	}
	if (result == REWRITE_DROP)
		in->failures++;
	return result;
}

/* The change of checksums when from becomes to, as csum_update16() has it. */
static void
rewriter_deltas(struct rewriter_flow *f, const struct flow_key *from,
    const struct flow_key *to)
{
	uint16_t old[6], new_[6], delta = 0;

	memcpy(old, from, sizeof(old));
	memcpy(new_, to, sizeof(new_));
	for (unsigned int i = 0; i < 4; i++)
		delta = csum_update16(delta, old[i], new_[i]);
	f->ip_delta = delta;
	for (unsigned int i = 4; i < 6; i++)
		delta = csum_update16(delta, old[i], new_[i]);
	f->l4_delta = delta;
}

int
flowset_enter(struct flowset *set, uint32_t record, uint32_t now_ms)
{
	struct rewriter_flow *f = flowset_flow(set, record);
	int err;

	/* A flow that is its own reply is found as the reply. */
	if (!flow_key_equal(&f->key[0], &f->key[1])) {
		err = flowtable_insert(&set->table, record, 0);
		if (err != 0)
			return err;
	}
	err = flowtable_insert(&set->table, record, 1);
	if (err != 0) {
		flowtable_remove(&set->table, record, 0);
		return err;
	}
	flowset_enqueue(set, record, now_ms);
	set->inputs.v[f->link.user]->count++;
	return 0;
}

uint32_t
rewriter_add(struct rewriter_input *in, uint8_t proto,
    const struct flow_key *from, const struct flow_key *to, uint32_t now_ms)
{
	struct rewriter *rw = in->owner;
	struct flowset *set = rw->set;
	struct flow_key changed = *to;
	struct rewriter_flow *f;
	uint32_t record, old;

	if (rw->ops->accept != NULL && !rw->ops->accept(from, &changed))
		return 0;
	if (in->out[0] < 0 || in->out[0] >= rw->e->nout || in->out[1] < 0 ||
	    in->out[1] >= rw->e->nout)
		return 0;
	record = flowtable_new(&set->table);
	if (record == 0)
		return 0;
	f = flowset_flow(set, record);
	f->key[0] = *from;
	rw->ops->reply(&changed, &f->key[1]);
	f->link.user = in->slot;
	f->last_ms = now_ms;
	f->out[0] = (uint16_t)in->out[0];
	f->out[1] = (uint16_t)in->out[1];
	f->proto = proto;
	rewriter_deltas(f, from, &changed);
	if (rw->ops->start != NULL)
		rw->ops->start(rw, f);
	/* It displaces who has its reply key. */
	old = flow_ref_record(flowtable_find(&set->table, &f->key[1]));
	if (old != 0)
		flowset_end(set, old);
	if (flowset_enter(set, record, now_ms) != 0) {
		flowtable_delete(&set->table, record);
		return 0;
	}
	if (unlikely((int64_t)set->table.count > set->capacity)) {
		uint32_t ended = flowset_end_first(set, now_ms);

		if (ended == 0)
			flowset_end(set, record);
		if (ended == 0 || ended == record) {
			in->failures++;
			return 0;
		}
	}
	return record << 1;
}

uint32_t
rewriter_miss(struct rewriter_input *in, struct thread *t, struct packet *p,
    const struct flow_key *key, uint32_t now_ms, int *port)
{
	struct rewriter *rw = in->owner;
	struct flow_key to;
	uint32_t ref = 0;
	int result;

	if (rw->ops->may_start != NULL && !rw->ops->may_start(rw, key)) {
		*port = rewriter_other(in);
		return 0;
	}
	result = rewriter_map(in, t, key, &to);
	if (result == REWRITE_ADD)
		ref = rewriter_add(in, packet_ip4(p)->proto, key, &to, now_ms);
	if (ref != 0 && rw->has_reply_anno)
		flowset_flow(rw->set, flow_ref_record(ref))->reply_anno =
		    anno_u8(p, rw->reply_anno);
	*port = result >= 0 ? result : PACKET_DROP;
	return ref;
}

uint32_t
rewriter_get(struct rewriter *rw, struct thread *t, uint8_t proto,
    const struct flow_key *id, bool reply, int input)
{
	struct flowset *set = rw->set;
	struct flow_key key, to;
	uint32_t ref;

	if (!rw->ops->key(rw, proto, id, reply, &key))
		return 0;
	ref = flowtable_find(&set->table, &key);
	if (ref == 0 && rw->ops->key2 != NULL && rw->ops->key2(rw, id, &to))
		ref = flowtable_find(&set->table, &to);
	if (ref != 0) {
		const struct rewriter_flow *f =
		    flowset_flow(set, flow_ref_record(ref));

		return f->proto == 0 || proto == 0 || f->proto == proto ? ref
		                                                        : 0;
	}
	if (input < 0 || (uint32_t)input >= rw->ninputs ||
	    rewriter_map(&rw->inputs[input], t, &key, &to) != REWRITE_ADD)
		return 0;
	return rewriter_add(
	    &rw->inputs[input], proto, &key, &to, rewriter_now(t));
}
