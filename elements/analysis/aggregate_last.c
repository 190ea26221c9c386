/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateLast([NOTIFIER, STOP_AFTER_CLEAR bool]) -- passes the last packet
 * of each aggregate.
 *
 *   in 0       any packets
 *   out 0      the last packet of an aggregate, once it is known to be; extra
 *              packets, extra length and first timestamp annotations tell of
 *              all the aggregate's packets
 *   out 1      the others, as soon as they are not the last; if it is not
 *              connected they are killed
 *
 *   NOTIFIER   an element that numbers flows (AggregateIPFlows): the packet of
 *              a number goes when that has ended
 *   STOP_AFTER_CLEAR
 *              true: stop the driver after clear
 *
 *   clear      write: lets all packets go, in the order of their aggregates
 *
 *	... -> AggregateIPFlows -> l :: AggregateLast -> ToIPSummaryDump(-);
 *	DriverManager(wait, write l.clear, wait 1ms);
 */
#include <stdlib.h>

#include "click/router.h"
#include "elements/analysis/agg_key.h"
#include "elements/analysis/agg_notifier.h"

struct agg_last {
	struct flow_key key;
	struct packet *packet;
};

struct aggregate_last {
	struct flowtable last; /* struct agg_last */
	struct element *notifier;
	struct task task;
	bool ready, stop_after_clear, clear;
};

static int
aggregate_last_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_last *s = element_state(e);
	struct args a;

	flowtable_init(&s->last, sizeof(struct agg_last), 1);
	s->ready = true;
	args_init(&a, conf, e, errh);
	args_agg_notifier(&a, &s->notifier);
	args_bool(&a, "STOP_AFTER_CLEAR", 0, &s->stop_after_clear);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return agg_notifier_check(s->notifier, errh);
}

/* Takes the packet out of the table. */
static struct packet *
aggregate_last_take(struct aggregate_last *s, uint32_t record)
{
	struct agg_last *l = flowtable_record(&s->last, record);
	struct packet *p = l->packet;

	agg_remove(&s->last, record);
	return p;
}

static void
aggregate_last_told(struct element *e, struct thread *t, uint32_t aggregate,
    enum agg_event event)
{
	struct aggregate_last *s = element_state(e);
	struct flow_key key = agg_key(aggregate);
	uint32_t ref;

	ref = event == AGG_DELETE ? flowtable_find(&s->last, &key) : 0;
	if (ref != 0)
		output_push_one(
		    e, 0, t, aggregate_last_take(s, flow_ref_record(ref)));
}

/* Lets all go.  Downstream may push into us: its packets stay. */
static void
aggregate_last_clear(struct element *e, struct thread *t)
{
	struct aggregate_last *s = element_state(e);
	uint32_t n, *sorted = agg_sorted(&s->last, &n);
	struct scratch_mark m = scratch_mark(t);
	struct batch *out = batch_new(t, BATCH_MAX);

	s->clear = false;
	for (uint32_t i = 0; sorted != NULL && i < n; i++)
		batch_emit(e, 0, out, aggregate_last_take(s, sorted[i]));
	batch_emit_end(e, 0, out);
	free(sorted);
	scratch_release(t, m);
	if (s->stop_after_clear)
		router_please_stop(e->router);
}

static bool
aggregate_last_run(struct element *e, struct task *task, struct thread *t)
{
	struct aggregate_last *s = element_state(e);

	(void)task;
	if (s->clear)
		aggregate_last_clear(e, t);
	return true;
}

static int
aggregate_last_initialize(struct element *e, struct errh *errh)
{
	struct aggregate_last *s = element_state(e);
	struct agg_listener me = { e, aggregate_last_told };

	task_init(&s->task, e, aggregate_last_run, errh);
	return agg_listen(s->notifier, me, errh);
}

static void
aggregate_last_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_last *s = element_state(e);

	(void)stage;
	if (!s->ready)
		return;
	for (uint32_t r = flowtable_next(&s->last, 1); r != 0;
	     r = flowtable_next(&s->last, r + 1)) {
		struct agg_last *l = flowtable_record(&s->last, r);

		packet_kill(e->thread, l->packet);
	}
	flowtable_fini(&s->last);
}

/* p follows old, whose counts it takes over. */
static void
aggregate_last_add(struct packet *p, const struct packet *old)
{
	anno_set_u32(p, ANNO_EXTRA_PACKETS,
	    anno_u32(p, ANNO_EXTRA_PACKETS) + 1 +
	        anno_u32(old, ANNO_EXTRA_PACKETS));
	anno_set_u32(p, ANNO_EXTRA_LENGTH,
	    anno_u32(p, ANNO_EXTRA_LENGTH) + old->length +
	        anno_u32(old, ANNO_EXTRA_LENGTH));
	anno_set_u64(
	    p, ANNO_FIRST_TIMESTAMP, anno_u64(old, ANNO_FIRST_TIMESTAMP));
}

/* Keeps p; the one before it, or p itself when there is no memory. */
static struct packet *
aggregate_last_keep(
    struct aggregate_last *s, const struct flow_probe *probe, struct packet *p)
{
	uint32_t ref = flowtable_probe_find(&s->last, probe);
	uint32_t record = flow_ref_record(ref);
	struct packet *old = NULL;
	struct agg_last *l;

	if (ref == 0) {
		record = agg_insert(&s->last, &probe->key);
		if (record == 0)
			return p;
	}
	l = flowtable_record(&s->last, record);
	old = l->packet;
	l->packet = p;
	if (old != NULL)
		aggregate_last_add(p, old);
	else
		anno_set_u64(
		    p, ANNO_FIRST_TIMESTAMP, (uint64_t)p->timestamp_ns);
	return old;
}

/* Leaves in b those that are let go; its frame is gone before they go on. */
static NOINLINE void
aggregate_last_swap(struct aggregate_last *s, struct batch *b)
{
	struct flow_probe probe[AGG_AHEAD];
	uint32_t kept = 0;

	for (uint32_t at = 0; at < b->count; at += AGG_AHEAD) {
		uint32_t n =
		    b->count - at < AGG_AHEAD ? b->count - at : AGG_AHEAD;

		agg_fetch(&s->last, b->packet + at, n, probe);
		for (uint32_t i = 0; i < n; i++) {
			struct packet *p = aggregate_last_keep(
			    s, &probe[i], b->packet[at + i]);

			if (p != NULL)
				b->packet[kept++] = p;
		}
	}
	b->count = kept;
}

static void
aggregate_last_push(struct element *e, unsigned int port, struct batch *b)
{
	struct aggregate_last *s = element_state(e);

	(void)port;
	if (s->clear)
		aggregate_last_clear(e, b->thread);
	aggregate_last_swap(s, b);
	if (b->count > 0)
		output_push_checked(e, 1, b);
}

static int
aggregate_last_write(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_last *s = element_state(e);

	(void)user;
	(void)call;
	s->clear = true;
	task_schedule(&s->task);
	return 0;
}

static void
aggregate_last_add_handlers(struct element *e)
{
	handler_add_write(e, "clear", aggregate_last_write, 0, 0);
}

const struct element_class element_aggregate_last = {
	.name = "AggregateLast",
	.ports = "1/1-2",
	.processing = "h/h",
	.state_size = sizeof(struct aggregate_last),
	.configure = aggregate_last_configure,
	.initialize = aggregate_last_initialize,
	.cleanup = aggregate_last_cleanup,
	.add_handlers = aggregate_last_add_handlers,
	.push = aggregate_last_push,
};
