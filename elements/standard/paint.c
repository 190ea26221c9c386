/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Paint(COLOR [, ANNO]) -- marks packets with a colour.
 *
 *   in 0      any packets
 *   out 0     the same, their paint annotation set
 *   COLOR     0..255
 *   ANNO      the annotation byte to set (default PAINT)
 *   color     read, write: COLOR
 *
 *	FromDevice(0) -> Paint(1) -> ...
 */
#include "click/anno.h"
#include "click/element.h"

struct paint {
	struct arg_anno anno;
	uint8_t color;
};

static int
paint_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct paint *s = element_state(e);
	struct args a;

	s->anno = (struct arg_anno){ ANNO_PAINT, 1 };
	args_init(&a, conf, e, errh);
	args_u8(&a, "COLOR", ARG_POS | ARG_MAND, &s->color);
	args_anno(&a, "ANNO", ARG_POS, 1, &s->anno);
	return args_complete(&a);
}

static inline struct packet *
paint_one(struct element *e, struct thread *t, struct packet *p)
{
	struct paint *s = element_state(e);

	(void)t;
	anno_set_u8(p, s->anno.offset, s->color);
	return p;
}

static void
paint_action(struct element *e, struct batch *b)
{
	batch_each(e, b, paint_one);
}

static void
paint_add_handlers(struct element *e)
{
	struct paint *s = element_state(e);

	handler_add_data(
	    e, "color", HANDLER_READ | HANDLER_WRITE, DATA_U8, &s->color);
}

const struct element_class element_paint = {
	.name = "Paint",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct paint),
	.configure = paint_configure,
	.add_handlers = paint_add_handlers,
	.action = paint_action,
};
