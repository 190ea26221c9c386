/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckPaint(COLOR [, ANNO]) -- lets packets of one colour through.
 *
 *   in 0      any packets
 *   out 0     those whose paint annotation is COLOR
 *   out 1     the others; freed when nothing is connected there
 *   ANNO      the annotation byte to look at (default PAINT)
 *   color     read, write: COLOR
 *
 *	rt[0] -> CheckPaint(1) -> ToDevice(0);
 */
#include "click/anno.h"
#include "click/element.h"

struct check_paint {
	struct arg_anno anno;
	uint8_t color;
};

static int
check_paint_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct check_paint *s = element_state(e);
	struct args a;

	s->anno = (struct arg_anno){ ANNO_PAINT, 1 };
	args_init(&a, conf, e, errh);
	args_u8(&a, "COLOR", ARG_POS | ARG_MAND, &s->color);
	args_anno(&a, "ANNO", ARG_POS, 1, &s->anno);
	return args_complete(&a);
}

static inline int
check_paint_one(struct element *e, struct thread *t, struct packet **p)
{
	struct check_paint *s = element_state(e);

	(void)t;
	return anno_u8(*p, s->anno.offset) != s->color;
}

static void
check_paint_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_paint_one);
}

static void
check_paint_add_handlers(struct element *e)
{
	struct check_paint *s = element_state(e);

	handler_add_data(
	    e, "color", HANDLER_READ | HANDLER_WRITE, DATA_U8, &s->color);
}

const struct element_class element_check_paint = {
	.name = "CheckPaint",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct check_paint),
	.configure = check_paint_configure,
	.add_handlers = check_paint_add_handlers,
	.action = check_paint_action,
};
