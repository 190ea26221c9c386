/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateLength([IP bool]) -- makes the aggregate annotation a packet's
 * length.
 *
 *   in 0      any packets
 *   out 0     the same, aggregate set; the extra length annotation is counted
 *   out 1     those without a network header if IP is true; else, or when it
 *             is not connected, they are killed
 *
 *   IP        true: count from the IP header on; default false
 *
 *	... -> AggregateLength -> sizes :: AggregateCounter -> ...
 */
#include "click/anno.h"
#include "click/element.h"

struct aggregate_length {
	bool ip;
};

static int
aggregate_length_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_length *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "IP", 0, &s->ip);
	return args_complete(&a);
}

static inline int
aggregate_length_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct aggregate_length *s = element_state(e);
	struct packet *p = *pp;
	uint32_t length = p->length;

	(void)t;
	if (s->ip && p->network < 0)
		return 1;
	if (s->ip)
		length -= (uint32_t)packet_network_offset(p);
	anno_set_u32(
	    p, ANNO_AGGREGATE, length + anno_u32(p, ANNO_EXTRA_LENGTH));
	return 0;
}

static void
aggregate_length_action(struct element *e, struct batch *b)
{
	batch_route(e, b, aggregate_length_one);
}

const struct element_class element_aggregate_length = {
	.name = "AggregateLength",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct aggregate_length),
	.configure = aggregate_length_configure,
	.action = aggregate_length_action,
};
