/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PaintTee(COLOR [, ANNO]) -- copies packets of one colour.
 *
 *   in 0      any packets
 *   out 0     all of them
 *   out 1     a copy of each whose paint annotation is COLOR
 *   ANNO      the annotation byte to look at (default PAINT)
 *   color     read, write: COLOR
 *
 * With ICMPError it makes redirects: what leaves by the port it came in by
 * was painted there.
 *
 *	rt[0] -> pt :: PaintTee(1) -> ToDevice(0);
 *	pt[1] -> ICMPError(18.26.4.24, redirect, host) -> [0] rt;
 */
#include "click/anno.h"
#include "click/element.h"

struct paint_tee {
	struct arg_anno anno;
	uint8_t color;
};

static int
paint_tee_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct paint_tee *s = element_state(e);
	struct args a;

	s->anno = (struct arg_anno){ ANNO_PAINT, 1 };
	args_init(&a, conf, e, errh);
	args_u8(&a, "COLOR", ARG_POS | ARG_MAND, &s->color);
	args_anno(&a, "ANNO", ARG_POS, 1, &s->anno);
	return args_complete(&a);
}

static void
paint_tee_action(struct element *e, struct batch *b)
{
	struct paint_tee *s = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *copies = batch_new(t, BATCH_MAX);

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *copy;

		if (anno_u8(b->packet[i], s->anno.offset) != s->color)
			continue;
		copy = packet_clone(t, b->packet[i]);
		if (copy != NULL)
			batch_add(copies, copy);
	}
	batch_emit_end(e, 1, copies);
	scratch_release(t, m);
}

static void
paint_tee_add_handlers(struct element *e)
{
	struct paint_tee *s = element_state(e);

	handler_add_data(
	    e, "color", HANDLER_READ | HANDLER_WRITE, DATA_U8, &s->color);
}

const struct element_class element_paint_tee = {
	.name = "PaintTee",
	.ports = "1/2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct paint_tee),
	.configure = paint_tee_configure,
	.add_handlers = paint_tee_add_handlers,
	.action = paint_tee_action,
};
