/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block(THRESH) -- sorts out packets of flows that are too fast
 *
 *   in 0       packets with a forward rate annotation (push or pull, see
 *              IPRateMonitor)
 *   out 0      packets whose rate is at most THRESH, or all if that is 0
 *   out 1      the others
 *
 *   THRESH     a rate, in the annotation's unit
 *
 *   thresh     read/write: THRESH
 *
 *     ... -> IPRateMonitor(PACKETS, 1, 100, 1) -> b :: Block(1000) -> ...
 *     b[1] -> Discard;
 */
#include "click/anno.h"
#include "click/element.h"
#include "elements/standard/value.h"

struct block {
	int32_t thresh;
};

static int
block_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct block *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "THRESH", ARG_POS | ARG_MAND, &s->thresh);
	return args_complete(&a);
}

static inline int
block_one(struct element *e, struct thread *t, struct packet **p)
{
	const struct block *s = element_state(e);

	(void)t;
	return s->thresh != 0 &&
	       (int32_t)anno_u32(*p, ANNO_FWD_RATE) > s->thresh;
}

static void
block_action(struct element *e, struct batch *b)
{
	batch_route(e, b, block_one);
}

static int
block_write_thresh(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct block *s = element_state(e);

	(void)user;
	if (!value_i32(call->text, &s->thresh))
		return errh_error(call->errh, "not an integer");
	return 0;
}

static void
block_add_handlers(struct element *e)
{
	struct block *s = element_state(e);

	handler_add_data(e, "thresh", HANDLER_READ, DATA_I32, &s->thresh);
	handler_add_write(e, "thresh", block_write_thresh, 0, 0);
}

const struct element_class element_block = {
	.name = "Block",
	.ports = "1/2",
	.processing = "a/ah",
	.state_size = sizeof(struct block),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = block_configure,
	.add_handlers = block_add_handlers,
	.action = block_action,
};
