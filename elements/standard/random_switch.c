/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RandomSwitch() -- spreads packets over its outputs by chance
 *
 *   in 0       any packets (push)
 *   out *      each packet to one output, all being equally likely (push)
 *
 *     FromDevice(0) -> s :: RandomSwitch;
 *     s[0] -> Queue -> ToDevice(1); s[1] -> Queue -> ToDevice(2);
 */
#include "click/element.h"

static inline int
random_switch_one(struct element *e, struct thread *t, struct packet **p)
{
	(void)p;
	return (int)rand_below(&t->rand, e->nout);
}

static void
random_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, random_switch_one);
}

const struct element_class element_random_switch = {
	.name = "RandomSwitch",
	.ports = "1/1-",
	.processing = "h",
	.flags = ELEMENT_SHAREABLE,
	.push = random_switch_push,
};
