/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregatePaint([BITS, INCREMENTAL bool]) -- makes the aggregate annotation a
 * packet's paint.
 *
 *   in 0          any packets
 *   out 0         the same, aggregate set
 *
 *   BITS          how many low bits of the paint to take, 1 to 8; default 8
 *   INCREMENTAL   true: put them behind the aggregate that there is
 *
 *	... -> Paint(2) -> AggregatePaint -> AggregateCounter -> ...
 */
#include "click/anno.h"
#include "click/element.h"

struct aggregate_paint {
	int32_t bits;
	bool incremental;
};

static int
aggregate_paint_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_paint *s = element_state(e);
	struct args a;

	s->bits = 8;
	args_init(&a, conf, e, errh);
	args_i32(&a, "BITS", ARG_POS, &s->bits);
	args_bool(&a, "INCREMENTAL", 0, &s->incremental);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->bits <= 0 || s->bits > 8)
		return errh_error(errh, "bad number of bits");
	return 0;
}

static inline struct packet *
aggregate_paint_one(struct element *e, struct thread *t, struct packet *p)
{
	struct aggregate_paint *s = element_state(e);
	uint32_t x = anno_u8(p, ANNO_PAINT) & ((1u << s->bits) - 1);

	(void)t;
	if (s->incremental)
		x += anno_u32(p, ANNO_AGGREGATE) << s->bits;
	anno_set_u32(p, ANNO_AGGREGATE, x);
	return p;
}

static void
aggregate_paint_action(struct element *e, struct batch *b)
{
	batch_each(e, b, aggregate_paint_one);
}

const struct element_class element_aggregate_paint = {
	.name = "AggregatePaint",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct aggregate_paint),
	.configure = aggregate_paint_configure,
	.action = aggregate_paint_action,
};
