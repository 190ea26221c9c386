/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strip(LENGTH) -- removes the first LENGTH bytes of each packet.
 *
 *   in 0      any packets
 *   out 0     what is left of them, maybe nothing
 *
 * The bytes stay where they were, and Unstrip brings them back.
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> ...
 */
#include "click/element.h"

struct strip {
	uint32_t length;
};

static int
strip_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct strip *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "LENGTH", ARG_POS | ARG_MAND, &s->length);
	return args_complete(&a);
}

static inline struct packet *
strip_one(struct element *e, struct thread *t, struct packet *p)
{
	struct strip *s = element_state(e);

	(void)t;
	packet_pull(p, s->length <= p->length ? s->length : p->length);
	return p;
}

static void
strip_action(struct element *e, struct batch *b)
{
	batch_each(e, b, strip_one);
}

const struct element_class element_strip = {
	.name = "Strip",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct strip),
	.configure = strip_configure,
	.action = strip_action,
};
