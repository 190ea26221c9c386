/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateFirst([NOTIFIER]) -- passes the first packet of each aggregate.
 *
 *   in 0       any packets
 *   out 0      those whose aggregate annotation was not seen before
 *   out 1      the others, if connected; else they are killed
 *
 *   NOTIFIER   an element that numbers flows (AggregateIPFlows): numbers that
 *              it tells to have ended are forgotten
 *
 *   nagg       read: aggregates that are remembered
 *
 *	... -> AggregateIPFlows -> AggregateFirst -> ToIPSummaryDump(-);
 */
#include "elements/analysis/agg_key.h"
#include "elements/analysis/agg_notifier.h"

struct aggregate_first {
	struct flowtable seen;
	struct element *notifier;
};

static int
aggregate_first_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_first *s = element_state(e);
	struct args a;

	flowtable_init(&s->seen, sizeof(struct flow_key), 1);
	args_init(&a, conf, e, errh);
	args_agg_notifier(&a, &s->notifier);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return agg_notifier_check(s->notifier, errh);
}

static void
aggregate_first_told(struct element *e, struct thread *t, uint32_t aggregate,
    enum agg_event event)
{
	struct aggregate_first *s = element_state(e);
	struct flow_key key = agg_key(aggregate);
	uint32_t ref;

	(void)t;
	ref = event == AGG_DELETE ? flowtable_find(&s->seen, &key) : 0;
	if (ref != 0)
		agg_remove(&s->seen, flow_ref_record(ref));
}

static int
aggregate_first_initialize(struct element *e, struct errh *errh)
{
	struct aggregate_first *s = element_state(e);
	struct agg_listener me = { e, aggregate_first_told };

	return agg_listen(s->notifier, me, errh);
}

static void
aggregate_first_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_first *s = element_state(e);

	(void)stage;
	flowtable_fini(&s->seen);
}

/* True for the first.  Out of memory: it is not known, and not passed. */
static bool
aggregate_first_new(struct aggregate_first *s, const struct flow_probe *probe)
{
	return flowtable_probe_find(&s->seen, probe) == 0 &&
	       agg_insert(&s->seen, &probe->key) != 0;
}

static void
aggregate_first_action(struct element *e, struct batch *b)
{
	struct aggregate_first *s = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	int16_t *ports = scratch_alloc(b->thread, b->count * sizeof(*ports));
	struct flow_probe probe[AGG_AHEAD];
	bool all = true;

	for (uint32_t at = 0; at < b->count; at += AGG_AHEAD) {
		uint32_t n =
		    b->count - at < AGG_AHEAD ? b->count - at : AGG_AHEAD;

		agg_fetch(&s->seen, b->packet + at, n, probe);
		for (uint32_t i = 0; i < n; i++) {
			ports[at + i] = !aggregate_first_new(s, &probe[i]);
			all &= ports[at + i] == 0;
		}
	}
	if (!all)
		batch_distribute(e, b, ports, 0);
	scratch_release(b->thread, m);
}

static int
aggregate_first_nagg(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_first *s = element_state(e);

	(void)user;
	sb_u64(call->out, s->seen.count);
	return 0;
}

static void
aggregate_first_add_handlers(struct element *e)
{
	handler_add_read(e, "nagg", aggregate_first_nagg, 0, HANDLER_CALM);
}

const struct element_class element_aggregate_first = {
	.name = "AggregateFirst",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct aggregate_first),
	.configure = aggregate_first_configure,
	.initialize = aggregate_first_initialize,
	.cleanup = aggregate_first_cleanup,
	.add_handlers = aggregate_first_add_handlers,
	.action = aggregate_first_action,
};
