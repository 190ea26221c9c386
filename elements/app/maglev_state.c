/* SPDX-License-Identifier: BSD-3-Clause */
/* maglev_state.c -- MaglevSwitch's flows, to and from another process. */
#include "elements/app/maglev.h"
#include "elements/ip/flowbook_state.h"

struct maglev_seed {
	uint64_t seed;
};

struct maglev_count {
	uint32_t output;
	uint64_t count;
};

static const struct state_field seed_fields[] = {
	STATE_RAW(struct maglev_seed, seed),
};

static const struct state_field count_fields[] = {
	STATE_RAW(struct maglev_count, output),
	STATE_RAW(struct maglev_count, count),
};

static const struct state_field drop_fields[] = {
	STATE_RAW(struct maglev_switch, drops),
};

static const struct state_field flow_fields[] = {
	FLOWBOOK_FIELDS(struct maglev_flow),
	STATE_RAW(struct maglev_flow, backend),
};

/* A secret one: flows that are not remembered stay with their backends, too. */
static const void *
maglev_next_seed(const struct state_call *c, uint64_t *at, void *room)
{
	const struct maglev_switch *self = element_state(c->e);
	struct maglev_seed *s = room;

	s->seed = self->seed;
	return *at == 0 && !self->seeded ? s : NULL;
}

static int
maglev_take_seed(const struct state_call *c, const void *what)
{
	struct maglev_switch *self = element_state(c->e);

	self->seed = ((const struct maglev_seed *)what)->seed;
	maglev_switch_fill(c->e);
	return 0;
}

static const void *
maglev_next_count(const struct state_call *c, uint64_t *at, void *room)
{
	const struct maglev_switch *self = element_state(c->e);
	struct maglev_count *n = room;

	if (*at >= c->e->nout)
		return NULL;
	n->output = (uint32_t)*at;
	n->count = self->outputs[*at].count;
	return n;
}

static int
maglev_take_count(const struct state_call *c, const void *what)
{
	struct maglev_switch *self = element_state(c->e);
	const struct maglev_count *n = what;

	if (n->output >= c->e->nout)
		return state_refuse_item(
		    c, "it is of an output that is not there");
	self->outputs[n->output].count = n->count;
	return 0;
}

static int
maglev_take_flow(const struct state_call *c, const void *what)
{
	const struct maglev_flow *f = what;

	return f->backend < c->e->nout
	           ? flowbook_take_one(c, what)
	           : state_refuse_item(
	                 c, "it is of a backend that is not there");
}

static const struct state_item maglev_items[] = {
	{ .what = "seed",
	    STATE_FIELDS(seed_fields),
	    .size = sizeof(struct maglev_seed),
	    .next = maglev_next_seed,
	    .take = maglev_take_seed },
	{ .what = "count",
	    STATE_FIELDS(count_fields),
	    .size = sizeof(struct maglev_count),
	    .next = maglev_next_count,
	    .take = maglev_take_count },
	{ .what = "drops", STATE_FIELDS(drop_fields) },
	{ .what = "flow",
	    STATE_FIELDS(flow_fields),
	    FLOWBOOK_ITEM(struct maglev_switch, book, struct maglev_flow),
	    .take = maglev_take_flow },
};

const struct state_class maglev_state = { 1, STATE_ITEMS(maglev_items) };
