/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unstrip(LENGTH) -- puts LENGTH bytes in front of each packet.
 *
 *   in 0      any packets
 *   out 0     the packets, longer by LENGTH bytes: what a Strip has removed
 *             comes back; bytes that never were there have any value
 *
 *	Strip(14) -> ... -> Unstrip(14) -> ToDevice(1);
 */
#include "click/element.h"

struct unstrip {
	uint32_t length;
};

static int
unstrip_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct unstrip *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "LENGTH", ARG_POS | ARG_MAND, &s->length);
	return args_complete(&a);
}

static inline struct packet *
unstrip_one(struct element *e, struct thread *t, struct packet *p)
{
	struct unstrip *s = element_state(e);

	return packet_push_shared(t, &p, s->length);
}

static void
unstrip_action(struct element *e, struct batch *b)
{
	batch_each(e, b, unstrip_one);
}

const struct element_class element_unstrip = {
	.name = "Unstrip",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct unstrip),
	.configure = unstrip_configure,
	.action = unstrip_action,
};
