/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetAnnoByte(ANNO, VALUE) -- sets an annotation byte.  Paint(VALUE, ANNO) does
 * the same and is to be preferred.
 *
 *   in 0      any packets
 *   out 0     the same, byte ANNO of their annotations set to VALUE
 *   ANNO      0..47, or the name of a one-byte annotation
 *   VALUE     0..255
 *   anno      read: ANNO as a number
 *   value     read, write: VALUE
 *
 *	... -> SetAnnoByte(3, 0xab) -> ...
 */
#include "click/anno.h"
#include "click/element.h"

struct set_anno_byte {
	struct arg_anno anno;
	uint8_t value;
};

static int
set_anno_byte_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_anno_byte *s = element_state(e);
	struct args a;

	errh_warning(errh, "SetAnnoByte(ANNO, VALUE) is obsolete, "
	                   "use Paint(VALUE, ANNO) instead");
	args_init(&a, conf, e, errh);
	args_anno(&a, "ANNO", ARG_POS | ARG_MAND, 1, &s->anno);
	args_u8(&a, "VALUE", ARG_POS | ARG_MAND, &s->value);
	return args_complete(&a);
}

static inline struct packet *
set_anno_byte_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_anno_byte *s = element_state(e);

	(void)t;
	anno_set_u8(p, s->anno.offset, s->value);
	return p;
}

static void
set_anno_byte_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_anno_byte_one);
}

static void
set_anno_byte_add_handlers(struct element *e)
{
	struct set_anno_byte *s = element_state(e);

	handler_add_data(e, "anno", HANDLER_READ, DATA_U8, &s->anno.offset);
	handler_add_data(
	    e, "value", HANDLER_READ | HANDLER_WRITE, DATA_U8, &s->value);
}

const struct element_class element_set_anno_byte = {
	.name = "SetAnnoByte",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_anno_byte),
	.configure = set_anno_byte_configure,
	.add_handlers = set_anno_byte_add_handlers,
	.action = set_anno_byte_action,
};
