/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RoundRobinSwitch() -- spreads packets over its outputs in turn
 *
 *   in 0       any packets (push)
 *   out *      each packet to one output, one after the other (push)
 *
 *     FromDevice(0) -> s :: RoundRobinSwitch;
 *     s[0] -> Queue -> ToDevice(1); s[1] -> Queue -> ToDevice(2);
 */
#include "click/element.h"

struct round_robin_switch {
	uint32_t next;
};

static inline int
round_robin_switch_one(struct element *e, struct thread *t, struct packet **p)
{
	struct round_robin_switch *s = element_state(e);
	/* Threads that meet here may choose the same output: no harm. */
	uint32_t i = load_relaxed(&s->next);

	(void)t;
	(void)p;
	store_relaxed(&s->next, i + 1 < e->nout ? i + 1 : 0);
	return (int)i;
}

static void
round_robin_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, round_robin_switch_one);
}

const struct element_class element_round_robin_switch = {
	.name = "RoundRobinSwitch",
	.ports = "1/1-",
	.processing = "h",
	.state_size = sizeof(struct round_robin_switch),
	.flags = ELEMENT_SHAREABLE,
	.push = round_robin_switch_push,
};
