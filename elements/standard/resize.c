/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resize([HEAD, TAIL]) -- adds or removes bytes at both ends of packets.
 *
 *   in 0      any packets
 *   out 0     the packets, HEAD bytes longer in front and TAIL at the end;
 *             negative numbers remove bytes, at most all there are; added
 *             bytes have any value
 *   head, tail  read, write: HEAD, TAIL
 *
 *	... -> Resize(-14, 4) -> ...
 */
#include "click/element.h"

struct resize {
	int32_t head, tail;
};

static int
resize_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct resize *s = element_state(e);
	int32_t head = 0, tail = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "HEAD", ARG_POS, &head);
	args_i32(&a, "TAIL", ARG_POS, &tail);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->head = head;
	s->tail = tail;
	return 0;
}

/* How many bytes a negative number removes of length. */
static inline uint32_t
resize_less(int32_t n, uint32_t length)
{
	uint32_t less = 0u - (uint32_t)n;

	return less < length ? less : length;
}

static inline struct packet *
resize_one(struct element *e, struct thread *t, struct packet *p)
{
	struct resize *s = element_state(e);

	if (s->head > 0 && packet_push_shared(t, &p, (uint32_t)s->head) == NULL)
		return NULL;
	if (s->head < 0)
		packet_pull(p, resize_less(s->head, p->length));
	if (s->tail > 0 && packet_put(t, &p, (uint32_t)s->tail) == NULL)
		return NULL;
	if (s->tail < 0)
		packet_take(p, resize_less(s->tail, p->length));
	return p;
}

static void
resize_action(struct element *e, struct batch *b)
{
	batch_each(e, b, resize_one);
}

static void
resize_add_handlers(struct element *e)
{
	struct resize *s = element_state(e);

	handler_add_data(
	    e, "head", HANDLER_READ | HANDLER_WRITE, DATA_I32, &s->head);
	handler_add_data(
	    e, "tail", HANDLER_READ | HANDLER_WRITE, DATA_I32, &s->tail);
}

const struct element_class element_resize = {
	.name = "Resize",
	.ports = "1/1",
	.click_flags = "S0",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct resize),
	.configure = resize_configure,
	.add_handlers = resize_add_handlers,
	.action = resize_action,
};
