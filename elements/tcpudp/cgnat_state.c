/* SPDX-License-Identifier: BSD-3-Clause */
/* cgnat_state.c -- CGNAT's mappings, to and from another process. */
#include "click/state.h"
#include "elements/tcpudp/cgnat.h"

static const struct state_field event_fields[] = {
	STATE_RAW(struct cg_event, wall_s),
	STATE_RAW(struct cg_event, inside),
	STATE_RAW(struct cg_event, external),
	STATE_RAW(struct cg_event, first),
	STATE_RAW(struct cg_event, last),
	STATE_UP_TO(struct cg_event, allocate, 1),
};

/* What is counted of mappings comes with these. */
static const struct state_field subscriber_fields[] = {
	STATE_RAW(struct cg_subscriber, key.src),
	STATE_AGE_MS(struct cg_subscriber, last_ms),
	STATE_RAW(struct cg_subscriber, external),
	STATE_RAW(struct cg_subscriber, block),
	STATE_UP_TO(struct cg_subscriber, nblocks, CG_BLOCKS),
};

static const struct state_field mapping_fields[] = {
	STATE_RAW(struct cg_mapping, key[0].src),
	STATE_RAW(struct cg_mapping, key[0].sport),
	STATE_RAW(struct cg_mapping, key[1].src),
	STATE_RAW(struct cg_mapping, key[1].sport),
	STATE_AGE_MS(struct cg_mapping, last_ms),
	STATE_RAW(struct cg_mapping, proto),
	STATE_RAW(struct cg_mapping, flags),
};

static const struct state_field count_fields[] = {
	STATE_RAW(struct cgnat, made),
	STATE_RAW(struct cgnat, no_ports),
	STATE_RAW(struct cgnat, no_block),
	STATE_RAW(struct cgnat, full),
	STATE_RAW(struct cgnat, unmapped),
	STATE_RAW(struct cgnat, bad),
	STATE_RAW(struct cgnat, hairpins),
};

static struct cgnat *
cgnat_of(const struct state_call *c)
{
	struct cgnat *g = element_state(c->e);

	cgnat_enter(g, c->thread);
	return g;
}

/* The events that are remembered, oldest first. */
static const void *
cgnat_next_event(const struct state_call *c, uint64_t *at, void *room)
{
	const struct cgnat *g = cgnat_of(c);
	uint32_t n = g->nlog < CG_LOG ? g->nlog : CG_LOG;

	(void)room;
	return *at < n ? &g->log[(g->nlog - n + *at) % CG_LOG] : NULL;
}

static int
cgnat_take_event(const struct state_call *c, const void *what)
{
	struct cgnat *g = cgnat_of(c);

	g->log[g->nlog++ % CG_LOG] = *(const struct cg_event *)what;
	return 0;
}

static const void *
cgnat_next_subscriber(const struct state_call *c, uint64_t *at, void *room)
{
	const struct cgnat *g = cgnat_of(c);
	uint32_t n = flowtable_next_at(&g->subscribers, at);

	(void)room;
	return n == 0 ? NULL : flowtable_record(&g->subscribers, n);
}

static const void *
cgnat_next_mapping(const struct state_call *c, uint64_t *at, void *room)
{
	const struct cgnat *g = cgnat_of(c);
	uint32_t n = flowtable_next_at(&g->mappings, at);

	(void)room;
	return n == 0 ? NULL : flowtable_record(&g->mappings, n);
}

static int
cgnat_take_subscriber(const struct state_call *c, const void *what)
{
	return cgnat_subscriber_restore(cgnat_of(c), what)
	           ? 0
	           : state_refuse_item(c, "its address or ports are not free");
}

static int
cgnat_take_mapping(const struct state_call *c, const void *what)
{
	return cgnat_restore(cgnat_of(c), what)
	           ? 0
	           : state_refuse_item(
	                 c, "its ends are taken, or no subscriber's");
}

static const struct state_item cgnat_items[] = {
	{ .what = "event",
	    STATE_FIELDS(event_fields),
	    .size = sizeof(struct cg_event),
	    .next = cgnat_next_event,
	    .take = cgnat_take_event },
	{ .what = "subscriber",
	    STATE_FIELDS(subscriber_fields),
	    .size = sizeof(struct cg_subscriber),
	    .next = cgnat_next_subscriber,
	    .take = cgnat_take_subscriber },
	{ .what = "mapping",
	    STATE_FIELDS(mapping_fields),
	    .size = sizeof(struct cg_mapping),
	    .next = cgnat_next_mapping,
	    .take = cgnat_take_mapping },
	/* After the mappings, which are counted as they come. */
	{ .what = "counts", STATE_FIELDS(count_fields) },
};

const struct state_class cgnat_state = { 1, STATE_ITEMS(cgnat_items) };
