/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Truncate(LENGTH [, EXTRA_LENGTH bool]) -- cuts packets to LENGTH bytes.
 *
 *   in 0          any packets
 *   out 0         the packets, at most LENGTH bytes long
 *   EXTRA_LENGTH  add what was cut off to the extra-length annotation
 *                 (default true), from which Pad can restore the length
 *   nbytes        read, write: LENGTH
 *
 *	FromDevice(0) -> Truncate(96) -> ToDump(headers.pcap);
 */
#include "click/anno.h"
#include "click/element.h"

struct truncate {
	uint32_t length;
	bool extra;
};

static int
truncate_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct truncate *s = element_state(e);
	struct args a;

	s->extra = true;
	args_init(&a, conf, e, errh);
	args_u32(&a, "LENGTH", ARG_POS | ARG_MAND, &s->length);
	args_bool(&a, "EXTRA_LENGTH", 0, &s->extra);
	return args_complete(&a);
}

static inline struct packet *
truncate_one(struct element *e, struct thread *t, struct packet *p)
{
	struct truncate *s = element_state(e);
	uint32_t cut;

	(void)t;
	if (p->length <= s->length)
		return p;
	cut = p->length - s->length;
	if (s->extra)
		anno_set_u32(
		    p, ANNO_EXTRA_LENGTH, anno_u32(p, ANNO_EXTRA_LENGTH) + cut);
	packet_take(p, cut);
	return p;
}

static void
truncate_action(struct element *e, struct batch *b)
{
	batch_each(e, b, truncate_one);
}

static void
truncate_add_handlers(struct element *e)
{
	struct truncate *s = element_state(e);

	handler_add_data(
	    e, "nbytes", HANDLER_READ | HANDLER_WRITE, DATA_U32, &s->length);
}

const struct element_class element_truncate = {
	.name = "Truncate",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct truncate),
	.configure = truncate_configure,
	.add_handlers = truncate_add_handlers,
	.action = truncate_action,
};
