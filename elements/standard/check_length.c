/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckLength(LENGTH) -- sorts long packets out.
 *
 *   in 0      any packets
 *   out 0     those of at most LENGTH bytes
 *   out 1     the longer ones; freed when nothing is connected there
 *   length    read, write: LENGTH
 *
 *	... -> cl :: CheckLength(1514) -> ...;  cl[1] -> IPFragmenter(1500) ->
 *...
 */
#include "click/element.h"

struct check_length {
	uint32_t max;
};

static int
check_length_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct check_length *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "LENGTH", ARG_POS | ARG_MAND, &s->max);
	return args_complete(&a);
}

static inline int
check_length_one(struct element *e, struct thread *t, struct packet **p)
{
	struct check_length *s = element_state(e);

	(void)t;
	return (*p)->length > s->max;
}

static void
check_length_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_length_one);
}

static void
check_length_add_handlers(struct element *e)
{
	struct check_length *s = element_state(e);

	handler_add_data(
	    e, "length", HANDLER_READ | HANDLER_WRITE, DATA_U32, &s->max);
}

const struct element_class element_check_length = {
	.name = "CheckLength",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct check_length),
	.configure = check_length_configure,
	.add_handlers = check_length_add_handlers,
	.action = check_length_action,
};
