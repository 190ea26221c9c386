/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PaintSwitch([ANNO]) -- sends each packet to the output that its colour says.
 *
 *   in 0      any packets
 *   out N     those whose paint annotation is N; colour 255 goes to all
 *             outputs; a colour that is no output is freed
 *   ANNO      the annotation byte to look at (default PAINT)
 *
 *	ps :: PaintSwitch;  ps[0] -> q0 :: Queue;  ps[1] -> q1 :: Queue;
 */
#include "click/anno.h"
#include "click/element.h"

enum { PAINT_SWITCH_ALL = 255 };

struct paint_switch {
	struct arg_anno anno;
};

static int
paint_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct paint_switch *s = element_state(e);
	struct args a;

	s->anno = (struct arg_anno){ ANNO_PAINT, 1 };
	args_init(&a, conf, e, errh);
	args_anno(&a, "ANNO", ARG_POS, 1, &s->anno);
	return args_complete(&a);
}

/* To every output: copies to all but the last. */
static void
paint_switch_all(struct element *e, struct thread *t, struct packet *p)
{
	for (unsigned int i = 0; i + 1 < e->nout; i++) {
		struct packet *copy = packet_clone(t, p);

		if (copy != NULL)
			output_push_one(e, i, t, copy);
	}
	output_push_one_checked(e, e->nout - 1u, t, p);
}

static inline int
paint_switch_one(struct element *e, struct thread *t, struct packet **p)
{
	struct paint_switch *s = element_state(e);
	uint8_t color = anno_u8(*p, s->anno.offset);

	if (unlikely(color == PAINT_SWITCH_ALL)) {
		paint_switch_all(e, t, *p);
		return PACKET_GONE;
	}
	return color;
}

static void
paint_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, paint_switch_one);
}

const struct element_class element_paint_switch = {
	.name = "PaintSwitch",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct paint_switch),
	.configure = paint_switch_configure,
	.push = paint_switch_push,
};
