/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_held.h -- inside AggregateIPFlows: packets that wait for the ports of a
 * fragment, by pair of hosts, each pair's in order.
 *
 *	pair 10.0.0.1-10.0.1.1:  later frag. | first frag. | packet | ...
 *
 * A pair's packets go when its first one is no fragment, or has waited long
 * enough.  Pairs stand in a list by the age of their first packet.
 */
#ifndef ELEMENTS_ANALYSIS_FLOW_HELD_H
#define ELEMENTS_ANALYSIS_FLOW_HELD_H

#include "click/element.h"
#include "elements/ip/flowtable.h"

enum { HELD_MAX = 16384 }; /* packets that wait, all pairs together */

struct held_pair {
	struct flow_key key;
	struct packet *head, *tail; /* by packet->next */
	uint32_t older, newer;      /* pairs, 0: none */
};

struct flow_held {
	struct flowtable pairs; /* struct held_pair */
	uint32_t oldest, newest;
	uint32_t count; /* packets */
	int64_t timeout_ns;
	/* Where packets go that have a flow (marked) or found none. */
	void (*emit)(struct element *e, struct thread *t, struct packet *p);
	/* fragment belongs to the flow of marked, which has its ports. */
	void (*mark)(struct element *e, struct packet *fragment,
	    const struct packet *marked);
	struct element *e;
};

void flow_held_init(struct flow_held *h, struct element *e);
void flow_held_fini(struct flow_held *h, struct thread *t);

/* The pair of hosts that packets wait for, 0: none do.  key: of the pair. */
static inline uint32_t
flow_held_find(const struct flow_held *h, const struct flow_key *key)
{
	if (likely(h->pairs.count == 0))
		return 0;
	return flow_ref_record(flowtable_find(&h->pairs, key));
}

/*
 * Takes p.  False: it cannot be held (no memory, or too many are); it is still
 * the caller's.
 */
bool flow_held_add(
    struct flow_held *h, const struct flow_key *key, struct packet *p);

/* Lets those go whose time has come; all: every packet. */
void flow_held_release(
    struct flow_held *h, struct thread *t, int64_t now_ns, bool all);

#endif
