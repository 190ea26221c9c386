/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pad([LENGTH, ZERO bool]) -- makes packets at least LENGTH bytes long.
 *
 *   in 0      any packets
 *   out 0     the packets, shorter ones with bytes added at the end; their
 *             extra-length annotation is cleared
 *   LENGTH    bytes; 0 (default): by the extra-length annotation, so that what
 *             Truncate has cut is made up for
 *   ZERO      the added bytes are zero (default true), else of any value
 *
 *	... -> Pad(60) -> ToDevice(0);
 */
#include "click/anno.h"
#include "click/element.h"

struct pad {
	uint32_t length;
	bool zero;
};

static int
pad_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct pad *s = element_state(e);
	struct args a;

	s->length = 0;
	s->zero = true;
	args_init(&a, conf, e, errh);
	args_u32(&a, "LENGTH", ARG_POS, &s->length);
	args_bool(&a, "ZERO", 0, &s->zero);
	return args_complete(&a);
}

static inline struct packet *
pad_one(struct element *e, struct thread *t, struct packet *p)
{
	struct pad *s = element_state(e);
	uint32_t add = anno_u32(p, ANNO_EXTRA_LENGTH);

	if (s->length != 0)
		add = p->length < s->length ? s->length - p->length : 0;
	if (add != 0) {
		if (packet_put(t, &p, add) == NULL)
			return NULL;
		if (s->zero)
			memset(packet_end(p) - add, 0, add);
	}
	anno_set_u32(p, ANNO_EXTRA_LENGTH, 0);
	return p;
}

static void
pad_action(struct element *e, struct batch *b)
{
	batch_each(e, b, pad_one);
}

const struct element_class element_pad = {
	.name = "Pad",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct pad),
	.configure = pad_configure,
	.action = pad_action,
};
