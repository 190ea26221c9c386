/* SPDX-License-Identifier: BSD-3-Clause */
/* agg_flows.c -- the beginning and the end of flows that have numbers. */
#include "elements/analysis/agg_flows.h"

#include "elements/analysis/agg_key.h"

void
agg_flows_init(struct agg_flows *f, struct element *e, uint32_t size)
{
	flowtable_init(&f->table, size, 1);
	flow_wheel_init(
	    &f->wheel, &f->table, offsetof(struct agg_flow, link), 0, 0);
	f->e = e;
	f->next = 1;
	f->ready = true;
}

void
agg_flows_fini(struct agg_flows *f)
{
	if (f->ready)
		flowtable_fini(&f->table);
	vec_fini(&f->notifier.listeners);
}

/* When the flow is to be ended, by the clock. */
static uint32_t
agg_flow_expiry(const struct agg_flows *f, const struct agg_flow *flow)
{
	uint32_t timeout = f->timeout(f->e, flow);
	uint64_t ms = ((uint64_t)timeout + f->slack_s + 1) * 1000;

	if (timeout == UINT32_MAX)
		return f->now_ms + AGG_FLOWS_FAR_MS;
	return flow->touched_ms +
	       (ms < AGG_FLOWS_FAR_MS ? (uint32_t)ms : AGG_FLOWS_FAR_MS);
}

static void
agg_flow_number(
    struct agg_flows *f, struct thread *t, struct agg_flow *flow, int64_t ns)
{
	flow->aggregate = f->next++;
	if (f->next == 0)
		f->next = 1;
	if (f->begun != NULL)
		f->begun(f->e, t, flow, ns);
	agg_notify(&f->notifier, t, flow->aggregate, AGG_NEW);
}

static void
agg_flow_unnumber(struct agg_flows *f, struct thread *t, struct agg_flow *flow)
{
	agg_notify(&f->notifier, t, flow->aggregate, AGG_DELETE);
	if (f->ended != NULL)
		f->ended(f->e, flow);
}

static void
agg_flow_end(struct agg_flows *f, struct thread *t, uint32_t record)
{
	agg_flow_unnumber(f, t, agg_flow_at(f, record));
	flow_wheel_remove(&f->wheel, record);
	agg_remove(&f->table, record);
}

static bool
agg_flow_look(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	const struct agg_flows *f = arg;

	*expiry_ms = agg_flow_expiry(f, agg_flow_at(f, record));
	return true;
}

uint32_t
agg_flow_new(struct agg_flows *f, struct thread *t, const struct flow_key *key,
    bool reverse, int64_t ns)
{
	struct agg_flow *flow;
	uint32_t record;

	while (f->table.count >= f->capacity) {
		record = flow_wheel_pick(&f->wheel, agg_flow_look, f);
		if (record == 0)
			break;
		agg_flow_end(f, t, record);
	}
	record = agg_insert(&f->table, key);
	if (record == 0)
		return 0;
	flow = agg_flow_at(f, record);
	flow->reverse = reverse;
	agg_flow_touch(f, flow, ns);
	flow_wheel_add(&f->wheel, record, agg_flow_expiry(f, flow));
	agg_flow_number(f, t, flow, ns);
	return record;
}

void
agg_flow_renew(struct agg_flows *f, struct thread *t, struct agg_flow *flow,
    bool reverse, int64_t ns)
{
	agg_flow_unnumber(f, t, flow);
	flow->reverse = reverse;
	flow->over = 0;
	agg_flow_touch(f, flow, ns);
	agg_flow_number(f, t, flow, ns);
}

void
agg_flow_sooner(struct agg_flows *f, struct agg_flow *flow)
{
	uint32_t ref = flowtable_find(&f->table, &flow->key);

	(void)flow_wheel_move(&f->wheel, flow_ref_record(ref),
	    agg_flow_expiry(f, flow)); /* where it stands is no matter */
}

void
agg_flows_reap(struct agg_flows *f, struct thread *t, unsigned int budget)
{
	while (budget-- > 0) {
		uint32_t record = flow_wheel_due(&f->wheel, f->now_ms), expiry;

		if (record == 0)
			return;
		expiry = agg_flow_expiry(f, agg_flow_at(f, record));
		if ((int32_t)(expiry - f->now_ms) > 0)
			(void)flow_wheel_move(&f->wheel, record, expiry);
		else
			agg_flow_end(f, t, record);
	}
}

void
agg_flows_clear(struct agg_flows *f, struct thread *t)
{
	for (uint32_t record = flowtable_next(&f->table, 1); record != 0;
	     record = flowtable_next(&f->table, record + 1))
		agg_flow_end(f, t, record);
}
