/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * agg_flows.h -- flows that have numbers, and end when no packet came for a
 * while: AggregateIPFlows, AggregateIPAddrPair.
 *
 * The time is that of packets.  It is turned into a clock of milliseconds that
 * only runs forwards, and by twelve days at most at a time, so that a time
 * stamp of nonsense ends flows early but breaks nothing.
 *
 * A flow whose timeout has passed is remembered for a while (slack), for
 * packets that come late; whoever finds it asks agg_flow_dead() and gives it a
 * new number.  Then it is ended by agg_flows_reap(), a few with each batch.
 * When there are too many flows those end that would end first.
 */
#ifndef ELEMENTS_ANALYSIS_AGG_FLOWS_H
#define ELEMENTS_ANALYSIS_AGG_FLOWS_H

#include "base/stamp.h"
#include "elements/analysis/agg_notifier.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"

enum {
	AGG_FLOWS_FAR_MS = 1 << 30,
	AGG_FLOWS_CAPACITY = 1 << 22, /* default */
};

/* Begins the user's record; its size is a multiple of 8. */
struct agg_flow {
	struct flow_key key;
	int64_t last_ns; /* time stamp of its last packet */
	uint32_t aggregate;
	uint32_t touched_ms; /* by the clock */
	struct flow_link link;
	uint8_t reverse; /* its first packet went against the key's order */
	uint8_t over;    /* the user's */
	uint8_t pad[2];
};
_Static_assert(sizeof(struct agg_flow) == 48, "less than a line");

struct agg_flows {
	struct flowtable table;
	struct flow_wheel wheel;
	struct agg_notifier notifier;
	struct element *e;
	bool ready;
	uint32_t next; /* number of the next flow */
	uint32_t capacity;
	uint32_t slack_s;
	int64_t latest_ns; /* of packets' time, whole ms; 0: none came */
	int64_t quiet_ns;  /* no flow dies after so short a time */
	uint32_t now_ms;   /* the clock */
	/* Seconds after which a flow is dead; UINT32_MAX: never. */
	uint32_t (*timeout)(struct element *e, const struct agg_flow *flow);
	/* A number has got (told of p's time) or lost its flow. */
	void (*begun)(struct element *e, struct thread *t,
	    struct agg_flow *flow, int64_t ns);
	void (*ended)(struct element *e, struct agg_flow *flow);
};

/* begun and ended may be set afterwards; the rest must be before. */
void agg_flows_init(struct agg_flows *f, struct element *e, uint32_t size);
/* No flow's timeout is shorter: saves looking. */
static inline void
agg_flows_shortest(struct agg_flows *f, uint32_t seconds)
{
	f->quiet_ns = (int64_t)seconds * NS_PER_SEC;
}
void agg_flows_fini(struct agg_flows *f);

/* The number of a new flow's record; 0: no memory. */
uint32_t agg_flow_new(struct agg_flows *f, struct thread *t,
    const struct flow_key *key, bool reverse, int64_t ns);
/* Another flow of the same key, in its place. */
void agg_flow_renew(struct agg_flows *f, struct thread *t,
    struct agg_flow *flow, bool reverse, int64_t ns);
/* To be told when a flow's timeout has become shorter. */
void agg_flow_sooner(struct agg_flows *f, struct agg_flow *flow);
/* Ends flows whose time has come, looking at budget of them. */
void agg_flows_reap(struct agg_flows *f, struct thread *t, unsigned int budget);
/* Ends all. */
void agg_flows_clear(struct agg_flows *f, struct thread *t);

static inline struct agg_flow *
agg_flow_at(const struct agg_flows *f, uint32_t record)
{
	return flowtable_record(&f->table, record);
}

/* A packet of that time has come. */
static inline void
agg_flows_time(struct agg_flows *f, int64_t ns)
{
	int64_t ahead = ns - f->latest_ns;

	if (likely(ahead < NS_PER_MS))
		return;
	ahead /= NS_PER_MS;
	f->latest_ns += ahead * NS_PER_MS;
	f->now_ms +=
	    ahead < AGG_FLOWS_FAR_MS ? (uint32_t)ahead : AGG_FLOWS_FAR_MS;
}

/* The flow has had a packet of that time. */
static inline void
agg_flow_touch(const struct agg_flows *f, struct agg_flow *flow, int64_t ns)
{
	flow->last_ns = ns;
	flow->touched_ms = f->now_ms;
}

/* Whether a packet of that time comes too late for the flow. */
static inline bool
agg_flow_dead(
    const struct agg_flows *f, const struct agg_flow *flow, int64_t ns)
{
	int64_t age;

	if (likely(ns - flow->last_ns <= f->quiet_ns))
		return false;
	/* In whole seconds, as Click. */
	age = ns / NS_PER_SEC - flow->last_ns / NS_PER_SEC;
	return age > f->timeout(f->e, flow);
}

#endif
